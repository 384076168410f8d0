--- Residence permits of Hong Kong, Macao and Taiwan residents in the Chinese mainland: RecognizeValidIDCardOCR took over from
--- HmtResidentPermitOCR in 2026.

local china = require "idocr.cards.parts.china"
local parts = require "idocr.cards.parts.tencent"

local OBJECT, FRONT = "ResidencePermitInfo", 7

return {
  title = "Residence permit of Hong Kong, Macao or Taiwan residents",
  country = "CHN",
  params = china.valid_id_params(FRONT),

  services = {
    china.valid_id(OBJECT, china.card_type(FRONT), {
      china.content(OBJECT, "Name", "name", "text"),
      china.content(OBJECT, "PassNum", "permit_number", "text"),
      china.content(OBJECT, "IssueNum", "issue_count", "integer"),
    }),
    {
      provider = "tencent",
      action = "HmtResidentPermitOCR",
      removed = { cn = "2026-06-08", intl = "2026-07-06" },
      rate = 20,
      pictures = parts.EITHER_SIDE,
      formats = parts.JPEG_PNG,
      max_base64 = parts.MAX_BASE64,
      inputs = { { wire = "CardSide", type = "string" }, parts.portrait "CropPortrait" },
      outputs = china.join({
        { wire = "IdCardNo", field = "number", as = "text" },
        { wire = "Name", field = "name", as = "text" },
        { wire = "Sex", field = "sex", as = "sex" },
        { wire = "Birth", field = "birth_date", as = "date", formats = { "YYYY/M/D" } },
        { wire = "Address", field = "address", as = "text" },
        { wire = "Authority", field = "issuing_authority", as = "text" },
        { wire = "PassNo", field = "permit_number", as = "text" },
        { wire = "VisaNum", field = "issue_count", as = "integer" },
        { wire = "PortraitImageInfo.PortraitImage", field = "portrait", as = "picture" },
      }, china.period "ValidDate"),
      refusal = "FailedOperation.NotAppointCard",
    },
  },

  show = {
    "document_type", "number", "name", "sex", "ethnicity", "birth_date", "address", "permit_number", "issue_count", "issuing_authority",
    "issue_date", "expiry_date", "long_term",
  },
}
