--- Philippine taxpayer cards (TIN): RecognizePhilippinesTinIDOCR, whose members are objects { Value, Polygon }, and ekycpro.

local ekycpro = require "idocr.cards.parts.ekycpro"
local parts = require "idocr.cards.parts.tencent"
local philippines = require "idocr.cards.parts.philippines"

-- The card prints the month first.
local WORDS, NUMBERS = { "Mon D,YYYY" }, { "MM/DD/YYYY" }

return {
  title = "Philippine taxpayer card",
  country = "PHL",

  services = {
    philippines.service("RecognizePhilippinesTinIDOCR", {
      inputs = { parts.required_portrait "ReturnHeadImage" },
      outputs = {
        { wire = "LicenseNumber.Value", field = "number", as = "text" },
        { wire = "FullName.Value", field = "name", as = "text" },
        { wire = "Address.Value", field = "address", as = "text" },
        { wire = "Birthday.Value", field = "birth_date", as = "date_mdy", formats = WORDS },
        { wire = "IssueDate.Value", field = "issue_date", as = "date_mdy", formats = WORDS },
        { wire = "HeadPortrait.Value", field = "portrait", as = "picture" },
      },
    }),
    ekycpro.service("ph_ocr_tinid/general", {
      outputs = {
        { wire = "licenseNumber", field = "number", as = "text" },
        { wire = "fullName", field = "name", as = "text" },
        { wire = "address", field = "address", as = "text" },
        { wire = "birthday", field = "birth_date", as = "date_mdy", formats = NUMBERS },
        { wire = "issueDate", field = "issue_date", as = "date_mdy", formats = NUMBERS },
      },
    }),
  },

  show = { "number", "name", "birth_date", "address", "issue_date" },
}
