--- Philippine unified multi-purpose cards (UMID): RecognizePhilippinesUMIDOCR, whose members are objects { Value, Polygon }, and
--- ekycpro.

local ekycpro = require "idocr.cards.parts.ekycpro"
local names = require "idocr.cards.parts.names"
local parts = require "idocr.cards.parts.tencent"

local DATE = { "YYYY/MM/DD" }

return {
  title = "Philippine unified multi-purpose card",
  country = "PHL",

  services = {
    {
      provider = "tencent",
      action = "RecognizePhilippinesUMIDOCR",
      sites = { intl = true },
      removed = { cn = "2024-11-29" },
      rate = 20,
      pictures = parts.FRONT,
      formats = parts.JPEG_PNG,
      max_base64 = parts.MAX_BASE64_7M,
      inputs = { parts.portrait "ReturnHeadImage" },
      outputs = {
        { wire = "CRN.Value", field = "number", as = "text" },
        { wire = "Surname.Value", field = "surname", as = "text" },
        { wire = "GivenName.Value", field = "given_name", as = "text" },
        { wire = "MiddleName.Value", field = "middle_name", as = "text" },
        { wire = "Sex.Value", field = "sex", as = "sex" },
        { wire = "Birthday.Value", field = "birth_date", as = "date", formats = DATE },
        { wire = "Address.Value", field = "address", as = "text" },
        { wire = "HeadPortrait.Value", field = "portrait", as = "picture" },
      },
      composed = names.WITH_MIDDLE_NAME,
      refusal = parts.NOT_READ,
    },
    ekycpro.service("ph_ocr_umid/general", {
      outputs = {
        { wire = "crn", field = "number", as = "text" },
        { wire = "surname", field = "surname", as = "text" },
        { wire = "givenName", field = "given_name", as = "text" },
        { wire = "MiddleName", field = "middle_name", as = "text" }, -- in the vendor's example
        { wire = "middleName", field = "middle_name", as = "text" }, -- in its table of members
        { wire = "sex", field = "sex", as = "sex" },
        { wire = "birthday", field = "birth_date", as = "date", formats = DATE },
        { wire = "address", field = "address", as = "text" },
      },
      composed = names.WITH_MIDDLE_NAME,
    }),
  },

  show = { "number", "name", "sex", "birth_date", "address" },
}
