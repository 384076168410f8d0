--- Malaysian identity cards (MyKad, MyPR, MyTentera, MyKAS, POLIS, i-Kad, MyKid): MLIDCardOCR reads both sides, ekycpro
--- the front.

local MIB = 1024 * 1024

return {
  title = "Malaysian identity card",

  services = {
    {
      provider = "tencent",
      action = "MLIDCardOCR",
      sites = { intl = true, cn = true },
      rate = 5,
      pictures = {
        { param = "image", base64 = "ImageBase64", url = "ImageUrl" },
        { param = "back", base64 = "BackImageBase64", url = "BackImageUrl" },
      },
      formats = { jpeg = true, png = true },
      max_base64 = { intl = 7 * MIB, cn = 10 * MIB },
      inputs = { { wire = "RetImage", type = "boolean", param = "portrait" } },
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
        WarnCardInfos = {
          [-9101] = "incomplete", [-9102] = "photocopy", [-9103] = "recaptured", [-9104] = "tampered",
          [-9107] = "glare", [-9108] = "blurry", [-9109] = "not_enabled",
        },
        -- Before WarnCardInfos existed: other meanings under the same numbers.
        Warn = { [-9102] = "photocopy", [-9103] = "recaptured", [-9106] = "occluded", [-9107] = "blurry" },
      },

      refusal = "FailedOperation.NoMASIDCard",
    },
    {
      provider = "ekycpro",
      action = "my_ocr/general",
      pictures = { { param = "image", base64 = "img" } },
      formats = { jpeg = true, png = true, bmp = true },
      max_bytes = 2 * MIB,
      inputs = {},

      outputs = {
        { wire = "CardNumber", field = "number", as = "text" },
        { wire = "Name", field = "name", as = "text" },
        { wire = "Gender", field = "sex", as = "sex" },
        { wire = "DateOfBirth", field = "birth_date", as = "date", formats = { "YYYYMMDD" } },
        { wire = "Address", field = "address", as = "text" },
      },

      warnings = {},
      refusal = "FAIL",
    },
  },

  show = { "document_type", "number", "back_number", "name", "sex", "birth_date", "address" },
}
