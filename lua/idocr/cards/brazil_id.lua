--- Brazilian identity cards (RG): RecognizeBrazilIDCardOCR, which only the international site has. The names of the members are
--- spelled as the vendor does. `Registro` fills no field: the vendor's description and its sample contradict each other.

local parts = require "idocr.cards.parts.tencent"

local DATE = { "DD/MM/YYYY" }

return {
  title = "Brazilian identity card",
  country = "BRA",

  services = {
    {
      provider = "tencent",
      action = "RecognizeBrazilIDCardOCR",
      sites = { intl = true },
      rate = 20,
      pictures = parts.FRONT_AND_BACK,
      formats = parts.JPEG_PNG,
      max_base64 = parts.MAX_BASE64_7M,
      inputs = { parts.portrait "ReturnHeadImage" },
      outputs = {
        { wire = "RegistroGeral", field = "number", as = "text" }, -- also the number of the copy: "2 VIA"
        { wire = "Nome", field = "name", as = "text" },
        { wire = "MemberShip", field = "parents", as = "text" },
        { wire = "DataNascimento", field = "birth_date", as = "date", formats = DATE },
        { wire = "NaturalIDade", field = "birth_place", as = "text" },
        { wire = "CPF", field = "tax_number", as = "text" },
        { wire = "DNI", field = "personal_number", as = "text" },
        { wire = "Fatorrh", field = "blood_type", as = "text" },
        { wire = "DocOrigem", field = "origin_document", as = "text" },
        { wire = "IssuingAgency", field = "issuing_authority", as = "text" },
        { wire = "DispatchDate", field = "issue_date", as = "date", formats = DATE },
        { wire = "Observations", field = "remarks", as = "text" },
        { wire = "PortraitImage", field = "portrait", as = "picture" },
      },
      refusal = parts.NOT_READ,
    },
  },

  show = {
    "number", "name", "parents", "birth_date", "birth_place", "tax_number", "personal_number", "blood_type", "origin_document",
    "issuing_authority", "issue_date", "remarks",
  },
}
