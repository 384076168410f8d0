--- Loads the specimens that come with idocr: pictures of invented people's cards and the text on them.

local json = require "idocr.json"

local specimens = {}

---@class idocr.sandbox.Specimen
---@field kind string
---@field side "front"|"back"|nil
---@field path string
---@field sha256 string     of the picture's bytes, lower-case hex
---@field portrait string?  path of the portrait that a service would cut out of the picture
---@field fields table      the printed values, in the vocabulary of the cards

local folder = (debug.getinfo(1, "S").source:match("^@(.*)specimens%.lua$") or "lua/idocr/sandbox/") .. "specimens/"

local function read(path)
  local file, message = io.open(path, "rb")
  if not file then error("idocr: cannot read a file of the sandbox: " .. message, 0) end
  local bytes = file:read("*a")
  file:close()
  return bytes
end

local entries, by_digest

local function load_entries()
  if entries then return end
  entries, by_digest = {}, {}
  for i, entry in ipairs(assert(json.decode(read(folder .. "data.json")))) do
    entry.path = folder .. entry.file
    entry.portrait = entry.portrait and folder .. entry.portrait
    entries[i], by_digest[entry.sha256] = entry, entry
  end
end

--- Returns all specimens.
---@return idocr.sandbox.Specimen[]
function specimens.list()
  load_entries()
  return entries
end

--- Returns the path of a kind's picture: the front of the first person, or the back where there is no front.
---@param kind string
---@return string?
function specimens.path(kind)
  load_entries()
  local back
  for _, entry in ipairs(entries) do
    if entry.kind == kind and entry.side ~= "back" then return entry.path end
    if entry.kind == kind then back = back or entry.path end
  end
  return back
end

--- Returns the paths of all pictures: kind -> path.
---@return table<string, string>
function specimens.paths()
  load_entries()
  local paths = {}
  for _, entry in ipairs(entries) do paths[entry.kind] = paths[entry.kind] or specimens.path(entry.kind) end
  return paths
end

--- Finds the specimen with a SHA-256.
---@param digest string lower-case hex
---@return idocr.sandbox.Specimen?
function specimens.find(digest)
  load_entries()
  return by_digest[digest]
end

--- Returns the bytes of a specimen's portrait, or nil if it has none.
---@param specimen idocr.sandbox.Specimen
---@return string?
function specimens.portrait(specimen)
  return specimen.portrait and read(specimen.portrait)
end

return specimens
