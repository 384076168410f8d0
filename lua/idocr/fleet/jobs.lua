--- Makes the items of a queue from kinds and params, as `client:read` takes them.

local constants = require "idocr.constants"
local core = require "idocr.core"
local digest = require "idocr.picture.digest"
local errors = require "idocr.errors"
local json = require "idocr.json"
local picture = require "idocr.picture"
local sorted_names = require "idocr.sorted_names"

local jobs = {}

local function unreadable(message) return errors.unsent("image", "PictureUnreadable", message) end

local function bytes_of(image)
  local size = image:size()
  if size > constants.LARGEST_PICTURE then
    return nil, errors.unsent("image", "PictureTooLarge", "a picture of more than 32 MiB cannot be uploaded")
  end
  local bytes, message = image:read(0, size)
  if not bytes or #bytes ~= size then return nil, unreadable(message or "the file changed while it was read") end
  return bytes
end

-- Describes a picture: how the worker finds it, what identifies it, and its bytes where they are uploaded.
---@return { given: table, identity: string, hash: string?, bytes: string?, file: string? }?
---@return idocr.Error?
local function describe(given, upload, pause)
  local opened, err = picture.open(given)
  if not opened then return nil, err end
  if opened.url then return { given = { url = opened.url }, identity = "url " .. opened.url, file = opened.url } end
  local is_file = given.source == "file" and not given.offset
  local described = { file = given.source == "file" and given.value or nil }
  local hash = digest.image(opened.image, pause)
  if not hash then
    err = unreadable "the picture cannot be read"
  else
    described.identity, described.hash = "sha256 " .. hash, hash
  end
  if hash and upload then
    described.given = { upload = true }
    described.bytes, err = bytes_of(opened.image)
  elseif hash and is_file then
    local path, message = core.real_path(given.value) -- a worker may run in another folder
    described.given = { path = path }
    err = not path and unreadable(message) or nil
  end
  picture.close_all { opened }
  if err then return nil, err end
  return described
end

--- Returns whether a picture reaches the worker only as an upload.
---@param pictures table<string, idocr.Picture>
---@return boolean
function jobs.need_upload(pictures)
  for _, given in pairs(pictures) do
    if given.source ~= "url" and (given.source ~= "file" or given.offset) then return true end
  end
  return false
end

--- Makes an item. The same kind, params and pictures make the same id.
---@param vault idocr.Vault
---@param kind string
---@param checked idocr.CheckedParams
---@param options { upload: boolean?, name: string?, pause: fun()? }
---@return idocr.NewItem?
---@return idocr.Error?
function jobs.make(vault, kind, checked, options)
  local params = { advice = checked.advice, precheck = checked.precheck, fit = checked.fit }
  for name, value in pairs(checked.values) do params[name] = value end
  local job = { kind = kind, params = params, pictures = {}, file = options.name }
  local identity, uploads = { kind, json.encode(params) }, {}
  for _, name in ipairs(sorted_names(checked.pictures)) do
    local described, err = describe(checked.pictures[name], options.upload, options.pause)
    if not described then return nil, err end
    job.pictures[name] = described.given
    if name == "image" then job.file, job.sha256 = job.file or described.file, described.hash end
    identity[#identity + 1] = name .. " " .. described.identity
    if described.bytes then uploads[#uploads + 1] = { name = name, bytes = described.bytes } end
  end
  job.file = job.file or "-"
  local item = { ids = vault:ids(table.concat(identity, "\n")), uploads = uploads }
  local id = item.ids[1]
  item.job = vault:pack(job, "job:" .. id)
  for _, upload in ipairs(uploads) do upload.bytes = vault:close(upload.bytes, "upload:" .. id .. ":" .. upload.name) end
  return item
end

return jobs
