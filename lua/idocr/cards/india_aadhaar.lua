--- Indian Aadhaar cards: ekycpro reads the back.

local ekycpro = require "idocr.cards.parts.ekycpro"

return {
  title = "Indian Aadhaar card (back)",
  country = "IND",

  services = {
    ekycpro.service("in_ocr_back/general", {
      pictures = ekycpro.BACK,
      outputs = {
        { wire = "CardNumber", field = "number", as = "compact" }, -- printed in groups of four digits
        { wire = "VID", field = "virtual_number", as = "compact" },
        { wire = "Address", field = "address", as = "text" },
        { wire = "City", field = "city", as = "text" },
        { wire = "Province", field = "state", as = "text" },
        { wire = "PostCode", field = "postal_code", as = "text" },
      },
    }),
  },

  show = { "number", "virtual_number", "address", "city", "state", "postal_code" },
}
