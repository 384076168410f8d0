--- Pakistani identity cards (CNIC): ekycpro.

local ekycpro = require "idocr.cards.parts.ekycpro"

local DATE = { "YYYYMMDD" }

return {
  title = "Pakistani identity card",
  country = "PAK",

  services = {
    ekycpro.service("pk_ocr/general", {
      outputs = {
        { wire = "idNumber", field = "number", as = "text" },
        { wire = "name", field = "name", as = "text" },
        { wire = "fatherName", field = "father_name", as = "text" },
        { wire = "gender", field = "sex", as = "sex" },
        { wire = "country", field = "country", as = "text" }, -- of stay
        { wire = "birthDay", field = "birth_date", as = "date", formats = DATE },
        { wire = "issueDay", field = "issue_date", as = "date", formats = DATE },
        { wire = "expiryDay", field = "expiry_date", as = "date", formats = DATE },
        { wire = "expiryDay", field = "long_term", as = "open_end", formats = { "Lifetime" } },
      },
    }),
  },

  show = { "number", "name", "father_name", "sex", "birth_date", "country", "issue_date", "expiry_date", "long_term" },
}
