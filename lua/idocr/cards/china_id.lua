--- Identity cards of the Chinese mainland: IDCardOCR on the Chinese site, RecognizeMainlandIDCardOCR on the
--- international one (which had IDCardOCR until July 2026). Same content; the newer action has typed members where the
--- older one has JSON in strings. RecognizeValidIDCardOCR reads them too, with a confidence for each value.

local china = require "idocr.cards.parts.china"
local parts = require "idocr.cards.parts.tencent"

local side = { wire = "CardSide", type = "string", param = "side", values = { "FRONT", "BACK" } }

local printed = china.join({
  { wire = "Name", field = "name", as = "text" },
  { wire = "Sex", field = "sex", as = "sex" },
  { wire = "Nation", field = "ethnicity", as = "text" },
  { wire = "Birth", field = "birth_date", as = "date", formats = { "YYYY/M/D" } },
  { wire = "Address", field = "address", as = "text" },
  { wire = "IdNum", field = "number", as = "text" },
  { wire = "Authority", field = "issuing_authority", as = "text" },
}, china.period "ValidDate")

-- The service that says how sure it is of each value.
local detailed = china.valid_id("IDCardInfo", { wire = "CardType", type = "integer", constant = 3, values = { 0, 1, 2, 3 } }, {
  china.content("IDCardInfo", "Name", "name", "text"),
}, {
  { wire = "EnablePSCheck", type = "boolean", when = { "warn.tampered", "tamper_check" } },
  { wire = "EnableWordCheck", type = "boolean", when = { "confidence" } },
})
detailed.when = "confidence"

return {
  title = "Chinese mainland identity card",
  country = "CHN",
  document_type = "resident_identity_card",

  params = {
    side = { type = "string", values = { front = "FRONT", back = "BACK" }, help = "the side shown; the service detects it if not given" },
    crop = { type = "boolean", help = "return the card cut out of the picture" },
    quality = { type = "boolean", help = "return how sharp the picture is (0 to 100, good from 50)" },
    both_sides = { type = "boolean", help = "both sides are in one picture" },
    rectify = { type = "boolean", default = true, help = "let the service make number, birth date and sex agree; false: as read" },
    reflect_detail = { type = "boolean", help = "say which parts of the card have glare" },
    tamper_check = { type = "boolean", help = "the slower, better check for edited pictures, screenshots and watermarks" },
    confidence = { type = "boolean", help = "say how sure the service is of each value: uses RecognizeValidIDCardOCR (site cn)" },
    warn = {
      type = "warnings",
      -- the last two need the service's slower check
      all = {
        "incomplete", "occluded", "photocopy", "monochrome_copy", "recaptured", "tampered", "temporary", "invalid_date", "glare",
        "electronic", "watermark",
      },
      help = "warnings to look for, by name; true: all (slower: it takes the thorough check)",
    },
  },

  services = {
    {
      provider = "tencent",
      action = "IDCardOCR",
      sites = { cn = true },
      removed = { intl = "2026-07-06" },
      rate = 20,
      pictures = parts.EITHER_SIDE,
      formats = parts.JPEG_PNG_BMP,
      max_base64 = parts.MAX_BASE64,
      inputs = {
        side,
        {
          wire = "Config",
          type = "json",
          fields = {
            { wire = "CropIdCard", type = "boolean", param = "crop" },
            { wire = "CropPortrait", type = "boolean", param = "portrait" },
            { wire = "CopyWarn", type = "boolean", when = { "warn.photocopy", "warn.monochrome_copy" } },
            { wire = "BorderCheckWarn", type = "boolean", when = { "warn.incomplete", "warn.occluded" } },
            { wire = "ReshootWarn", type = "boolean", when = { "warn.recaptured" } },
            {
              wire = "DetectPsWarn",
              type = "boolean",
              when = { "warn.tampered", "warn.electronic", "warn.watermark", "tamper_check" },
            },
            { wire = "TempIdWarn", type = "boolean", when = { "warn.temporary" } },
            { wire = "InvalidDateWarn", type = "boolean", when = { "warn.invalid_date" } },
            { wire = "Quality", type = "boolean", param = "quality" },
            { wire = "MultiCardDetect", type = "boolean", param = "both_sides" },
            { wire = "ReflectWarn", type = "boolean", when = { "warn.glare", "reflect_detail" } },
          },
        },
        { wire = "EnableRecognitionRectify", type = "boolean", param = "rectify" },
        { wire = "EnableReflectDetail", type = "boolean", param = "reflect_detail" },
        { wire = "EnableDateVerify", type = "boolean" }, -- deprecated by the vendor in 2025: known, never sent
        {
          wire = "CardWarnType",
          type = "string",
          values = { "Basic", "Advanced" },
          value = "Advanced",
          when = { "tamper_check", "warn.electronic", "warn.watermark" },
        },
      },
      embedded = { AdvancedInfo = true },
      outputs = china.join(printed, {
        { wire = "AdvancedInfo.Portrait", field = "portrait", as = "picture" },
        { wire = "AdvancedInfo.IdCard", field = "card_image", as = "picture" },
        { wire = "AdvancedInfo.Quality", field = "quality", as = "score" },
        { wire = "AdvancedInfo.BorderCodeValue", field = "border_score", as = "score" },
        { wire = "ReflectDetailInfos", field = "reflections", as = "positions" },
      }),
      warnings = {
        ["AdvancedInfo.WarnInfos"] = {
          [-9100] = "invalid_date", -- until 2026; then -9109
          [-9101] = "incomplete", [-9102] = "photocopy", [-9103] = "recaptured", [-9104] = "temporary",
          [-9105] = "occluded", [-9106] = "tampered", [-9107] = "glare", [-9108] = "monochrome_copy",
          [-9109] = "invalid_date", [-9110] = "electronic", [-9111] = "watermark",
        },
      },
      refusal = "FailedOperation.ImageNoIdCard",
    },
    {
      provider = "tencent",
      action = "RecognizeMainlandIDCardOCR",
      sites = { intl = true },
      rate = 20,
      pictures = parts.EITHER_SIDE,
      formats = parts.JPEG_PNG_BMP,
      max_base64 = parts.MAX_BASE64_7M,
      inputs = {
        side,
        { wire = "CropPortrait", type = "boolean", param = "portrait" },
        { wire = "CropIdCard", type = "boolean", param = "crop" },
      },
      outputs = china.join(printed, {
        { wire = "PortraitImage", field = "portrait", as = "picture" },
        { wire = "IdCardImage", field = "card_image", as = "picture" },
      }),
      warnings = { WarnCardInfos = parts.WARN_CARD_INFOS },
      refusal = "FailedOperation.ImageNoIdCard",
    },
    detailed,
  },

  show = {
    "number", "name", "sex", "ethnicity", "birth_date", "address", "issuing_authority", "issue_date", "expiry_date",
    "long_term", "quality", "border_score", "reflections",
  },
}
