--- Adds a new kind of card to package.path: one card table in a folder `idocr/cards`.

local process = require "spec.support.process"

local new_kind = { NAME = "library_card" }

local TABLE = [[
return {
  title = "Library card",
  services = {
    {
      provider = "tencent", action = "RecognizeLibraryCardOCR", sites = { intl = true, cn = true },
      pictures = { { param = "image", base64 = "ImageBase64", url = "ImageUrl" } },
      formats = { png = true, jpeg = true }, max_base64 = 7 * 2 ^ 20,
      inputs = { { wire = "WantPhoto", type = "boolean", param = "portrait" } },
      outputs = {
        { wire = "Card.Number", field = "number", as = "text" },
        { wire = "Card.Until", field = "expiry_date", as = "date", formats = { "D Mon YYYY" } },
        { wire = "Photo", field = "portrait", as = "picture" },
        { wire = "Fine", field = "fine", as = "number" },
      },
      warnings = { Alarms = { [-1] = "blurry" } },
      refusal = "FailedOperation.ImageNoSpecifiedCard",
    },
  },
  show = { "number", "expiry_date", "fine" },
}
]]

--- Adds the kind. Returns a function that removes it.
function new_kind.add()
  local folder, path = process.tempdir(), package.path
  process.run("mkdir -p " .. process.quote(folder .. "/idocr/cards"))
  process.write(folder .. "/idocr/cards/" .. new_kind.NAME .. ".lua", TABLE)
  package.path = folder .. "/?.lua;" .. path
  return function()
    package.path = path
    package.loaded["idocr.cards." .. new_kind.NAME] = nil
  end
end

return new_kind
