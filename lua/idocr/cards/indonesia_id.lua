--- Indonesian identity cards (KTP): RecognizeIndonesiaIDCardOCR and ekycpro. The names of the members are spelled as the vendors do.

local ekycpro = require "idocr.cards.parts.ekycpro"
local parts = require "idocr.cards.parts.tencent"

local MIB = 1024 * 1024
local DATE = { "DD-MM-YYYY" }

local warnings = { [-8101] = "format_invalid", [-8102] = "inconsistent" }
for code, name in pairs(parts.WARN_CARD_INFOS) do warnings[code] = name end

return {
  title = "Indonesian identity card",
  country = "IDN",

  services = {
    {
      provider = "tencent",
      action = "RecognizeIndonesiaIDCardOCR",
      sites = { intl = true },
      removed = { cn = "2024-11-29" },
      rate = 5,
      pictures = parts.FRONT,
      formats = parts.JPEG_PNG,
      max_base64 = parts.MAX_BASE64_7M,
      limits = { { when = "portrait", max_base64 = 5 * MIB, max_side = { jpeg = 4000, png = 2000 } } },
      inputs = {
        parts.portrait "ReturnHeadImage",
        { wire = "Scene", type = "string", values = { "V1", "V2" } }, -- deprecated by the vendor in 2026: known, never sent
      },
      outputs = {
        { wire = "NIK", field = "number", as = "compact" },
        { wire = "Nama", field = "name", as = "text" },
        -- one member, two fields: "JAKARTA 04-03-1990"
        { wire = "TempatTglLahir", field = "birth_place", as = "text_before_date" },
        { wire = "TempatTglLahir", field = "birth_date", as = "date_at_end", formats = DATE },
        { wire = "JenisKelamin", field = "sex", as = "sex" },
        { wire = "GolDarah", field = "blood_type", as = "text" },
        { wire = "Alamat", field = "address", as = "text" },
        { wire = "RTRW", field = "neighbourhood", as = "text" },
        { wire = "KelDesa", field = "village", as = "text" },
        { wire = "Kecamatan", field = "district", as = "text" },
        { wire = "Kota", field = "city", as = "text" },
        { wire = "Provinsi", field = "state", as = "text" },
        { wire = "Agama", field = "religion", as = "text" },
        { wire = "StatusPerkawinan", field = "marital_status", as = "text" },
        { wire = "Perkerjaan", field = "occupation", as = "text" },
        { wire = "KewargaNegaraan", field = "nationality", as = "text" },
        { wire = "IssuedDate", field = "issue_date", as = "date", formats = DATE },
        { wire = "BerlakuHingga", field = "expiry_date", as = "date", formats = DATE },
        { wire = "BerlakuHingga", field = "long_term", as = "open_end", formats = { "SEUMUR HIDUP" } },
        { wire = "Photo", field = "portrait", as = "picture" },
      },
      warnings = { WarnCardInfos = warnings },
    },
    ekycpro.service("id_ocr/general", {
      outputs = {
        { wire = "id", field = "number", as = "compact" },
        { wire = "name", field = "name", as = "text" },
        { wire = "pob", field = "birth_place", as = "text" },
        { wire = "dob", field = "birth_date", as = "date", formats = DATE },
        { wire = "gender", field = "sex", as = "sex" },
        { wire = "address", field = "address", as = "text" },
        { wire = "rt", field = "neighbourhood_rt", as = "text" },
        { wire = "rw", field = "neighbourhood_rw", as = "text" },
        { wire = "village", field = "village", as = "text" },
        { wire = "district", field = "district", as = "text" },
        { wire = "city", field = "city", as = "text" },
        { wire = "province", field = "state", as = "text" },
        { wire = "religion", field = "religion", as = "text" },
        { wire = "marital_status", field = "marital_status", as = "text" },
        { wire = "work", field = "occupation", as = "text" },
        { wire = "nationnality", field = "nationality", as = "text" },
      },
      composed = { { field = "neighbourhood", from = { "neighbourhood_rt", "neighbourhood_rw" }, separator = "/" } },
    }),
  },

  show = {
    "number", "name", "sex", "birth_place", "birth_date", "blood_type", "nationality", "religion", "marital_status", "occupation",
    "address", "neighbourhood", "village", "district", "city", "state", "issue_date", "expiry_date", "long_term",
  },
}
