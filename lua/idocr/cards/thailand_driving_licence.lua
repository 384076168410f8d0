--- Thai driving licences: ekycpro's path for Thailand, which reads identity cards as well.

local ekycpro = require "idocr.cards.parts.ekycpro"

local ENGLISH = { "D Mon YYYY" }

return {
  title = "Thai driving licence",
  country = "THA",

  services = {
    ekycpro.service("th_ocr/general", {
      shows = ekycpro.TH_OCR_SHOWS,
      outputs = {
        { wire = "cardTypeEn", field = "document_type", as = "text" },
        { wire = "licenseNumber", field = "number", as = "text" },
        { wire = "idNumber", field = "personal_number", as = "compact" },
        { wire = "nameEn", field = "name", as = "text" }, -- names begin with a title
        { wire = "nameTh", field = "native_name", as = "text" },
        { wire = "birthEn", field = "birth_date", as = "date", formats = ENGLISH },
        { wire = "birthTh", field = "birth_date", as = "date" }, -- with Buddhist years
        { wire = "issueDate", field = "issue_date", as = "date", formats = ENGLISH },
        { wire = "expiryDate", field = "expiry_date", as = "date", formats = ENGLISH },
        { wire = "expiryDate", field = "long_term", as = "open_end", formats = { "LIFELONG" } }, -- licences for life were issued until 2003
      },
    }),
  },

  show = { "document_type", "number", "personal_number", "name", "native_name", "birth_date", "issue_date", "expiry_date", "long_term" },
}
