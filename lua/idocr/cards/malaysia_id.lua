--- Malaysian identity cards (MyKad, MyPR, MyTentera, MyKAS, POLIS, i-Kad, MyKid): MLIDCardOCR reads both sides, ekycpro
--- the front.

local ekycpro = require "idocr.cards.parts.ekycpro"
local parts = require "idocr.cards.parts.tencent"

return {
  title = "Malaysian identity card",
  country = "MYS",

  services = {
    {
      provider = "tencent",
      action = "MLIDCardOCR",
      sites = { intl = true, cn = true },
      rate = 5,
      pictures = parts.FRONT_AND_BACK,
      formats = parts.JPEG_PNG,
      max_base64 = parts.MAX_BASE64,
      inputs = { parts.portrait "RetImage" },
      embedded = { AdvancedInfo = true },

      outputs = {
        { wire = "ID", field = "number", as = "text" },
        { wire = "Name", field = "name", as = "text" },
        { wire = "Sex", field = "sex", as = "sex" },
        -- only on i-Kad and MyKad; the layout is not published
        { wire = "Birthday", field = "birth_date", as = "date", formats = { "DD/MM/YYYY" } },
        { wire = "Address", field = "address", as = "text" },
        { wire = "Type", field = "document_type", as = "text" },
        { wire = "MyKadNumber", field = "back_number", as = "text" },
        { wire = "Image", field = "portrait", as = "picture" },
      },

      confidence = {
        ID = "number", Name = "name", Sex = "sex", Birthday = "birth_date", Address = "address", Type = "document_type",
        MyKadNumber = "back_number",
      },

      warnings = {
        WarnCardInfos = parts.WARN_CARD_INFOS,
        -- Before WarnCardInfos existed: other meanings under the same numbers.
        Warn = { [-9102] = "photocopy", [-9103] = "recaptured", [-9106] = "occluded", [-9107] = "blurry" },
      },

      refusal = "FailedOperation.NoMASIDCard",
    },
    ekycpro.service("my_ocr/general", {
      outputs = {
        { wire = "CardNumber", field = "number", as = "text" },
        { wire = "Name", field = "name", as = "text" },
        { wire = "Gender", field = "sex", as = "sex" },
        { wire = "DateOfBirth", field = "birth_date", as = "date", formats = { "YYYYMMDD" } },
        { wire = "Address", field = "address", as = "text" },
      },
    }),
  },

  show = { "document_type", "number", "back_number", "name", "sex", "birth_date", "address" },
}
