--- Exit-entry permits of mainland residents for Hong Kong, Macao or Taiwan, read by PermitOCR.

local china = require "idocr.cards.parts.china"
local parts = require "idocr.cards.parts.tencent"

return {
  title = "Exit-entry permit of mainland residents",
  country = "CHN",

  services = {
    {
      provider = "tencent",
      action = "PermitOCR",
      sites = { intl = true, cn = true },
      rate = 10,
      pictures = parts.FRONT,
      formats = parts.JPEG_PNG,
      max_base64 = parts.MAX_BASE64_7M,
      inputs = { parts.portrait "CropPortrait" },

      outputs = china.join({
        { wire = "Type", field = "document_type", as = "text" },
        { wire = "Number", field = "number", as = "text" },
        { wire = "EnglishName", field = "name", as = "text" },
        { wire = "Name", field = "native_name", as = "text" },
        { wire = "Sex", field = "sex", as = "sex" },
        { wire = "Birthday", field = "birth_date", as = "date", formats = { "YYYY.MM.DD" } },
        { wire = "IssueAuthority", field = "issuing_authority", as = "text" },
        { wire = "IssueAddress", field = "issue_place", as = "text" },
        { wire = "PortraitImage", field = "portrait", as = "picture" },
      }, china.period "ValidDate"),

      warnings = { WarnCardInfos = parts.WARN_CARD_INFOS },
      refusal = "FailedOperation.ImageNoSpecifiedCard",
    },
  },

  show = {
    "document_type", "number", "name", "native_name", "sex", "birth_date", "issuing_authority", "issue_place", "issue_date", "expiry_date",
    "long_term",
  },
}
