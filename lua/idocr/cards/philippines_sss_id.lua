--- Philippine social security cards (SSS): RecognizePhilippinesSssIDOCR, whose members are objects { Value, Polygon }.

local parts = require "idocr.cards.parts.tencent"

return {
  title = "Philippine social security card",
  country = "PHL",

  services = {
    {
      provider = "tencent",
      action = "RecognizePhilippinesSssIDOCR",
      sites = { intl = true },
      removed = { cn = "2024-11-29" },
      rate = 20,
      pictures = parts.FRONT,
      formats = parts.JPEG_PNG,
      max_base64 = parts.MAX_BASE64_7M,
      inputs = { parts.required_portrait "ReturnHeadImage" },
      outputs = {
        { wire = "LicenseNumber.Value", field = "number", as = "text" },
        { wire = "FullName.Value", field = "name", as = "text" },
        { wire = "Birthday.Value", field = "birth_date", as = "date", formats = { "Mon D,YYYY" } },
        { wire = "HeadPortrait.Value", field = "portrait", as = "picture" },
      },
      refusal = parts.NOT_READ,
    },
  },

  show = { "number", "name", "birth_date" },
}
