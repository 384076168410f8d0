--- Measures the pixels of a call's pictures before sending, with `advice = true`; nothing is refused for it.

local advice = {}

--- Wraps a picture so that it yields to other requests before each slice is read.
local function with_pauses(image, runtime)
  return {
    size = function() return image:size() end,
    info = function() return image:info() end,
    read = function(_, offset, most)
      runtime.pause()
      return image:read(offset, most)
    end,
  }
end

--- Returns the failed checks of a call's pictures; empty where nothing is wrong.
---@param opened table<string, table> opened pictures (`picture.open`) by param
---@param runtime idocr.Runtime
---@return idocr.Finding[]
function advice.of(opened, runtime)
  local quality = require "idocr.picture.quality"
  local findings = {}
  for _, param in ipairs { "image", "back" } do
    local entry = opened[param]
    if entry and entry.image then
      for _, finding in ipairs(quality.check(with_pauses(entry.image, runtime)).findings) do
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
