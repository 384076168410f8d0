-- A kind of card of this project: found because the folder own_kind is on package.path. CONTRIBUTING.md lists what a table can say.
return {
  title = "Library card",
  params = { barcode = { type = "boolean", help = "read the barcode too" } },
  services = {
    {
      provider = "tencent",
      action = "RecognizeLibraryCardOCR", -- invented
      sites = { intl = true },
      pictures = { { param = "image", base64 = "ImageBase64", url = "ImageUrl" } },
      formats = { jpeg = true, png = true },
      max_base64 = 7 * 1024 * 1024,
      inputs = { { wire = "ReadBarcode", type = "boolean", param = "barcode" } },
      outputs = {
        { wire = "CardNumber", field = "number", as = "text" },
        { wire = "Reader", field = "name", as = "text" },
        { wire = "ValidUntil", field = "expiry_date", as = "date", formats = { "DD/MM/YYYY" } },
      },
      warnings = { Alarms = { [-1] = "blurry" } },
    },
  },
  show = { "number", "name", "expiry_date" },
}
