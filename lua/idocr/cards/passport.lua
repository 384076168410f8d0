--- Passports (and other documents with a machine readable zone) read by MLIDPassportOCR, and by ekycpro.
--- Members and codes: the vendor's page of the action; where the newest SDK differs, both generations decode.

local ekycpro = require "idocr.cards.parts.ekycpro"
local parts = require "idocr.cards.parts.tencent"

local PRINTED = { "D Mon YYYY", "DD/MM/YYYY" } -- as the passport prints them, bilingual months too

return {
  title = "Passport",
  country = "*",
  document_type = "passport",

  services = {
    {
      provider = "tencent",
      action = "MLIDPassportOCR",
      sites = { intl = true, cn = true },
      rate = 5,
      pictures = parts.FRONT,
      formats = { jpeg = true, png = true, bmp = true, pdf = true },
      max_base64 = parts.MAX_BASE64,
      inputs = { parts.portrait "RetImage" },
      embedded = { AdvancedInfo = true },

      outputs = {
        { wire = "ID", field = "number", as = "mrz_text" },
        { wire = "Name", field = "name", as = "mrz_text" },
        { wire = "Surname", field = "surname", as = "mrz_text" },
        { wire = "GivenName", field = "given_name", as = "mrz_text" },
        { wire = "Sex", field = "sex", as = "sex" },
        { wire = "DateOfBirth", field = "birth_date", as = "date", formats = { "YYYYMMDD" } },
        { wire = "DateOfExpiration", field = "expiry_date", as = "date", formats = { "YYYYMMDD" } },
        { wire = "PassportRecognizeInfos.DateOfIssuance", field = "issue_date", as = "date", formats = PRINTED },
        { wire = "Nationality", field = "nationality", as = "mrz_text" },
        { wire = "IssuingCountry", field = "issuing_country", as = "mrz_text" },
        { wire = "PassportRecognizeInfos.IssuingAuthority", field = "issuing_authority", as = "text" },
        -- not in the machine readable zone
        { wire = "PassportRecognizeInfos.MiddleName", field = "middle_name", as = "text" },
        { wire = "PassportRecognizeInfos.FatherName", field = "father_name", as = "text" },
        { wire = "PassportRecognizeInfos.Title", field = "title", as = "text" },
        { wire = "PassportRecognizeInfos.BirthPlace", field = "birth_place", as = "text" },
        { wire = "PassportRecognizeInfos.IssuePlace", field = "issue_place", as = "text" },
        { wire = "PassportRecognizeInfos.Signature", field = "signature", as = "text" },
        { wire = "Type", field = "document_code", as = "mrz_text" },
        { wire = "CodeSet", field = "mrz[1]", as = "text" },
        { wire = "CodeCrc", field = "mrz[2]", as = "text" },
        { wire = "CardCount", field = "card_count", as = "integer" },
        { wire = "IsComplete", field = "complete", as = "boolean" },
        { wire = "Image", field = "portrait", as = "picture" },
      },

      visual = {
        { wire = "PassportRecognizeInfos.Type", field = "document_code", as = "text" },
        { wire = "PassportRecognizeInfos.IssuingCountry", field = "issuing_country", as = "text" },
        { wire = "PassportRecognizeInfos.PassportID", field = "number", as = "text" },
        { wire = "PassportRecognizeInfos.Surname", field = "surname", as = "text" },
        { wire = "PassportRecognizeInfos.GivenName", field = "given_name", as = "text" },
        { wire = "PassportRecognizeInfos.Name", field = "name", as = "text" },
        { wire = "PassportRecognizeInfos.Nationality", field = "nationality", as = "text" },
        { wire = "PassportRecognizeInfos.DateOfBirth", field = "birth_date", as = "date", formats = PRINTED },
        { wire = "PassportRecognizeInfos.Sex", field = "sex", as = "sex" },
        { wire = "PassportRecognizeInfos.DateOfIssuance", field = "issue_date", as = "date", formats = PRINTED },
        { wire = "PassportRecognizeInfos.DateOfExpiration", field = "expiry_date", as = "date", formats = PRINTED },
        { wire = "PassportRecognizeInfos.Signature", field = "signature", as = "text" },
        { wire = "PassportRecognizeInfos.IssuePlace", field = "issue_place", as = "text" },
        { wire = "PassportRecognizeInfos.IssuingAuthority", field = "issuing_authority", as = "text" },
        { wire = "PassportRecognizeInfos.BirthPlace", field = "birth_place", as = "text" },
        -- the international site since 2026-07-28
        { wire = "PassportRecognizeInfos.PassportFlag", field = "passport_flag", as = "text" },
        { wire = "PassportRecognizeInfos.MiddleName", field = "middle_name", as = "text" },
        { wire = "PassportRecognizeInfos.FatherName", field = "father_name", as = "text" },
        { wire = "PassportRecognizeInfos.MotherName", field = "mother_name", as = "text" },
        { wire = "PassportRecognizeInfos.Title", field = "title", as = "text" },
        { wire = "PassportRecognizeInfos.Postname", field = "postname", as = "text" },
      },

      confidence = {
        ID = "number", Name = "name", Surname = "surname", GivenName = "given_name", Sex = "sex",
        DateOfBirth = "birth_date", DateOfExpiration = "expiry_date",
        Nationality = "nationality", IssuingCountry = "issuing_country",
      },

      warnings = {
        WarnCardInfos = parts.WARN_CARD_INFOS,
        -- Before WarnCardInfos existed: other meanings under the same numbers.
        Warn = { [-9102] = "photocopy", [-9103] = "recaptured", [-9106] = "occluded", [-9108] = "blurry" },
      },

      refusal = "FailedOperation.NoPassport",
    },
    ekycpro.service("pp_ocr/general", { -- without the machine readable zone; the nationality is a word
      outputs = {
        { wire = "passportNumber", field = "number", as = "text" },
        { wire = "name", field = "name", as = "text" },
        { wire = "chName", field = "native_name", as = "text" },
        { wire = "gender", field = "sex", as = "sex" },
        { wire = "birthDay", field = "birth_date", as = "date", formats = { "YYYYMMDD" } },
        { wire = "birthPlace", field = "birth_place", as = "text" },
        { wire = "nationality", field = "nationality", as = "text" },
        { wire = "issueDay", field = "issue_date", as = "date", formats = { "YYYYMMDD" } },
        { wire = "issuePlace", field = "issue_place", as = "text" },
        { wire = "expiryDay", field = "expiry_date", as = "date", formats = { "YYYYMMDD" } },
      },
    }),
  },

  show = {
    "document_code", "number", "name", "native_name", "surname", "given_name", "middle_name", "title", "father_name", "sex",
    "birth_date", "birth_place", "nationality", "issuing_country", "issue_date", "expiry_date", "issuing_authority", "issue_place",
    "mrz", "complete", "card_count",
  },
}
