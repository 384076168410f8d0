--- Finds the pictures of a folder for a batch and counts the skipped files by reason.

local core = require "idocr.core"

local folder = {}

-- Extensions of the formats that a service may accept; files with other extensions are skipped.
local PICTURES = { jpg = true, jpeg = true, png = true, bmp = true, pdf = true, gif = true, webp = true }

-- Formats by extension, for files whose content is not recognised.
local OTHERS = {
  heic = "heic", hif = "heif", heif = "heif", avif = "avif", tif = "tiff", tiff = "tiff", jxl = "jpegxl", jp2 = "jpeg2000",
  j2k = "jpeg2000", jpf = "jpeg2000", jpx = "jpeg2000", jxr = "jpegxr", wdp = "jpegxr", dng = "dng", cr2 = "raw", cr3 = "raw",
  nef = "raw", arw = "raw", orf = "raw", rw2 = "raw", psd = "psd", ico = "ico", svg = "svg",
}

-- Names of the picture formats. A file with other content (a web page, an archive) is not skipped, so that its error is shown.
local NAMES = {
  jpeg = "JPEG", png = "PNG", bmp = "BMP", gif = "GIF", pdf = "PDF", webp = "WebP", heic = "HEIC", heif = "HEIF", avif = "AVIF",
  tiff = "TIFF", dng = "DNG", raw = "raw camera", jpegxl = "JPEG XL", jpeg2000 = "JPEG 2000", jpegxr = "JPEG XR", psd = "Photoshop",
  ico = "ICO", svg = "SVG",
}

-- Reasons to skip a file: singular and plural text. Files of unsupported formats are counted separately, by format.
local REASONS = {
  { "hidden", "name that begins with a dot", "names that begin with a dot" },
  { "folder", "folder (--recursive reads folders too)", "folders (--recursive reads folders too)" },
  { "link", "link to a folder", "links to folders" },
  { "unreadable", "folder that cannot be read", "folders that cannot be read" },
  { "special", "pipe, socket or device", "pipes, sockets or devices" },
  { "portrait", "portrait that an earlier run wrote", "portraits that earlier runs wrote" },
  { "other", "file that does not have a picture's name (.jpg, .png …)", "files that do not have a picture's name (.jpg, .png …)" },
}

---@class idocr.cli.LeftOut
---@field total integer
---@field formats table<string, integer>  names of formats
---@field reasons table<string, integer>
---@field taken string?  names of the formats that the service accepts

local function format_of(path)
  local image = core.image_file(path)
  if not image then return nil end
  local info = image:info()
  image:close()
  return info and info.format
end

local function count(counts, name) counts[name] = (counts[name] or 0) + 1 end

-- Returns why a regular file is skipped: a reason, or nil and the name of a format. Returns nothing for a picture of the batch,
-- which includes a file with a picture's extension and unknown content, so that its error is shown.
local function skip_reason(path, name, accepted)
  local extension = (name:match("%.(%w+)$") or ""):lower()
  if not PICTURES[extension] and not OTHERS[extension] then return "other" end
  if accepted == "all" then return nil end
  local format = format_of(path) or OTHERS[extension]
  if format and not accepted[format] then return nil, NAMES[format] end
end

-- Searches one folder and, if the search is recursive, its subfolders.
local function visit(search, path)
  local names = core.list_directory(path)
  if not names then
    count(search.left_out.reasons, "unreadable")
    return
  end
  for _, name in ipairs(names) do
    local entry = path == "/" and "/" .. name or path .. "/" .. name
    local kind, identity = core.file_type(entry, false)
    local target = kind == "link" and core.file_type(entry, true) or kind
    local reason, format
    if name:sub(1, 1) == "." then
      reason = "hidden"
    elseif target == "folder" and kind == "link" then
      reason = "link" -- a link may form a loop or lead to pictures that are found anyway
    elseif target == "folder" and not search.recursive then
      reason = "folder"
    elseif target == "folder" then
      if not search.visited[identity] then
        search.visited[identity] = true
        visit(search, entry)
      end
    elseif target == "special" then
      reason = "special"
    elseif search.wrote(entry) then
      reason = "portrait"
    else
      reason, format = skip_reason(entry, name, search.accepted)
      if not reason and not format then search.pictures[#search.pictures + 1] = entry end
    end
    if reason then count(search.left_out.reasons, reason) end
    if format then count(search.left_out.formats, format) end
  end
end

--- Finds the pictures, sorted bytewise within each folder.
---@param path string
---@param options { recursive: boolean?, formats: table<string, true>?, wrote: fun(path: string): boolean }  `formats`:
---  accepted formats (nil: all); `wrote`: returns whether an earlier run wrote this file
---@return string[] pictures  paths that begin with `root`
---@return idocr.cli.LeftOut left_out
---@return string root  the folder as given, without redundant slashes
function folder.find(path, options)
  path = path:gsub("/+", "/"):gsub("^%./(.)", "%1"):gsub("(.)/$", "%1") -- a later run must find the same paths for ./scans/ and scans
  local _, identity = core.file_type(path, true)
  local search = {
    recursive = options.recursive, accepted = options.formats or "all", pictures = {}, visited = { [identity or ""] = true },
    wrote = options.wrote, left_out = { formats = {}, reasons = {} },
  }
  visit(search, path)
  local taken, total = {}, 0
  for format in pairs(options.formats or {}) do taken[#taken + 1] = NAMES[format] or format end
  table.sort(taken)
  for _, counts in ipairs { search.left_out.formats, search.left_out.reasons } do
    for _, number in pairs(counts) do total = total + number end
  end
  search.left_out.taken, search.left_out.total = table.concat(taken, ", "), total
  return search.pictures, search.left_out, path == "/" and "" or path
end

--- Describes the skipped files in one sentence; returns nil if there are none.
---@param left_out idocr.cli.LeftOut
---@return string?
function folder.describe(left_out)
  local parts, formats = {}, {}
  for name in pairs(left_out.formats) do formats[#formats + 1] = name end
  table.sort(formats)
  for index, name in ipairs(formats) do
    local number = left_out.formats[name]
    parts[index] = ("%d %s %s"):format(number, name, number == 1 and "picture" or "pictures")
  end
  if #parts > 0 then
    parts = { table.concat(parts, ", ") .. " (the service takes " .. left_out.taken ..
      "; --no-precheck sends them)" }
  end
  for _, reason in ipairs(REASONS) do
    local number = left_out.reasons[reason[1]]
    if number then parts[#parts + 1] = ("%d %s"):format(number, number == 1 and reason[2] or reason[3]) end
  end
  return parts[1] and table.concat(parts, ", ")
end

return folder
