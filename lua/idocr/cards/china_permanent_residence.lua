--- Identity cards of foreigners with permanent residence in the Chinese mainland: RecognizeValidIDCardOCR took over from
--- RecognizeForeignPermanentResidentIdCard in 2025.

local china = require "idocr.cards.parts.china"
local parts = require "idocr.cards.parts.tencent"

local OBJECT, FRONT = "PermanentResidencePermitInfo", 10

return {
  title = "Chinese permanent residence card",
  country = "CHN",
  params = china.valid_id_params(FRONT),

  services = {
    china.valid_id(OBJECT, china.card_type(FRONT), {
      china.content(OBJECT, "EnName", "name", "text"),
      china.content(OBJECT, "Name", "native_name", "text"),
      china.content(OBJECT, "Nationality", "nationality", "text"),
      china.content(OBJECT, "HolderNum", "previous_number", "text"),
    }),
    {
      provider = "tencent",
      action = "RecognizeForeignPermanentResidentIdCard",
      removed = { cn = "2025-11-05" },
      pictures = parts.EITHER_SIDE,
      formats = { jpeg = true, png = true, pdf = true },
      max_base64 = parts.MAX_BASE64,
      inputs = {
        { wire = "EnablePdf", type = "boolean" }, { wire = "PdfPageNumber", type = "integer" }, parts.portrait "CropPortrait",
      },
      outputs = china.join({
        { wire = "No", field = "number", as = "text" },
        { wire = "EnName", field = "name", as = "text" },
        { wire = "CnName", field = "native_name", as = "text" },
        { wire = "Sex", field = "sex", as = "sex" },
        { wire = "DateOfBirth", field = "birth_date", as = "date", formats = { "YYYY年MM月DD日" } },
        { wire = "Nationality", field = "nationality", as = "text" },
        { wire = "PreviousNumber", field = "previous_number", as = "text" },
        { wire = "IssuedAuthority", field = "issuing_authority", as = "text" },
        { wire = "PortraitImageInfo.PortraitImage", field = "portrait", as = "picture" },
      }, china.period "PeriodOfValidity"),
      refusal = parts.NOT_READ,
    },
  },

  show = {
    "document_type", "number", "name", "native_name", "sex", "birth_date", "nationality", "ethnicity", "address", "previous_number",
    "issuing_authority", "issue_date", "expiry_date", "long_term",
  },
}
