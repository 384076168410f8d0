--- Temporary identity cards of the Chinese mainland, read by RecognizeValidIDCardOCR.

local china = require "idocr.cards.parts.china"

local OBJECT, FRONT = "TemporaryIDCardInfo", 4

return {
  title = "Chinese temporary identity card",
  country = "CHN",
  params = china.valid_id_params(FRONT),
  services = { china.valid_id(OBJECT, china.card_type(FRONT), { china.content(OBJECT, "Name", "name", "text") }) },
  show = {
    "document_type", "number", "name", "sex", "ethnicity", "birth_date", "address", "issuing_authority", "issue_date", "expiry_date",
    "long_term",
  },
}
