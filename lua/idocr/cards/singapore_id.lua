--- Singapore identity cards (NRIC): RecognizeSingaporeIDCardOCR. One picture shows the front or the back, and only the members of
--- that side have values.

local parts = require "idocr.cards.parts.tencent"

return {
  title = "Singapore identity card",
  country = "SGP",

  services = {
    {
      provider = "tencent",
      action = "RecognizeSingaporeIDCardOCR",
      sites = { intl = true },
      rate = 20,
      pictures = parts.EITHER_SIDE,
      formats = parts.JPEG_PNG_BMP,
      max_base64 = parts.MAX_BASE64_7M,
      inputs = { parts.portrait "ReturnHeadImage" },
      outputs = {
        { wire = "ID", field = "number", as = "text" },
        { wire = "EnName", field = "name", as = "text" },
        { wire = "ChName", field = "native_name", as = "text" },
        { wire = "Race", field = "ethnicity", as = "text" },
        { wire = "Sex", field = "sex", as = "sex" },
        { wire = "Birthday", field = "birth_date", as = "date", formats = { "DD/MM/YYYY" } },
        { wire = "CountryOfBirth", field = "birth_country", as = "text" },
        { wire = "Photo", field = "portrait", as = "picture" },
        -- the back
        { wire = "NRICCode", field = "back_number", as = "text" },
        { wire = "DateOfIssue", field = "issue_date", as = "date", formats = { "YYYY-MM-DD" } },
        { wire = "DateOfExpiration", field = "expiry_date", as = "date", formats = { "YYYY-MM-DD" } },
        { wire = "Address", field = "address", as = "text" },
        { wire = "PostCode", field = "postal_code", as = "text" },
      },
      warnings = { WarnCardInfos = parts.WARN_CARD_INFOS },
      refusal = parts.NOT_READ,
    },
  },

  show = {
    "number", "back_number", "name", "native_name", "ethnicity", "sex", "birth_date", "birth_country", "issue_date", "expiry_date",
    "address", "postal_code",
  },
}
