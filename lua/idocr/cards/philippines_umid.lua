--- Philippine unified multi-purpose cards (UMID): RecognizePhilippinesUMIDOCR, whose members are objects { Value, Polygon }, and
--- ekycpro.

local ekycpro = require "idocr.cards.parts.ekycpro"
local names = require "idocr.cards.parts.names"
local parts = require "idocr.cards.parts.tencent"
local philippines = require "idocr.cards.parts.philippines"

local DATE = { "YYYY/MM/DD" }

return {
  title = "Philippine unified multi-purpose card",
  country = "PHL",

  services = {
    philippines.service("RecognizePhilippinesUMIDOCR", {
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
    }),
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
