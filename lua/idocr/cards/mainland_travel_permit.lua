--- Mainland travel permits of Hong Kong, Macao and Taiwan residents, read by MainlandPermitOCR, one side a call.

local china = require "idocr.cards.parts.china"
local parts = require "idocr.cards.parts.tencent"

return {
  title = "Mainland travel permit of Hong Kong, Macao or Taiwan residents",
  country = "CHN",

  params = {
    side = { type = "string", values = { front = "FRONT", back = "BACK" }, help = "the side shown; front if not given" },
  },

  services = {
    {
      provider = "tencent",
      action = "MainlandPermitOCR",
      sites = { intl = true, cn = true },
      rate = 20,
      pictures = parts.EITHER_SIDE,
      formats = parts.JPEG_PNG,
      max_base64 = parts.MAX_BASE64,
      inputs = {
        parts.portrait "RetProfile",
        { wire = "CardSide", type = "string", param = "side", values = { "FRONT", "BACK" } },
      },

      outputs = china.join({
        { wire = "Type", field = "document_type", as = "text" },
        { wire = "MainlandTravelPermitBackInfos.Type", field = "document_type", as = "text" },
        { wire = "Number", field = "number", as = "text" },
        { wire = "EnglishName", field = "name", as = "text" },
        { wire = "Name", field = "native_name", as = "text" },
        { wire = "MainlandTravelPermitBackInfos.Name", field = "native_name", as = "text" },
        { wire = "Sex", field = "sex", as = "sex" },
        { wire = "Birthday", field = "birth_date", as = "date", formats = { "YYYY.MM.DD" } },
        { wire = "Nationality", field = "nationality", as = "text" },
        { wire = "MainlandTravelPermitBackInfos.IDNumber", field = "personal_number", as = "text" },
        { wire = "MainlandTravelPermitBackInfos.HistoryNumber", field = "previous_number", as = "text" },
        { wire = "IssueAuthority", field = "issuing_authority", as = "text" },
        { wire = "IssueAddress", field = "issue_place", as = "text" },
        { wire = "IssueNumber", field = "issue_count", as = "integer" },
        { wire = "Profile", field = "portrait", as = "picture" },
      }, china.period "ValidDate"),

      warnings = {
        WarnCardInfos = { [-9102] = "photocopy", [-9103] = "recaptured", [-9104] = "tampered", [-9109] = "not_enabled" },
      },
      refusal = "FailedOperation.ImageNoSpecifiedCard",
    },
  },

  show = {
    "document_type", "number", "name", "native_name", "sex", "birth_date", "nationality", "personal_number", "previous_number",
    "issuing_authority", "issue_place", "issue_count", "issue_date", "expiry_date", "long_term",
  },
}
