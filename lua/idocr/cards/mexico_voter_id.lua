--- Mexican voter's cards (INE): RecognizeMexicoVTID and ekycpro, which also reads the back. M is mujer. Some dates are years only.

local ekycpro = require "idocr.cards.parts.ekycpro"
local parts = require "idocr.cards.parts.tencent"

local DATE = { "DD/MM/YYYY" }

return {
  title = "Mexican voter's card",
  country = "MEX",

  services = {
    {
      provider = "tencent",
      action = "RecognizeMexicoVTID",
      sites = { intl = true },
      rate = 5,
      pictures = parts.FRONT,
      formats = parts.JPEG_PNG,
      max_base64 = parts.MAX_BASE64_7M,
      inputs = { parts.portrait "ReturnHeadImage" },
      outputs = {
        { wire = "VotePIN", field = "number", as = "text" },
        { wire = "CURP", field = "personal_number", as = "text" },
        { wire = "Name", field = "name", as = "text" }, -- surnames first
        { wire = "Sex", field = "sex", as = "sex_es" },
        { wire = "Birth", field = "birth_date", as = "date", formats = DATE },
        { wire = "Address", field = "address", as = "text" },
        { wire = "State", field = "state_code", as = "text" },
        { wire = "City", field = "municipality_code", as = "text" },
        { wire = "Locality", field = "locality_code", as = "text" },
        { wire = "SECCION", field = "electoral_section", as = "text" },
        { wire = "IssueDate", field = "registration_year", as = "year" }, -- "2017 01": the year, and how many cards were issued
        { wire = "EMISION", field = "issue_year", as = "text" },
        { wire = "ValidDate", field = "expiry_year", as = "last_year" }, -- "2022-2032"
        { wire = "PortraitImage", field = "portrait", as = "picture" },
      },
      refusal = parts.NOT_READ,
    },
    ekycpro.service("mx_ocr/general", {
      pictures = ekycpro.EITHER_SIDE,
      outputs = {
        { wire = "voterId", field = "number", as = "text" },
        { wire = "idNumber", field = "personal_number", as = "text" },
        { wire = "fullName", field = "name", as = "text" }, -- surnames first
        { wire = "fatherLastName", field = "surname", as = "text" },
        { wire = "motherLastName", field = "second_surname", as = "text" },
        { wire = "name", field = "given_name", as = "text" },
        { wire = "gender", field = "sex", as = "sex_es" },
        { wire = "birthday", field = "birth_date", as = "date", formats = DATE },
        { wire = "addressAll", field = "address", as = "text" },
        { wire = "subDistrict", field = "village", as = "text" },
        { wire = "district", field = "city", as = "text" },
        { wire = "state", field = "state", as = "text" },
        { wire = "postalCode", field = "postal_code", as = "text" },
        { wire = "stateNumber", field = "state_code", as = "text" },
        { wire = "municipalNumber", field = "municipality_code", as = "text" },
        { wire = "placeNumber", field = "locality_code", as = "text" },
        { wire = "registrationYearAndMonth", field = "registration_year", as = "year" },
        { wire = "issueYear", field = "issue_year", as = "text" },
        { wire = "expiryYear", field = "expiry_year", as = "text" },
      },
    }),
  },

  show = {
    "number", "personal_number", "name", "surname", "second_surname", "given_name", "sex", "birth_date", "address", "village", "city",
    "state", "postal_code", "state_code", "municipality_code", "locality_code", "electoral_section", "registration_year",
    "issue_year", "expiry_year",
  },
}
