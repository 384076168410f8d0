--- Parts that the card tables of ekycpro's paths share.

local ekycpro = {}

ekycpro.EITHER_SIDE = { { param = "image", base64 = "img", side = "either" } }
ekycpro.BACK = { { param = "image", base64 = "img", side = "back" } }

--- What says which document the path for Thailand has read.
ekycpro.TH_OCR_SHOWS = {
  wire = "cardTypeEn",
  kinds = { ["Thai National ID Card"] = "thailand_id", ["Driving License"] = "thailand_driving_licence" },
}

--- Returns the service of a path: one picture of the front, no params, no warnings.
---@param path string below /v1/
---@param more table the other members of the service, and those that differ
---@return idocr.Service
function ekycpro.service(path, more)
  local service = {
    provider = "ekycpro", action = path, pictures = { { param = "image", base64 = "img" } },
    formats = { jpeg = true, png = true, bmp = true }, max_bytes = 2 * 1024 * 1024,
    advised = { bytes = 200000 }, -- for an answer within 2 seconds
  }
  for name, value in pairs(more) do service[name] = value end
  return service
end

return ekycpro
