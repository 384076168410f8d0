--- Describes each `status` of ekycpro: category, retry, billing and message. The vendor's page of this endpoint states
--- which are billed; those without `billed` are documented for other endpoints.

---@type table<string, idocr.ErrorFacts>
local statuses = {
  FAIL = { category = "service", retry = "no", billed = true, message = "the service could not read an identity card in the picture" },
  INVALID_REQUEST = { category = "service", retry = "no", billed = false, message = "a parameter of the request was refused" },
  IMAGE_INVALID_FORMAT = { category = "image", retry = "no", billed = false, message = "the service does not accept this picture format" },
  IMAGE_INVALID_SIZE = { category = "image", retry = "no", billed = false, message = "the picture is larger than the service accepts" },
  INNER_ERROR = { category = "service", retry = "maybe", billed = false, message = "the service failed and asks to try again later" },

  RETRY_LATER = { category = "service", retry = "maybe", message = "the service asks to try again later" },
  FACE_DETECT_FAILED = { category = "service", retry = "no", message = "the service found no face in the picture" },
  INVALID_INPUT = { category = "service", retry = "no", message = "the input was refused" },
}

local UNKNOWN = { category = "service", retry = "no" }

local errors_of_ekycpro = { statuses = statuses, HTTP_NAMES = {} }

-- Names of HTTP statuses, which proxies and gateways put into `status` of a JSON body.
for name in ([[ERROR BAD_REQUEST NOT_FOUND METHOD_NOT_ALLOWED REQUEST_TIMEOUT PAYLOAD_TOO_LARGE REQUEST_ENTITY_TOO_LARGE
  CONTENT_TOO_LARGE INTERNAL INTERNAL_ERROR INTERNAL_SERVER_ERROR NOT_IMPLEMENTED BAD_GATEWAY SERVICE_UNAVAILABLE UNAVAILABLE
  GATEWAY_TIMEOUT DEADLINE_EXCEEDED RESOURCE_EXHAUSTED]]):gmatch("[%u_]+") do
  errors_of_ekycpro.HTTP_NAMES[name] = true
end

--- Returns the facts about a status.
---@param status string
---@return idocr.ErrorFacts
function errors_of_ekycpro.facts(status) return statuses[status] or UNKNOWN end

--- Returns our message for a status, nil for one that is not in the table.
---@param status string
---@return string?
function errors_of_ekycpro.message(status) return statuses[status] and statuses[status].message end

--- Returns whether a text has the form of the vendor's statuses: capitals joined by underscores.
---@param status string
---@return boolean
function errors_of_ekycpro.is_code(status) return status:find("^%u[%u_]*%d?%d?%d?$") ~= nil and #status <= 40 end

return errors_of_ekycpro
