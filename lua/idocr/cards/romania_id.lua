--- Romanian identity cards: ekycpro.

local ekycpro = require "idocr.cards.parts.ekycpro"
local names = require "idocr.cards.parts.names"

return {
  title = "Romanian identity card",
  country = "ROU",

  services = {
    ekycpro.service("ro_ocr/general", {
      outputs = {
        { wire = "series", field = "series", as = "text" },
        { wire = "number", field = "number", as = "text" },
        { wire = "last_name", field = "surname", as = "text" },
        { wire = "first_name", field = "given_name", as = "text" },
        { wire = "nationality", field = "nationality", as = "text" },
        { wire = "place_of_birth", field = "birth_place", as = "text" },
        { wire = "address", field = "address", as = "text" },
        { wire = "issued_by", field = "issuing_authority", as = "text" },
        -- the end alone, or the period that the card prints: "05.11.20-31.12.2030"
        { wire = "validity", field = "expiry_date", as = "date_at_end", formats = { "DD.MM.YYYY" } },
      },
      composed = names.WESTERN,
    }),
  },

  show = { "series", "number", "name", "nationality", "birth_place", "address", "issuing_authority", "expiry_date" },
}
