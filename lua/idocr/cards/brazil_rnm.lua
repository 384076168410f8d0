--- Brazilian cards of migrants (RNM): RecognizeBrazilRNMOCR, which only the international site has.

local names = require "idocr.cards.parts.names"
local parts = require "idocr.cards.parts.tencent"

local DATE = { "DD/MM/YYYY" }

return {
  title = "Brazilian card of a migrant (RNM)",
  country = "BRA",

  services = {
    {
      provider = "tencent",
      action = "RecognizeBrazilRNMOCR",
      sites = { intl = true },
      rate = 5,
      pictures = parts.FRONT_AND_BACK,
      formats = parts.JPEG_PNG,
      max_base64 = parts.MAX_BASE64_7M,
      inputs = { parts.portrait "ReturnHeadImage" },
      outputs = {
        { wire = "RNM", field = "number", as = "text" },
        { wire = "SOBRENOME", field = "surname", as = "text" },
        { wire = "NOME", field = "given_name", as = "text" },
        { wire = "MEMBERSHIP", field = "parents", as = "text" },
        { wire = "SEXO", field = "sex", as = "sex" },
        { wire = "DATADENASCIMENTO", field = "birth_date", as = "date", formats = DATE },
        { wire = "NACIONALIDADE", field = "nationality", as = "text" },
        { wire = "CPF", field = "tax_number", as = "text" },
        { wire = "CLASSIFICATION", field = "residence_category", as = "text" },
        { wire = "PRAZODERESIDENCIA", field = "residence_until", as = "date", formats = DATE }, -- or Indeterminado
        { wire = "AMPAROLEGAL", field = "legal_basis", as = "text" },
        -- one member, two fields: "15/10/2021 CGPI/DIREX/PF"
        { wire = "ISSUANCE", field = "issue_date", as = "date_at_start", formats = DATE },
        { wire = "ISSUANCE", field = "issuing_authority", as = "text_after_date" },
        { wire = "VALIDADE", field = "expiry_date", as = "date", formats = DATE },
        { wire = "VALIDADE", field = "long_term", as = "open_end", formats = { "INDETERMINADA" } },
        { wire = "MRZ", field = "mrz_text", as = "text" }, -- in one line, without its fillers
        { wire = "PortraitImage", field = "portrait", as = "picture" },
        { wire = "PortraitImageBack", field = "portrait_back", as = "picture" },
      },
      composed = names.WESTERN,
      refusal = parts.NOT_READ,
    },
  },

  show = {
    "number", "name", "parents", "sex", "birth_date", "nationality", "tax_number", "residence_category", "residence_until",
    "legal_basis", "issuing_authority", "issue_date", "expiry_date", "long_term", "mrz_text",
  },
}
