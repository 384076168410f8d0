--- Parts that the card tables of Chinese documents share.

local tencent = require "idocr.cards.parts.tencent"

local china = {}

--- Returns the outputs of a period of validity: one member, three fields ("2010.07.21-2020.07.21", "2010.07.21-长期").
---@param wire string
---@param confidence string? dotted path of its confidence
---@return idocr.Output[]
function china.period(wire, confidence)
  local formats = { "YYYY.MM.DD-YYYY.MM.DD" }
  return {
    { wire = wire, field = "issue_date", as = "period_start", formats = formats, confidence = confidence },
    { wire = wire, field = "expiry_date", as = "period_end", formats = formats, confidence = confidence },
    { wire = wire, field = "long_term", as = "period_open", formats = { "YYYY.MM.DD-长期" }, confidence = confidence },
  }
end

--- Returns lists as one.
---@param ... table[]
---@return table[]
function china.join(...)
  local all = {}
  for _, list in ipairs { ... } do
    for _, output in ipairs(list) do all[#all + 1] = output end
  end
  return all
end

-- ---- RecognizeValidIDCardOCR: it reads four kinds of cards and has a separate object for each

local OBJECTS = {
  IDCardInfo = "china_id", TemporaryIDCardInfo = "china_temporary_id", ResidencePermitInfo = "hmt_residence_permit",
  PermanentResidencePermitInfo = "china_permanent_residence",
}

local FLAGS = {
  BorderCheck = "incomplete", OcclusionCheck = "occluded", CopyCheck = "photocopy", ReshootCheck = "recaptured", PSCheck = "tampered",
  BlurCheck = "blurry", ElectronCheck = "electronic", BlurScore = false,
}

--- Returns one output of RecognizeValidIDCardOCR, whose values are objects with a confidence.
---@param object string
---@param member string
---@param field string
---@param as idocr.Converter
---@return idocr.Output
function china.content(object, member, field, as)
  local path = object .. "." .. member
  return { wire = path .. ".Content", field = field, as = as, confidence = as ~= "picture" and path .. ".Confidence" or nil }
end

-- Outputs that all of its cards have besides the name.
local function printed(object)
  local function content(...) return china.content(object, ...) end
  local birth = content("Birth", "birth_date", "date")
  birth.formats = { "YYYY年M月D日" }
  return china.join({
    content("IdNum", "number", "text"), content("Sex", "sex", "sex"), content("Nation", "ethnicity", "text"),
    birth, content("Address", "address", "text"), content("Authority", "issuing_authority", "text"),
    content("CardImage", "card_image", "picture"), content("PortraitImage", "portrait", "picture"),
    { wire = "Type", field = "document_type", as = "text" },
  }, china.period(object .. ".ValidDate.Content", object .. ".ValidDate.Confidence"))
end

--- Returns the params of a kind that RecognizeValidIDCardOCR reads.
---@param front integer CardType of the front; the next one is the back, the one after it either side
---@return table<string, idocr.Param>
function china.valid_id_params(front)
  return {
    side = { type = "string", values = { front = front, back = front + 1 }, help = "the side shown; the service detects it if not given" },
    crop = { type = "boolean", help = "return the card cut out of the picture" },
    warn = {
      type = "warnings", all = { "incomplete", "occluded", "photocopy", "recaptured", "blurry", "electronic" },
      help = "warnings to look for, by name; true: all",
    },
  }
end

local function check(wire, warning) return { wire = wire, type = "boolean", when = { "warn." .. warning } } end

-- The checks that RecognizeValidIDCardOCR has for identity cards only.
local NOT_SENT = { { wire = "EnablePSCheck", type = "boolean" }, { wire = "EnableWordCheck", type = "boolean" } }

--- Returns RecognizeValidIDCardOCR as the service of one kind.
---@param object string the object that holds this card
---@param card_type idocr.Input
---@param outputs idocr.Output[] those that only this kind has
---@param checks idocr.Input[]? those that only this kind has
---@return idocr.Service
function china.valid_id(object, card_type, outputs, checks)
  return {
    provider = "tencent",
    action = "RecognizeValidIDCardOCR",
    sites = { cn = true },
    rate = 5,
    pictures = tencent.EITHER_SIDE,
    formats = tencent.JPEG_PNG_BMP,
    max_base64 = tencent.MAX_BASE64,
    inputs = china.join({
      card_type,
      { wire = "EnablePortrait", type = "boolean", param = "portrait" },
      { wire = "EnableCropImage", type = "boolean", param = "crop" },
      check("EnableBorderCheck", "incomplete"),
      check("EnableOcclusionCheck", "occluded"),
      check("EnableCopyCheck", "photocopy"),
      check("EnableReshootCheck", "recaptured"),
      check("EnableQualityCheck", "blurry"),
      check("EnableElectronCheck", "electronic"),
    }, checks or NOT_SENT),
    shows = { wire = "*", kinds = OBJECTS },
    outputs = china.join(outputs, printed(object)),
    warnings = { [object .. ".WarnInfos.*"] = FLAGS },
    refusal = "FailedOperation.ImageNoIdCard",
  }
end

--- Returns the CardType of a kind with the params of `valid_id_params`.
---@param front integer
---@return idocr.Input
function china.card_type(front)
  local values = { 0, front, front + 1, front + 2 } -- 0: any card
  return { wire = "CardType", type = "integer", constant = front + 2, param = "side", values = values }
end

return china
