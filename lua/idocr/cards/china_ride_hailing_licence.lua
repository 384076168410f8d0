--- Chinese licences of ride-hailing drivers, read by RideHailingDriverLicenseOCR.

local parts = require "idocr.cards.parts.tencent"

local DATE = { "YYYYMMDD" }

return {
  title = "Chinese ride-hailing driver's licence",
  country = "CHN",

  services = {
    {
      provider = "tencent",
      action = "RideHailingDriverLicenseOCR",
      sites = { cn = true },
      rate = 5,
      pictures = parts.FRONT,
      formats = parts.JPEG_PNG_BMP,
      max_base64 = parts.MAX_BASE64,
      outputs = {
        { wire = "LicenseNumber", field = "number", as = "text" },
        { wire = "Name", field = "name", as = "text" },
        { wire = "ReleaseDate", field = "first_issue_date", as = "date", formats = DATE },
        { wire = "StartDate", field = "valid_from", as = "date", formats = DATE },
        { wire = "EndDate", field = "expiry_date", as = "date", formats = DATE },
        { wire = "EndDate", field = "long_term", as = "open_end", formats = { "长期" } },
      },
      refusal = parts.NOT_READ,
    },
  },

  show = { "number", "name", "first_issue_date", "valid_from", "expiry_date", "long_term" },
}
