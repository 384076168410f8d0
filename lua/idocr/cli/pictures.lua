--- Writes the pictures of a card to files.

local core = require "idocr.core"
local shell_quote = require "idocr.shell_quote"

local pictures = {}

local EXTENSIONS = { jpeg = ".jpg", png = ".png", bmp = ".bmp", gif = ".gif", webp = ".webp" }

--- Returns the last part of a path without its extension.
---@param path string
---@return string
function pictures.stem(path)
  local name = path:match("([^/]+)/*$") or path
  return name:match("^(.+)%.[^.]+$") or name
end

--- Returns whether a path is an existing folder.
---@param path string
---@return boolean
function pictures.is_folder(path) return core.file_type(path, true) == "folder" end

local function extension(bytes)
  local image = core.image_bytes(bytes)
  local info = image and image:info() or {}
  return EXTENSIONS[info.format] or ".bin"
end

-- Returns whether a path is a pipe or a device, which must not be replaced by rename.
local function is_special(path)
  return path:find("^/dev/") ~= nil or path:find("^/proc/") ~= nil or core.file_type(path, true) == "special"
end

-- Resolves links. For an existing file, also creates the .part file that will replace it, with that file's permissions.
local RESOLVE = [[
p=$(readlink -f -- "$1" && echo .) && p=${p%??} && [ -f "$p" ] && : >"$p.part" && {
  chmod --reference="$p" "$p.part"
  printf '%s.' "$p"
}]]

local function resolve(path)
  local pipe = io.popen("sh -c " .. shell_quote(RESOLVE) .. " sh " .. shell_quote(path) .. " 2>/dev/null")
  local found = pipe and pipe:read("*a")
  if pipe then pipe:close() end
  return found and found:match("^(.+)%.$") or path
end

--- Creates a folder and its parents if missing.
---@param path string
function pictures.make_folder(path)
  if not pictures.is_folder(path) then os.execute("mkdir -p -- " .. shell_quote(path)) end
end

local function write_file(path, bytes)
  local handle, problem = io.open(path, "wb")
  if not handle then return nil, problem end
  local written
  written, problem = handle:write(bytes)
  local closed, trouble = handle:close()
  if written and closed then return true end
  return nil, problem or trouble or ("cannot write " .. path)
end

--- Tests whether a target can be written, before any call is paid for.
---@param target string  a file or a folder
---@return string? problem
function pictures.write_problem(target)
  if target == "-" or is_special(target) and not pictures.is_folder(target) then return nil end
  local path = (target:sub(-1) == "/" or pictures.is_folder(target)) and target:gsub("/+$", "") .. "/idocr" or target
  local handle, problem = io.open(path .. ".part", "wb")
  if not handle then return (problem:gsub("%.part:", ":", 1)) end
  handle:close()
  os.remove(path .. ".part")
end

--- Returns a unique short name for each source, so that a.jpg and a.png, or 1/a.jpg and 2/a.jpg, do not overwrite each
--- other's pictures. Keeps the extension only if the names are ambiguous without it.
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

--- Writes a picture atomically: to a .part file that is then renamed.
---@param bytes string
---@param target string  a file, - for standard output, or an existing folder: the file is then called STEM-FIELD.EXTENSION
---@param stem string
---@param field string
---@return string? path
---@return string? problem
function pictures.write(bytes, target, stem, field)
  local written, problem
  if target == "-" then
    written, problem = core.output(1):write(bytes)
    return written and target, problem
  end
  local path = target
  if target:sub(-1) == "/" or pictures.is_folder(target) then
    path = target:gsub("/+$", "") .. "/" .. stem .. "-" .. field .. extension(bytes)
  end
  if is_special(path) then
    written, problem = write_file(path, bytes)
    return written and path, problem
  end
  local real = resolve(path)
  written, problem = write_file(real .. ".part", bytes)
  if written then written, problem = os.rename(real .. ".part", real) end
  if written then return path end
  os.remove(real .. ".part")
  return nil, problem
end

return pictures
