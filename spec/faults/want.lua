--- Builds the expected outcome of a cell, by the rules of billing and of error codes, as one text that can be compared.
---
--- "sent" is what left: no, part, yes. A request that left whole is billed "?" (nil) unless the service says so; what did
--- not leave whole was not billed and is sent again (two attempts are allowed); what left whole is not.

local want = {}

-- The connection ended during the TLS handshake: nothing was sent, and the next attempt may fare better.
want.HANDSHAKE_BROKEN = "ConnectFailed"

local function flag(value)
  if value == nil then return "?" end
  return value and "yes" or "no"
end

--- The text of an outcome.
---@param o table card, or category, code, retryable, billed, sent, attempts; `person`: false for a card of another person
function want.text(o)
  if o.card then
    return ("card%s attempts=%s"):format(o.person == false and " OF ANOTHER PERSON" or "", tostring(o.attempts))
  end
  return ("%s/%s retryable=%s billed=%s sent=%s attempts=%s"):format(o.category, o.code, flag(o.retryable), flag(o.billed),
    o.sent == "part" and "part" or flag(o.sent), tostring(o.attempts))
end

local function with(defaults, more)
  for name, value in pairs(more or {}) do defaults[name] = value end
  return defaults
end

--- The right person's card.
function want.card(more) return with({ card = true, attempts = 1, whole = 1 }, more) end

--- No byte of the request left. What may pass (connect, timeout, network) is tried again.
function want.unsent(category, code, more)
  local passing = category == "connect" or category == "network"
  return with({ category = category, code = code, retryable = passing or category == "timeout", billed = false, sent = false,
    attempts = passing and 2 or 1, whole = 0 }, more)
end

--- The connection broke before the whole request was handed over.
function want.partly(code, more)
  return with({ category = "network", code = code, retryable = true, billed = false, sent = "part", attempts = 2, whole = 0 }, more)
end

--- The connection broke after the whole request was sent: unknown whether it is billed.
function want.lost(code, more)
  return with({ category = "network", code = code, retryable = true, sent = true, attempts = 1, whole = 1 }, more)
end

--- The deadline passed after the whole request was handed over.
function want.late(more)
  return with({ category = "timeout", code = "DeadlineExceeded", retryable = true, sent = true, attempts = 1, whole = 1 }, more)
end

--- The deadline passed in the middle of the upload.
function want.late_upload(more)
  return with({ category = "timeout", code = "DeadlineExceeded", retryable = true, billed = false, sent = "part", attempts = 1,
    whole = 0 }, more)
end

--- A response that cannot be understood.
function want.bad(code, more)
  return with({ category = "protocol", code = code, retryable = false, sent = true, attempts = 1, whole = 1 }, more)
end

--- An HTTP error that is not the service's own answer.
function want.http(retryable, more)
  return with({ category = "http", code = "HttpStatus", retryable = retryable or false, sent = true, attempts = 1, whole = 1 },
    more)
end

--- The service's own refusal.
function want.service(category, code, billed, more)
  return with({ category = category, code = code, retryable = false, billed = billed, sent = true, attempts = 1, whole = 1 }, more)
end

--- One of several: where a race in the kernel decides.
function want.either(...) return { any = { ... } } end

return want
