--- idocr reads identity documents through the cloud services that recognise them.
---
---   local idocr = require "idocr"
---   local client = idocr.new { credentials = { secret_id = "...", secret_key = "..." } }
---   local card, err = client:passport { image = "passport.jpg", portrait = true }
---
--- Bad arguments raise; everything else returns `nil, err` (see `idocr.errors`). `require` itself does no I/O.

local client = require "idocr.client"
local describe = require "idocr.kinds.describe"
local kinds = require "idocr.kinds"
local nearest = require "idocr.nearest"
local options = require "idocr.client.options"
local params = require "idocr.client.params"
local picture = require "idocr.picture"
local version = require "idocr.version"

---@class idocr
---@field version string      "1.0.0": semantic versioning
---@field credentials idocr.CredentialsConstructors
---@field request_image fun(options: table?): idocr.Picture?, table  the picture in nginx's current request
---@field checks idocr.Checks  mrz and every check of a number (china_id, hong_kong_id, …), each with `parse`
local idocr = {
  version = version,
  _VERSION = "idocr " .. version,
}

--- Makes a client. Raises on a wrong option, with the nearest right name.
---@param given idocr.Options?
---@return idocr.Client
function idocr.new(given)
  local checked, complaint = options.check(given)
  if not checked then error("idocr.new: " .. complaint, 2) end
  local made, result = pcall(client.new, checked)
  if not made then error(type(result) == "string" and "idocr.new: " .. result or result, 2) end
  return result
end

local function must(value, complaint)
  if value == nil then error(complaint, 3) end
  return value
end

--- Returns a picture in a file, which is opened when the call is made. A plain path means the same.
---@param path string
---@param offset integer? bytes before the picture, where it is a part of the file
---@param length integer? bytes of the picture
---@return idocr.Picture
function idocr.file(path, offset, length)
  local made = must(picture.file(path, offset, length))
  return made
end

--- Returns a picture from the string of its bytes, which is borrowed, not copied.
---@param bytes string
---@param offset integer? bytes before the picture, where it is a part of the string
---@param length integer? bytes of the picture
---@return idocr.Picture
function idocr.bytes(bytes, offset, length)
  local made = must(picture.bytes(bytes, offset, length))
  return made
end

--- Returns a picture from base64 text or a `data:` URL, which may contain line breaks.
---@param text string
---@return idocr.Picture
function idocr.base64(text)
  local made = must(picture.base64(text))
  return made
end

--- Returns a picture that the service downloads itself.
---@param url string http or https
---@return idocr.Picture
function idocr.url(url)
  local made = must(picture.url(url))
  return made
end

--- Returns the picture in nginx's current request: its body, or the field `field` of a form.
---@param given { field: string?, max_bytes: integer? }? "image", 10 MiB
---@return idocr.Picture? picture valid until the request ends
---@return table form_or_error `{ fields, pictures }` of the rest of a form, or an error of category "image"
function idocr.request_image(given)
  if not (package.loaded.ngx and package.loaded.ngx.req) then error("request_image works only inside nginx", 2) end
  return require("idocr.nginx.upload").image(given)
end

--- Returns the names of all kinds of card, sorted.
---@return string[]
function idocr.kinds() return kinds.list() end

local function kind_of(name)
  local kind, complaint = params.kind(name)
  if not kind then error(complaint, 3) end
  return kind
end

--- Describes a kind: title, services, params with their types, fields in order. Raises where there is no such kind, or its table
--- is wrong.
---@param kind idocr.KindName|string
---@return idocr.Description
function idocr.describe(kind) return (describe(kind_of(kind).kind)) end

--- Parses the value of a param from text, such as a form's field or a command's argument: "yes" for a boolean, "glare, blurry" or
--- "all" for warnings. Raises where there is no such kind.
---@param kind idocr.KindName|string
---@param param string
---@param text string
---@return any value nil where the text is wrong
---@return string? complaint  what would be right; does not repeat the text
function idocr.parse_param(kind, param, text)
  local found = kind_of(kind)
  if not found.compiled.params[param] or param == "image" or param == "back" then
    return nil, ("%s takes no param of that name as text%s"):format(kind, nearest.hint(param, found.compiled.params))
  end
  return params.from_text(found, param, text)
end

--- Opens a queue of pictures on a Redis server. Raises on wrong options.
---@param given idocr.QueueOptions|string|nil  options, or the URL of the queue
---@return idocr.Queue?
---@return idocr.Error? err  `unsupported`: this program cannot talk to Redis
function idocr.queue(given)
  local opened, queue, err = pcall(require("idocr.fleet").open, given)
  if not opened then error(type(queue) == "string" and "idocr.queue: " .. queue or queue, 2) end
  return queue, err
end

-- Returns a check by its name in `idocr.checks`; nil where there is none.
local function check_of(name)
  if name == "mrz" then return require "idocr.checks.mrz" end
  if name == "report" then return require "idocr.checks.report" end
  return require("idocr.checks.numbers").get(name)
end

-- Loaded when first asked for.
local LAZY = {
  credentials = function() return require "idocr.credentials" end,
  checks = function()
    return setmetatable({}, {
      __index = function(self, name)
        local module = check_of(name)
        if module then rawset(self, name, module) end
        return module
      end,
    })
  end,
}

return setmetatable(idocr, {
  __index = function(self, name)
    local load = LAZY[name]
    if not load then return nil end
    local module = load()
    rawset(self, name, module)
    return module
  end,
})
