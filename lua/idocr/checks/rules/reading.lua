--- Checks the service's assessment of its reading: confidence, values that could not be parsed, quality, warnings, incomplete
--- or several documents.

local WORDS = {
  incomplete = "the card is not completely in the picture",
  photocopy = "the picture shows a photocopy",
  monochrome_copy = "the picture shows a black and white copy",
  recaptured = "the picture was taken from a screen or another picture",
  tampered = "the picture looks edited",
  temporary = "it is a temporary card",
  occluded = "part of the card is covered",
  glare = "part of the card is overexposed",
  blurry = "the picture is blurred",
  invalid_date = "the service reports invalid dates on the card",
  electronic = "the picture shows an electronic card",
  watermark = "the picture has a watermark",
  not_enabled = "warnings are not enabled on this account",
  unreadable_picture = "the service sent a picture that cannot be decoded",
  unknown = "the service returned a warning that this version does not know",
}

local function confidence(context)
  local least = context.options.confidence
  if not least then return end
  local names = {}
  for field in pairs(context.card.confidence) do names[#names + 1] = field end
  table.sort(names)
  for _, field in ipairs(names) do
    local value = context.card.confidence[field]
    local ok = value >= least
    context.add {
      check = "confidence", ok = ok, field = context.mask.field_name(field),
      expected = (">= %.2f"):format(least), found = ("%.2f"):format(value),
      message = ok and "the confidence is sufficient" or "the confidence is low: compare with the picture",
    }
  end
end

local function unread(context)
  for _, field in ipairs(context.card.unread) do
    context.add {
      check = "unread", ok = false, field = context.mask.field_name(field),
      message = "the value could not be parsed: compare with the picture (card.raw has it as the service returned it)",
    }
  end
end

local function score(context, name, ok, expected, message)
  context.add {
    check = "quality." .. name, ok = ok, field = name, expected = expected, found = ("%g"):format(context.card[name]),
    message = ok and "the picture is good enough" or message,
  }
end

--- Adds the findings about the reading.
---@param context idocr.checks.Context
return function(context)
  local card, options = context.card, context.options
  confidence(context)
  unread(context)
  if card.quality and options.quality then
    score(context, "quality", card.quality >= options.quality, (">= %g"):format(options.quality), "the picture is of poor quality")
  end
  if card.border_score and options.border_score then
    score(context, "border_score", card.border_score <= options.border_score, ("<= %g"):format(options.border_score),
      "the card's border is covered or cut off")
  end
  if card.complete ~= nil then
    context.add {
      check = "complete", ok = card.complete, field = "complete",
      message = card.complete and "the document is completely in the picture"
        or "the document is not completely in the picture",
    }
  end
  if card.card_count and card.card_count > 1 then
    context.add {
      check = "card_count", ok = false, field = "card_count", expected = "1", found = ("%g"):format(card.card_count),
      message = "the picture shows more than one document",
    }
  end
  for _, warning in ipairs(card.warnings) do
    local name = WORDS[warning.name] and warning.name or "unknown"
    context.add {
      check = "warning." .. name, ok = false, field = "warnings", found = warning.code and ("%.14g"):format(warning.code) or nil,
      message = WORDS[name],
    }
  end
end
