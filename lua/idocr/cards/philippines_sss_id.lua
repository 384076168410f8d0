--- Philippine social security cards (SSS): RecognizePhilippinesSssIDOCR, whose members are objects { Value, Polygon }.

local parts = require "idocr.cards.parts.tencent"
local philippines = require "idocr.cards.parts.philippines"

return {
  title = "Philippine social security card",
  country = "PHL",

  services = {
    philippines.service("RecognizePhilippinesSssIDOCR", {
      inputs = { parts.required_portrait "ReturnHeadImage" },
      outputs = {
        { wire = "LicenseNumber.Value", field = "number", as = "text" },
        { wire = "FullName.Value", field = "name", as = "text" },
        { wire = "Birthday.Value", field = "birth_date", as = "date", formats = { "Mon D,YYYY" } },
        { wire = "HeadPortrait.Value", field = "portrait", as = "picture" },
      },
    }),
  },

  show = { "number", "name", "birth_date" },
}
