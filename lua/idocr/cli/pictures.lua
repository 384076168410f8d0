--- Writing the pictures of a card to files.

local core = require "idocr.core"

local pictures = {}

local EXTENSIONS = { jpeg = ".jpg", png = ".png", bmp = ".bmp", gif = ".gif", webp = ".webp" }

--- The last part of a path without its extension.
---@param path string
---@return string
function pictures.stem(path)
  local name = path:match("([^/]+)/*$") or path
  return name:match("^(.+)%.[^.]+$") or name
end

--- Whether a path names a folder that is there.
---@param path string
---@return boolean
function pictures.is_folder(path) return core.file_type(path, true) == "folder" end

local function extension(bytes)
  local image = core.image_bytes(bytes)
  local info = image and image:info() or {}
  return EXTENSIONS[info.format] or ".bin"
end

-- A pipe or a device: nothing is renamed over it.
local function is_special(path)
  return path:find("^/dev/") ~= nil or path:find("^/proc/") ~= nil or core.file_type(path, true) == "special"
end

-- Where a link leads. What is to be renamed over a file is made beforehand, with that file's rights.
local RESOLVE = [[
p=$(readlink -f -- "$1" && echo .) && p=${p%??} && [ -f "$p" ] && : >"$p.part" && {
  chmod --reference="$p" "$p.part"
  printf '%s.' "$p"
}]]

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local function resolve(path)
  local pipe = io.popen("sh -c " .. quote(RESOLVE) .. " sh " .. quote(path) .. " 2>/dev/null")
  local found = pipe and pipe:read("*a")
  if pipe then pipe:close() end
  return found and found:match("^(.+)%.$") or path
end

--- Makes a folder and those above it, where they are not there yet.
---@param path string
function pictures.make_folder(path)
  if not pictures.is_folder(path) then os.execute("mkdir -p -- " .. quote(path)) end
end

local function put(path, bytes)
  local handle, problem = io.open(path, "wb")
  if not handle then return nil, problem end
  local written
  written, problem = handle:write(bytes)
  local closed, trouble = handle:close()
  if written and closed then return true end
  return nil, problem or trouble or ("cannot write " .. path)
end

--- Whether something can be written there, to be known before it is paid for.
---@param place string a file or a folder
---@return string? problem
function pictures.complaint(place)
  if place == "-" or is_special(place) and not pictures.is_folder(place) then return nil end
  local path = (place:sub(-1) == "/" or pictures.is_folder(place)) and place:gsub("/+$", "") .. "/idocr" or place
  local handle, problem = io.open(path .. ".part", "wb")
  if not handle then return (problem:gsub("%.part:", ":", 1)) end
  handle:close()
  os.remove(path .. ".part")
end

--- A short name for each source, without extension as long as that tells them apart: a.jpg and a.png of one folder, or
--- 1/a.jpg and 2/a.jpg, must not write over each other's pictures.
---@param sources string[]
---@return table<string, string> stems
function pictures.stems(sources)
  local known, count, stems, taken = {}, {}, {}, {}
  for _, source in ipairs(sources) do
    local stem = pictures.stem(source)
    if not known[source] then count[stem] = (count[stem] or 0) + 1 end
    known[source] = true
  end
  for _, source in ipairs(sources) do
    local stem, number = pictures.stem(source), 1
    if count[stem] > 1 then stem = source:match("([^/]+)/*$") or source end
    local base = stem
    while taken[stem] and not stems[source] do
      number = number + 1
      stem = base .. "-" .. number
    end
    stems[source], taken[stem] = stems[source] or stem, true
  end
  return stems
end

--- Writes a picture whole or not at all: under another name first.
---@param bytes string
---@param place string a file, - for standard output, or a folder that is there: then the file is called STEM-FIELD.EXTENSION
---@param stem string
---@param field string
---@return string? path
---@return string? problem
function pictures.write(bytes, place, stem, field)
  local written, problem
  if place == "-" then
    written, problem = core.output(1):write(bytes)
    return written and place, problem
  end
  local path = place
  if place:sub(-1) == "/" or pictures.is_folder(place) then
    path = place:gsub("/+$", "") .. "/" .. stem .. "-" .. field .. extension(bytes)
  end
  if is_special(path) then
    written, problem = put(path, bytes)
    return written and path, problem
  end
  local real = resolve(path)
  written, problem = put(real .. ".part", bytes)
  if written then written, problem = os.rename(real .. ".part", real) end
  if written then return path end
  os.remove(real .. ".part")
  return nil, problem
end

return pictures
