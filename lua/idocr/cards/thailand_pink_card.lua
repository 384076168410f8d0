--- Thai cards of persons without Thai nationality (pink cards): RecognizeThaiPinkCard, which only the international site has.
--- Every date is printed twice, as on the Thai identity card.

local parts = require "idocr.cards.parts.tencent"

local ENGLISH = { "D Mon. YYYY" }

return {
  title = "Thai card of a person without Thai nationality",
  country = "THA",

  services = {
    {
      provider = "tencent",
      action = "RecognizeThaiPinkCard",
      sites = { intl = true },
      rate = 5,
      pictures = parts.FRONT,
      formats = parts.JPEG_PNG_BMP,
      max_base64 = parts.MAX_BASE64_7M,
      inputs = { parts.portrait "CropPortrait" },
      embedded = { AdvancedInfo = true },
      outputs = {
        { wire = "IDNumber", field = "number", as = "compact" }, -- may begin with 0
        { wire = "EnName", field = "name", as = "text" }, -- names begin with a title
        { wire = "ThaiName", field = "native_name", as = "text" },
        { wire = "ThaiSurName", field = "native_surname", as = "text" },
        { wire = "Country", field = "nationality", as = "text" }, -- in Thai and English
        { wire = "EnDOB", field = "birth_date", as = "date", formats = ENGLISH },
        { wire = "ThaiDOB", field = "birth_date", as = "date" },
        { wire = "DateOfIssue", field = "issue_date", as = "date", formats = ENGLISH },
        { wire = "ThaiDateOfIssue", field = "issue_date", as = "date" },
        { wire = "DateOfExpiry", field = "expiry_date", as = "date", formats = ENGLISH },
        { wire = "ThaiDateOfExpiry", field = "expiry_date", as = "date" },
        { wire = "DateOfExpiry", field = "long_term", as = "open_end", formats = { "LIFELONG" } },
        { wire = "ThaiDateOfExpiry", field = "long_term", as = "open_end", formats = { "ตลอดชีพ" } },
        { wire = "PhotoNumber", field = "serial_number", as = "text" },
        { wire = "RefNumber", field = "reference_number", as = "text" },
        { wire = "ThaiAddress", field = "address", as = "text" },
        { wire = "IssuingAgency", field = "issuing_authority", as = "text" },
        { wire = "PortraitImage", field = "portrait", as = "picture" },
      },
      confidence = {
        IDNumber = "number", EnName = "name", ThaiName = "native_name", ThaiSurName = "native_surname", Country = "nationality",
        EnDOB = "birth_date", ThaiDateOfIssue = "issue_date", DateOfExpiry = "expiry_date", PhotoNumber = "serial_number",
        RefNumber = "reference_number", ThaiAddress = "address", IssuingAgency = "issuing_authority",
      },
      warnings = { WarnCardInfos = parts.WARN_CARD_INFOS },
    },
  },

  show = {
    "number", "serial_number", "reference_number", "name", "native_name", "native_surname", "nationality", "birth_date", "address",
    "issuing_authority", "issue_date", "expiry_date", "long_term",
  },
}
