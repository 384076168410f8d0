--- Finds the headings and links of Markdown pages, as forges read them.

local links = {}

--- Returns the anchor of a heading: lower case, letters, digits, hyphens and underscores; blanks become hyphens.
---@param heading string
---@return string
function links.anchor(heading)
  local text = heading:gsub("%[([^%]]*)%]%b()", "%1"):gsub("[`*]", "")
  return (text:lower():gsub("[^%w%s_\128-\255-]", ""):gsub("%s", "-"))
end

-- Returns the lines outside code blocks: headings and links in code do not count.
local function without_code(text)
  local lines, fenced = {}, false
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    if line:find("^```") then
      fenced = not fenced
    elseif not fenced and not line:find("^    ") then
      lines[#lines + 1] = line
    end
  end
  return lines
end

--- Returns the anchors of a page.
---@param text string
---@return table<string, true>
function links.anchors(text)
  local anchors = {}
  for _, line in ipairs(without_code(text)) do
    local heading = line:match("^#+ (.*)$")
    if heading then
      local anchor, count = links.anchor(heading), 0
      local name = anchor
      while anchors[name] do
        count = count + 1
        name = anchor .. "-" .. count
      end
      anchors[name] = true
    end
  end
  return anchors
end

--- Returns the targets of a page's links and pictures.
---@param text string
---@return string[]
function links.targets(text)
  local targets = {}
  for _, line in ipairs(without_code(text)) do
    for target in line:gsub("``?[^`]*``?", function(code) return #code > 0 and "`" or "" end):gmatch("%]%(([^)%s]+)%)") do
      targets[#targets + 1] = target
    end
  end
  return targets
end

--- Returns a path without "." and "..".
---@param path string
---@return string
function links.normal(path)
  local parts = {}
  for part in path:gmatch("[^/]+") do
    if part == ".." and #parts > 0 and parts[#parts] ~= ".." then
      parts[#parts] = nil
    elseif part ~= "." then
      parts[#parts + 1] = part
    end
  end
  return table.concat(parts, "/")
end

--- Returns the file that a link of a page leads to, and the anchor in it; nil for another site.
---@param page string path of the page
---@param target string
---@return string? path
---@return string anchor
function links.resolve(page, target)
  if target:find("^%a[%w+.-]*:") then return nil, "" end
  local file, anchor = target:match("^([^#]*)#?(.*)$")
  if file == "" then return page, anchor end
  return links.normal((page:match("^.*/") or "") .. file), anchor
end

return links
