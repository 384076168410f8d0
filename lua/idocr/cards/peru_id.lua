--- Peruvian identity cards (DNI): ekycpro. The names of the members are spelled as the vendor does.

local ekycpro = require "idocr.cards.parts.ekycpro"
local names = require "idocr.cards.parts.names"

local DATE = { "YYYYMMDD" }

return {
  title = "Peruvian identity card",
  country = "PER",

  services = {
    ekycpro.service("pe_ocr/general", {
      outputs = {
        { wire = "CardNumber", field = "number", as = "text" },
        { wire = "Surname", field = "surname", as = "text" },
        { wire = "SecondSurname", field = "second_surname", as = "text" },
        { wire = "ForeNames", field = "given_name", as = "text" },
        { wire = "gender", field = "sex", as = "sex" },
        { wire = "DateOfBirth", field = "birth_date", as = "date", formats = DATE },
        { wire = "PlaceOfBirthNo", field = "birth_place_code", as = "text" },
        { wire = "maritalStatus", field = "marital_status", as = "text" },
        { wire = "nationality", field = "nationality", as = "text" },
        { wire = "dateOfRegister", field = "registration_date", as = "date", formats = DATE },
        { wire = "dateOfIssue", field = "issue_date", as = "date", formats = DATE },
        { wire = "dateOfExpiry", field = "expiry_date", as = "date", formats = DATE },
        { wire = "dateOfExpiry", field = "long_term", as = "open_end", formats = { "NO CADUCA" } },
      },
      composed = names.WITH_SECOND_SURNAME,
    }),
  },

  show = {
    "number", "name", "sex", "birth_date", "birth_place_code", "marital_status", "nationality", "registration_date", "issue_date",
    "expiry_date", "long_term",
  },
}
