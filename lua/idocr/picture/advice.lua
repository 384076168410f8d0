--- Measures the pixels of a call's pictures before they are sent, with `advice = true`. Nothing is refused for what it finds.

local advice = {}

--- The picture as `checks.picture` wants it, with a pause before every slice: other requests of a worker go on.
local function unhurried(image, runtime)
  return {
    size = function() return image:size() end,
    info = function() return image:info() end,
    read = function(_, offset, most)
      runtime.pause()
      return image:read(offset, most)
    end,
  }
end

--- Findings about the pictures of a call that are worth a word; empty where all is well.
---@param opened table<string, table> what `picture.open` gave, by param
---@param runtime table
---@return idocr.Finding[]
function advice.of(opened, runtime)
  local picture = require "idocr.picture.quality"
  local findings = {}
  for _, param in ipairs { "image", "back" } do
    local entry = opened[param]
    if entry and entry.image then
      for _, finding in ipairs(picture.look(unhurried(entry.image, runtime)).findings) do
        if not finding.ok then
          finding.field, finding.fields = param, { param }
          findings[#findings + 1] = finding
        end
      end
    end
  end
  return findings
end

return advice
