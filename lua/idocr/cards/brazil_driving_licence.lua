--- Brazilian driving licences (CNH): RecognizeBrazilDriverLicenseOCR, which only the international site has.

local parts = require "idocr.cards.parts.tencent"

local DATE = { "DD/MM/YYYY" }

return {
  title = "Brazilian driving licence",
  country = "BRA",

  params = {
    version = { type = "string", values = { old = "OLD", new = "NEW" }, help = "layout of the licence; old if not given" },
  },

  services = {
    {
      provider = "tencent",
      action = "RecognizeBrazilDriverLicenseOCR",
      sites = { intl = true },
      rate = 20,
      pictures = parts.FRONT_AND_BACK,
      formats = parts.JPEG_PNG_BMP,
      max_base64 = parts.MAX_BASE64_7M,
      inputs = {
        parts.portrait "CropPortrait",
        { wire = "LicenceVersion", type = "string", param = "version", values = { "OLD", "NEW" } },
      },
      embedded = { AdvancedInfo = true },
      outputs = {
        { wire = "REGISTRO", field = "number", as = "text" },
        { wire = "CNHNumber", field = "document_number", as = "text" },
        { wire = "NOME", field = "name", as = "text" },
        { wire = "MEMBERSHIP", field = "parents", as = "text" },
        { wire = "NASCIMENTO", field = "birth_date", as = "date", formats = DATE },
        { wire = "CPF", field = "tax_number", as = "text" },
        { wire = "IDENTIDADE", field = "identity_document", as = "text" }, -- number, agency and state
        { wire = "CatHab", field = "licence_classes", as = "text" },
        { wire = "QUALIFICATION", field = "first_issue_date", as = "date", formats = DATE },
        { wire = "IssueDate", field = "issue_date", as = "date", formats = DATE },
        { wire = "VALIDADE", field = "expiry_date", as = "date", formats = DATE },
        { wire = "LOCAL", field = "issue_place", as = "text" },
        { wire = "OBSERVATIONS", field = "remarks", as = "text" },
        { wire = "BackNumber", field = "back_number", as = "text" },
        { wire = "PortraitImage", field = "portrait", as = "picture" },
      },
      confidence = {
        REGISTRO = "number", CNHNumber = "document_number", NOME = "name", MEMBERSHIP = "parents", NASCIMENTO = "birth_date",
        CPF = "tax_number", IDENTIDADE = "identity_document", CatHab = "licence_classes", QUALIFICATION = "first_issue_date",
        IssueDate = "issue_date", VALIDADE = "expiry_date", LOCAL = "issue_place", OBSERVATIONS = "remarks",
        BackNumber = "back_number",
      },
      refusal = parts.NOT_READ,
    },
  },

  show = {
    "number", "document_number", "back_number", "name", "parents", "birth_date", "tax_number", "identity_document",
    "licence_classes", "first_issue_date", "issue_date", "expiry_date", "issue_place", "remarks",
  },
}
