--- What each `status` of ekycpro means for the caller. The vendor's page says of each whether it is charged; those
--- without a word there come from its other endpoints.

---@type table<string, idocr.ErrorFacts>
local statuses = {
  FAIL = { category = "service", retry = "no", billed = true },
  INVALID_REQUEST = { category = "service", retry = "no", billed = false },
  IMAGE_INVALID_FORMAT = { category = "image", retry = "no", billed = false },
  IMAGE_INVALID_SIZE = { category = "image", retry = "no", billed = false },
  INNER_ERROR = { category = "service", retry = "maybe", billed = false },

  RETRY_LATER = { category = "service", retry = "maybe" },
  FACE_DETECT_FAILED = { category = "service", retry = "no" },
  INVALID_INPUT = { category = "service", retry = "no" },
}

local UNKNOWN = { category = "service", retry = "no" }

local errors_of_ekycpro = { statuses = statuses }

---@param status string
---@return idocr.ErrorFacts
function errors_of_ekycpro.facts(status) return statuses[status] or UNKNOWN end

return errors_of_ekycpro
