--- Ghana cards: ekycpro.

local ekycpro = require "idocr.cards.parts.ekycpro"
local names = require "idocr.cards.parts.names"

local DATE = { "DD/MM/YYYY" }

return {
  title = "Ghana card",
  country = "GHA",

  services = {
    ekycpro.service("gn_ocr/general", { -- not gh
      outputs = {
        { wire = "personalId", field = "number", as = "text" },
        { wire = "documentId", field = "document_number", as = "text" },
        { wire = "surname", field = "surname", as = "text" },
        { wire = "firstname", field = "given_name", as = "text" },
        { wire = "gender", field = "sex", as = "sex" },
        { wire = "dateOfBirth", field = "birth_date", as = "date", formats = DATE },
        { wire = "nationality", field = "nationality", as = "text" },
        { wire = "placeOfIssue", field = "issue_place", as = "text" },
        { wire = "dateOfIssue", field = "issue_date", as = "date", formats = DATE },
        { wire = "dateOfExpiry", field = "expiry_date", as = "date", formats = DATE },
      },
      composed = names.WESTERN,
    }),
  },

  show = { "number", "document_number", "name", "sex", "birth_date", "nationality", "issue_place", "issue_date", "expiry_date" },
}
