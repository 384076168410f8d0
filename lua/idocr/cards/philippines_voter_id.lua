--- Philippine voter's cards: RecognizePhilippinesVoteIDOCR, whose members are objects { Value, Polygon }, and ekycpro.

local ekycpro = require "idocr.cards.parts.ekycpro"
local names = require "idocr.cards.parts.names"
local parts = require "idocr.cards.parts.tencent"
local philippines = require "idocr.cards.parts.philippines"

local DATE = { "Mon D,YYYY" }

return {
  title = "Philippine voter's card",
  country = "PHL",

  services = {
    philippines.service("RecognizePhilippinesVoteIDOCR", {
      inputs = { parts.required_portrait "ReturnHeadImage" },
      outputs = {
        { wire = "VIN.Value", field = "number", as = "text" },
        { wire = "LastName.Value", field = "surname", as = "text" },
        { wire = "FirstName.Value", field = "given_name", as = "text" },
        { wire = "MiddleName.Value", field = "middle_name", as = "text" }, -- since July 2026
        { wire = "Birthday.Value", field = "birth_date", as = "date", formats = DATE },
        { wire = "CivilStatus.Value", field = "marital_status", as = "text" },
        { wire = "Citizenship.Value", field = "nationality", as = "text" },
        { wire = "Address.Value", field = "address", as = "text" },
        { wire = "PrecinctNo.Value", field = "precinct", as = "text" },
        { wire = "HeadPortrait.Value", field = "portrait", as = "picture" },
      },
      composed = names.WITH_MIDDLE_NAME,
    }),
    ekycpro.service("ph_ocr_vote/general", {
      outputs = {
        { wire = "vin", field = "number", as = "text" },
        { wire = "lastName", field = "surname", as = "text" },
        { wire = "firstName", field = "given_name", as = "text" },
        { wire = "birthday", field = "birth_date", as = "date", formats = DATE },
        { wire = "civilStatus", field = "marital_status", as = "text" },
        { wire = "citizenship", field = "nationality", as = "text" },
        { wire = "address", field = "address", as = "text" },
        { wire = "precinctNo", field = "precinct", as = "text" },
      },
      composed = names.WESTERN,
    }),
  },

  show = { "number", "name", "birth_date", "marital_status", "nationality", "address", "precinct" },
}
