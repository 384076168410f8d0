--- Macao identity cards, read by RecognizeMacaoIDCardOCR, which only the international site has.

local parts = require "idocr.cards.parts.tencent"

local DATE = { "DD-MM-YYYY" }

return {
  title = "Macao identity card",
  country = "MAC",
  document_type = "resident_identity_card",

  services = {
    {
      provider = "tencent",
      action = "RecognizeMacaoIDCardOCR",
      sites = { intl = true },
      pictures = parts.FRONT_AND_BACK,
      formats = parts.JPEG_PNG,
      max_base64 = parts.MAX_BASE64_7M,
      inputs = {
        {
          wire = "Config",
          type = "json",
          -- the vendor's example writes "preprocess", which its text does not list
          fields = {
            { wire = "RetImage", type = "string", values = { "portrait", "", "preprocess" }, value = "portrait", when = { "portrait" } },
          },
        },
      },

      outputs = {
        { wire = "ID", field = "number", as = "text" },
        { wire = "EnLastName", field = "surname", as = "text" },
        { wire = "EnFirstName", field = "given_name", as = "text" },
        { wire = "CnLastName", field = "native_surname", as = "text" },
        { wire = "CnFirstName", field = "native_given_name", as = "text" },
        { wire = "LastNameCode", field = "surname_telecode", as = "text" },
        { wire = "FirstNameCode", field = "given_name_telecode", as = "text" },
        { wire = "Sex", field = "sex", as = "sex" },
        { wire = "Birthday", field = "birth_date", as = "date", formats = DATE },
        { wire = "FirstIssueDate", field = "first_issue_date", as = "date", formats = DATE },
        { wire = "CurrentIssueDate", field = "issue_date", as = "date", formats = DATE },
        { wire = "ValidityPeriod", field = "expiry_date", as = "date", formats = DATE },
        { wire = "Symbol", field = "symbol", as = "text" },
        { wire = "Height", field = "height", as = "metres" },
        { wire = "ResidentType", field = "resident_type", as = "resident_type" },
        { wire = "Angle", field = "angle", as = "number" }, -- deprecated: null on newer replies
        { wire = "RetImage", field = "portrait", as = "picture" },
      },

      -- the card prints the names in two parts only
      composed = {
        { field = "name", from = { "surname", "given_name" }, separator = " " },
        { field = "native_name", from = { "native_surname", "native_given_name" }, separator = "" },
      },

      warnings = { WarnCardInfos = parts.WARN_CARD_INFOS },

      refusal = "FailedOperation.ImageNoSpecifiedCard",
    },
  },

  show = {
    "number", "name", "native_name", "surname_telecode", "given_name_telecode", "sex", "birth_date", "first_issue_date",
    "issue_date", "expiry_date", "resident_type", "symbol", "height",
  },
}
