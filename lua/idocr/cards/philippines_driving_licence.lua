--- Philippine driver's licences: RecognizePhilippinesDrivingLicenseOCR, whose members are objects { Value, Polygon }, and ekycpro.

local ekycpro = require "idocr.cards.parts.ekycpro"
local parts = require "idocr.cards.parts.tencent"
local philippines = require "idocr.cards.parts.philippines"

local DATE = { "YYYY/MM/DD" }

return {
  title = "Philippine driver's licence",
  country = "PHL",

  services = {
    philippines.service("RecognizePhilippinesDrivingLicenseOCR", {
      inputs = { parts.portrait "ReturnHeadImage" },
      outputs = {
        { wire = "LicenseNo.Value", field = "number", as = "text" },
        { wire = "Name.Value", field = "name", as = "text" }, -- "SURNAME,GIVEN MIDDLE"
        { wire = "LastName.Value", field = "surname", as = "text" },
        { wire = "FirstName.Value", field = "given_name", as = "text" },
        { wire = "MiddleName.Value", field = "middle_name", as = "text" },
        { wire = "Nationality.Value", field = "nationality", as = "text" },
        { wire = "Sex.Value", field = "sex", as = "sex" },
        { wire = "Birthday.Value", field = "birth_date", as = "date", formats = DATE },
        { wire = "Address.Value", field = "address", as = "text" },
        { wire = "ExpiresDate.Value", field = "expiry_date", as = "date", formats = DATE },
        { wire = "AgencyCode.Value", field = "agency_code", as = "text" },
        { wire = "HeadPortrait.Value", field = "portrait", as = "picture" },
      },
    }),
    ekycpro.service("ph_ocr_dl/general", {
      outputs = {
        { wire = "licenseNo", field = "number", as = "text" },
        { wire = "name", field = "name", as = "text" },
        { wire = "lastName", field = "surname", as = "text" },
        { wire = "firstName", field = "given_name", as = "text" },
        { wire = "middleName", field = "middle_name", as = "text" },
        { wire = "nationality", field = "nationality", as = "text" },
        { wire = "sex", field = "sex", as = "sex" },
        { wire = "birthday", field = "birth_date", as = "date", formats = DATE },
        { wire = "address", field = "address", as = "text" },
        { wire = "expiresDate", field = "expiry_date", as = "date", formats = DATE },
        { wire = "agencyCode", field = "agency_code", as = "text" },
      },
    }),
  },

  show = {
    "number", "name", "surname", "given_name", "middle_name", "sex", "birth_date", "nationality", "address", "expiry_date", "agency_code",
  },
}
