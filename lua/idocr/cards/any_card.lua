--- Cards and passports of 22 countries and regions, read by ApplyCardVerificationExternal. The action is asynchronous: it returns a
--- token, with which GetCardVerificationExternalResult is asked for the result. The result has an object for each side; the front
--- counts first.

local parts = require "idocr.cards.parts.tencent"

-- member of CardInfo and BackCardInfo, field, converter
local MEMBERS = {
  { "LicenseNumber", "number", "text" }, { "PersonalNumber", "personal_number", "text" },
  { "FullName", "name", "text" }, { "LastName", "surname", "text" }, { "FirstName", "given_name", "text" },
  { "MiddleName", "middle_name", "text" }, { "FullNameLocal", "native_name", "text" }, { "LastNameLocal", "native_surname", "text" },
  { "FirstNameLocal", "native_given_name", "text" }, { "Sex", "sex", "sex" }, { "Birthday", "birth_date", "date" },
  { "BirthPlace", "birth_place", "text" }, { "Nationality", "nationality", "text" }, { "Religion", "religion", "text" },
  { "BloodType", "blood_type", "text" }, { "Height", "height", "centimetres" }, { "Weight", "weight", "text" },
  { "Address.FormattedAddress", "address", "text" }, { "Address.Country", "country", "text" },
  { "Address.Subdivision", "state", "text" }, { "Address.City", "city", "text" }, { "Address.District", "district", "text" },
  { "Address.Subdistrict", "village", "text" }, { "Address.PostalCode", "postal_code", "text" },
  { "IssuedDate", "issue_date", "date" }, { "ExpirationDate", "expiry_date", "date" }, { "ExpirationDate", "long_term", "open_end" },
  { "IssuedAuthority", "issuing_authority", "text" }, { "IssuedPlace", "issue_place", "text" },
  { "IssuedCountryCode", "issuing_country", "text" }, { "IssuedCountry", "issuing_country", "text" },
  { "Type", "document_code", "text" }, { "VehicleClass", "licence_classes", "text" }, { "Restrictions", "restrictions", "text" },
  { "Endorsement", "endorsements", "text" }, { "MRZLine1", "mrz[1]", "text" }, { "MRZLine2", "mrz[2]", "text" },
  -- before those existed; deprecated by the vendor
  { "DueDate", "expiry_date", "date" }, { "PassportCodeFirst", "mrz[1]", "text" }, { "PassportCodeSecond", "mrz[2]", "text" },
}

local outputs = {}
for _, side in ipairs { "CardInfo.", "BackCardInfo." } do
  for _, member in ipairs(MEMBERS) do
    outputs[#outputs + 1] = {
      wire = side .. member[1], field = member[2], as = member[3], formats = member[3] == "date" and { "YYYY/MM/DD" } or nil,
    }
  end
end
outputs[#outputs + 1] = { wire = "HeadImageBase64", field = "portrait", as = "picture" }

return {
  title = "Card or passport of one of 22 countries and regions",
  country = "*",

  params = {
    nationality = { type = "string", required = true, help = "alpha-3 code of the country or region of the document, such as PHL" },
    card_type = {
      type = "string", required = true, help = "what the picture shows",
      values = {
        id_card = "ID_CARD", passport = "PASSPORT", driving_licence = "DRIVING_LICENSE", residence_permit = "RESIDENCE_PERMIT",
      },
    },
  },

  services = {
    {
      provider = "tencent",
      action = "ApplyCardVerificationExternal",
      sites = { intl = true },
      pictures = {
        { param = "image", base64 = "ImageBase64Front", url = "ImageUrlFront" },
        { param = "back", base64 = "ImageBase64Back", url = "ImageUrlBack" },
      },
      formats = parts.JPEG_PNG,
      max_base64 = 2 * 1024 * 1024,
      min_side = 256,
      max_side = 4096,
      inputs = {
        { wire = "Nationality", type = "string", param = "nationality", required = true },
        {
          wire = "CardType", type = "string", param = "card_type", required = true,
          values = { "ID_CARD", "PASSPORT", "DRIVING_LICENSE", "RESIDENCE_PERMIT" },
        },
        parts.portrait "ReturnHeadImage",
        { wire = "WebhookUrl", type = "string" }, -- unreliable, as the vendor says: known, never sent
      },
      result = {
        action = "GetCardVerificationExternalResult", token = "CardVerificationToken", status = "Status",
        pending = { PROCESSING = true },
      },
      embedded = { ["CardInfo.Others"] = true, ["BackCardInfo.Others"] = true },
      outputs = outputs,
      warnings = {
        WarnInfo = {
          ScreenshotSuspected = "screenshot", RetakeSuspected = "recaptured", PaperCopy = "photocopy", FakeSuspected = "tampered",
          PoorImageQuality = "poor_quality", InformationVerificationFailed = "inconsistent", TooManyCards = "several_cards",
          IncompleteCard = "incomplete", OtherWarning = "other",
        },
      },
      refusal = parts.NOT_READ,
    },
  },

  show = {
    "document_code", "number", "personal_number", "name", "native_name", "sex", "birth_date", "birth_place", "nationality", "address",
    "issue_date", "expiry_date", "long_term", "issuing_authority", "issue_place", "issuing_country", "religion", "blood_type", "height",
    "weight", "licence_classes", "restrictions", "endorsements", "mrz",
  },
}
