--- What a client tells `on_event(name, fields)`: sizes, durations, statuses, codes; never contents.
---
---   request      provider, action, attempt, bytes                a request is about to be sent
---   response     provider, action, attempt, status, bytes, seconds, request_id, code   its reply came; `code` of a refusal
---   failure      provider, action, attempt, category, code, seconds                    no reply came
---   retry        provider, action, attempt, delay, code          attempt `attempt` failed with `code`, another follows
---   throttle     provider, action, seconds | code                our own limiter made the call wait, or refused it
---   clock        provider, offset                                the clock was corrected by so many seconds
---   credentials  source, ok, code                                credentials were fetched or renewed
---   fallback     from, to, code                                  the next provider is asked
---   done         kind | action, provider, ok, category, code, billed, attempts, seconds, request_id   a call ended

local events = {}

--- What a client without `on_event` calls. Compare with it before making a table that nobody will read.
local function silent() end
events.silent = silent

--- A function that tells the user's one. What that raises never breaks a call.
---@param on_event function?
---@return fun(name: string, fields: table)
function events.emitter(on_event)
  if not on_event then return silent end
  return function(name, fields) pcall(on_event, name, fields) end
end

return events
