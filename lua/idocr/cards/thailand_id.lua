--- Thai identity cards: RecognizeThaiIDCardOCR reads both sides (the back has the laser number only), ekycpro the front.
--- Every date is printed twice: in English with our years, and in Thai with Buddhist years.

local ekycpro = require "idocr.cards.parts.ekycpro"
local names = require "idocr.cards.parts.names"
local parts = require "idocr.cards.parts.tencent"

local ENGLISH = { "D Mon. YYYY" }

return {
  title = "Thai identity card",
  country = "THA",

  services = {
    {
      provider = "tencent",
      action = "RecognizeThaiIDCardOCR",
      sites = { intl = true, cn = true },
      rate = 10,
      pictures = {
        { param = "image", base64 = "ImageBase64", url = "ImageUrl" },
        { param = "back", base64 = "BackImageBase64", url = "BackImageUrl", formats = parts.JPEG_PNG },
      },
      formats = parts.JPEG_PNG_BMP,
      max_base64 = parts.MAX_BASE64,
      inputs = { parts.portrait "CropPortrait" },
      embedded = { AdvancedInfo = true },
      outputs = {
        { wire = "ID", field = "number", as = "compact" }, -- printed in five groups
        { wire = "ThaiName", field = "native_name", as = "text" }, -- names begin with a title
        { wire = "EnFirstName", field = "given_name", as = "text" },
        { wire = "EnLastName", field = "surname", as = "text" },
        { wire = "EnBirthday", field = "birth_date", as = "date", formats = ENGLISH },
        { wire = "Birthday", field = "birth_date", as = "date" },
        { wire = "EnIssueDate", field = "issue_date", as = "date", formats = ENGLISH },
        { wire = "IssueDate", field = "issue_date", as = "date" },
        { wire = "EnExpirationDate", field = "expiry_date", as = "date", formats = ENGLISH },
        { wire = "ExpirationDate", field = "expiry_date", as = "date" },
        { wire = "EnExpirationDate", field = "long_term", as = "open_end", formats = { "LIFELONG" } },
        { wire = "ExpirationDate", field = "long_term", as = "open_end", formats = { "ตลอดชีพ" } },
        { wire = "Religion", field = "religion", as = "text" },
        { wire = "SerialNumber", field = "serial_number", as = "text" },
        { wire = "Address", field = "address", as = "text" },
        { wire = "LaserID", field = "back_number", as = "text" },
        { wire = "CardCount", field = "card_count", as = "integer" },
        { wire = "IsComplete", field = "complete", as = "boolean" },
        { wire = "PortraitImage", field = "portrait", as = "picture" },
      },
      composed = names.WESTERN,
      confidence = {
        ID = "number", ThaiName = "native_name", EnFirstName = "given_name", EnLastName = "surname", Birthday = "birth_date",
        IssueDate = "issue_date", ExpirationDate = "expiry_date", Religion = "religion", SerialNumber = "serial_number",
        Address = "address", LaserID = "back_number",
      },
      warnings = { WarnCardInfos = parts.WARN_CARD_INFOS },
    },
    ekycpro.service("th_ocr/general", {
      shows = ekycpro.TH_OCR_SHOWS,
      outputs = {
        { wire = "cardTypeEn", field = "document_type", as = "text" },
        { wire = "idNumber", field = "number", as = "compact" },
        { wire = "serialNumber", field = "serial_number", as = "text" },
        { wire = "nameTh", field = "native_name", as = "text" },
        { wire = "nameEn", field = "given_name", as = "text" },
        { wire = "lastNameEn", field = "surname", as = "text" },
        { wire = "birthEn", field = "birth_date", as = "date", formats = ENGLISH },
        { wire = "birthTh", field = "birth_date", as = "date" },
        { wire = "issueDateEN", field = "issue_date", as = "date", formats = ENGLISH },
        { wire = "issueDateTH", field = "issue_date", as = "date" },
        { wire = "expiryDateEN", field = "expiry_date", as = "date", formats = ENGLISH },
        { wire = "expiryDateTH", field = "expiry_date", as = "date" },
        { wire = "expiryDateEN", field = "long_term", as = "open_end", formats = { "LIFELONG" } },
        { wire = "expiryDateTH", field = "long_term", as = "open_end", formats = { "ตลอดชีพ" } },
        { wire = "religion", field = "religion", as = "text" },
        { wire = "address", field = "address", as = "text" },
      },
      composed = names.WESTERN,
    }),
  },

  show = {
    "document_type", "number", "back_number", "serial_number", "name", "native_name", "birth_date", "religion", "address",
    "issue_date", "expiry_date", "long_term", "complete", "card_count",
  },
}
