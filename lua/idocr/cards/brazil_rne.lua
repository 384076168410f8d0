--- Brazilian cards of foreigners, the older form (RNE): RecognizeBrazilRNEOCR, which only the international site has.

local parts = require "idocr.cards.parts.tencent"

local DATE = { "DD/MM/YYYY" }

return {
  title = "Brazilian card of a foreigner (RNE)",
  country = "BRA",

  services = {
    {
      provider = "tencent",
      action = "RecognizeBrazilRNEOCR",
      sites = { intl = true },
      rate = 5,
      pictures = parts.FRONT_AND_BACK,
      formats = parts.JPEG_PNG,
      max_base64 = parts.MAX_BASE64_7M,
      inputs = { parts.portrait "ReturnHeadImage" },
      outputs = {
        { wire = "RNE", field = "number", as = "text" },
        { wire = "NOME", field = "name", as = "text" },
        { wire = "Membership", field = "parents", as = "text" },
        { wire = "Sex", field = "sex", as = "sex" },
        { wire = "DateOfBirth", field = "birth_date", as = "date", formats = DATE },
        { wire = "NATURALIDADE", field = "birth_place", as = "text" },
        { wire = "NACIONALIDADE", field = "nationality", as = "text" },
        { wire = "CLASSIFICATION", field = "residence_category", as = "text" },
        { wire = "EntryDate", field = "entry_date", as = "date", formats = DATE },
        { wire = "IssuingAgency", field = "issuing_authority", as = "text" },
        { wire = "DispatchDate", field = "issue_date", as = "date", formats = DATE },
        { wire = "VALIDADE", field = "expiry_date", as = "date", formats = DATE },
        { wire = "VALIDADE", field = "long_term", as = "open_end", formats = { "INDETERMINADA" } },
        { wire = "VIA", field = "copy_number", as = "integer" },
        { wire = "MRZ", field = "mrz_text", as = "text" }, -- in one line, without its fillers
        { wire = "PortraitImage", field = "portrait", as = "picture" },
      },
      refusal = parts.NOT_READ,
    },
  },

  show = {
    "number", "name", "parents", "sex", "birth_date", "birth_place", "nationality", "residence_category", "entry_date",
    "issuing_authority", "issue_date", "expiry_date", "long_term", "copy_number", "mrz_text",
  },
}
