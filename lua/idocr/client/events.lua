--- Calls the user's `on_event(name, fields)`. Fields are sizes, durations, statuses and codes, never contents.
---
---   request      provider, action, attempt, bytes                a request is about to be sent
---   response     provider, action, attempt, status, bytes, seconds, request_id, code   a response arrived; `code` where it is an error
---   failure      provider, action, attempt, category, code, seconds                    no response arrived
---   retry        provider, action, attempt, delay, code          attempt `attempt` failed with `code`, another follows
---   throttle     provider, action, seconds | code                our rate limiter made the call wait, or refused it
---   store        store, use, code, without                       the shared store failed; `without`: the call goes on without it
---   fit          provider, action, picture, reason, from_bytes, bytes, from_width, from_height, width, height, quality, rounds, seconds
---                                                                a picture was made to fit
---   clock        provider, offset                                the clock was corrected by `offset` seconds
---   credentials  source, ok, code                                credentials were fetched or renewed
---   fallback     from, to, code                                  the next provider is asked
---   cache        kind, provider, ok, code                        a call was answered from the cache, or the store failed (ok = false)
---   ledger       provider, action, ok = false                    a line of the ledger could not be written
---   done         kind | action, provider, ok, category, code, billed, attempts, seconds, request_id   a call ended

local events = {}

--- The emitter of a client without `on_event`. Callers compare with it to avoid making event tables that are not used.
local function silent() end
events.silent = silent

--- Returns a function that calls the user's one. Errors in that one are ignored.
---@param on_event function?
---@return fun(name: string, fields: table)
function events.emitter(on_event)
  if not on_event then return silent end
  return function(name, fields) pcall(on_event, name, fields) end
end

return events
