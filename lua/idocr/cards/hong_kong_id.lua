--- Hong Kong identity cards, read by HKIDCardOCR. The international site takes a picture by URL from the Chinese mainland only, of at
--- most 3 MiB.

local parts = require "idocr.cards.parts.tencent"

return {
  title = "Hong Kong identity card",
  country = "HKG",

  services = {
    {
      provider = "tencent",
      action = "HKIDCardOCR",
      sites = { intl = true, cn = true },
      rate = 5,
      pictures = parts.FRONT,
      formats = parts.JPEG_PNG,
      max_base64 = parts.MAX_BASE64,
      inputs = {
        parts.portrait "ReturnHeadImage",
        { wire = "DetectFake", type = "boolean" }, -- deprecated by the vendor in 2024: known, never sent
      },

      outputs = {
        { wire = "IdNum", field = "number", as = "text" }, -- A123456(3)
        { wire = "EnName", field = "name", as = "text" },
        { wire = "CnName", field = "native_name", as = "text" },
        { wire = "TelexCode", field = "name_telecode", as = "text" },
        { wire = "Sex", field = "sex", as = "sex" }, -- 男M
        { wire = "Birthday", field = "birth_date", as = "date", formats = { "DD-MM-YYYY" } },
        { wire = "FirstIssueDate", field = "first_issue_date", as = "month_year" }, -- (06-03)
        { wire = "CurrentIssueDate", field = "issue_date", as = "date_dmy", formats = { "DD-MM-YY" } },
        { wire = "Permanent", field = "resident_type", as = "resident_type" }, -- 1, 0, or -1 where it is unknown
        { wire = "Symbol", field = "symbol", as = "text" },
        { wire = "WindowEmbeddedText", field = "window_text", as = "text" },
        { wire = "HKIDVersion", field = "card_version", as = "text" },
        { wire = "HeadImage", field = "portrait", as = "picture" },
        { wire = "SmallHeadImage", field = "portrait_small", as = "picture" },
      },

      warnings = {
        WarnCardInfos = parts.WARN_CARD_INFOS,
        WarningCode = { [-9102] = "photocopy", [-9103] = "recaptured" }, -- before WarnCardInfos existed
      },
      refusal = "FailedOperation.NoHKIDCard",
    },
  },

  show = {
    "number", "name", "native_name", "name_telecode", "sex", "birth_date", "first_issue_date", "issue_date", "resident_type", "symbol",
    "window_text", "card_version",
  },
}
