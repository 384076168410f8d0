--- Bangladeshi identity cards (NID): ekycpro. One picture shows the front or the back, and the reply has the members of that side only.

local ekycpro = require "idocr.cards.parts.ekycpro"

local DATE = { "DD-MM-YYYY" }

return {
  title = "Bangladeshi identity card",
  country = "BGD",

  services = {
    ekycpro.service("bd_ocr/general", {
      pictures = ekycpro.EITHER_SIDE,
      outputs = {
        { wire = "id_number", field = "number", as = "compact" },
        { wire = "name", field = "name", as = "text" },
        { wire = "birthday", field = "birth_date", as = "date", formats = DATE },
        -- the back
        { wire = "address", field = "address", as = "text" },
        { wire = "blood_type", field = "blood_type", as = "text" },
        { wire = "birth_place", field = "birth_place", as = "text" },
        { wire = "issue_date", field = "issue_date", as = "date", formats = DATE },
      },
    }),
  },

  show = { "number", "name", "birth_date", "birth_place", "blood_type", "address", "issue_date" },
}
