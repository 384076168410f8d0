--- Colombian identity cards (cédula): ekycpro. One picture shows the front or the back. The reply of the back has the members of the
--- front without values, and writes the birth date with the name of the month.

local ekycpro = require "idocr.cards.parts.ekycpro"
local names = require "idocr.cards.parts.names"

return {
  title = "Colombian identity card",
  country = "COL",

  services = {
    ekycpro.service("co_ocr/general", {
      pictures = ekycpro.EITHER_SIDE,
      outputs = {
        { wire = "CardNumber", field = "number", as = "text" },
        { wire = "Surname", field = "surname", as = "text" },
        { wire = "GivenNames", field = "given_name", as = "text" },
        { wire = "DateOfBirth", field = "birth_date", as = "date", formats = { "YYYYMMDD", "DD-Mon-YYYY" } },
        { wire = "DateOfExpiry", field = "expiry_date", as = "date", formats = { "YYYYMMDD", "DD-Mon-YYYY" } },
        -- the back
        { wire = "Gender", field = "sex", as = "sex" },
        { wire = "Height", field = "height", as = "metres" },
        { wire = "BloodType", field = "blood_type", as = "text" },
        { wire = "PlaceOfBirth", field = "birth_place", as = "text" },
        { wire = "DateOfIssue", field = "issue_date", as = "date", formats = { "DD-Mon-YYYY" } },
        { wire = "PlaceOfIssue", field = "issue_place", as = "text" },
      },
      composed = names.WESTERN,
    }),
  },

  show = {
    "number", "name", "sex", "birth_date", "birth_place", "height", "blood_type", "issue_date", "issue_place", "expiry_date",
  },
}
