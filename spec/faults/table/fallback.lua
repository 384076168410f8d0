--- Faults with two providers: the second is called only where the first certainly billed nothing.

local s = require "spec.faults.steps"
local w = require "spec.faults.want"

local BIG = 4500 * 1024 -- bytes of a picture that no socket buffer holds

local function options(more)
  return function(what, env)
    local scheme = what.transport:find "http$" and "http" or "https"
    local all = {
      provider = { "tencent", "ekycpro" },
      credentials = { tencent = { secret_id = "AKIDfaultfaultfault", secret_key = "faultfaultfaultfaultfault" },
        ekycpro = { api_key = "faultfaultfaultfault" } },
      endpoint = { tencent = ("%s://127.0.0.1:%d"):format(scheme, env.port(what.id, "origin")),
        ekycpro = ("%s://127.0.0.1:%d"):format(scheme, env.port(what.id, "second")) },
      retry = { attempts = 1 },
    }
    for name, value in pairs(more or {}) do all[name] = value end
    return all
  end
end

local faults = {}
local function add(name, script, want, more)
  local fault = { name = name, serve = script, second = { s.request, s.answer(200, s.EKYC_CARD), s.again }, want = want,
    options = options() }
  for key, value in pairs(more or {}) do fault[key] = value end
  faults[#faults + 1] = fault
end

local asked = w.card { attempts = 2, whole = 2 }
add("no listener at the first", nil, w.card { attempts = 2 }, { kind = "refuse", quick = true })
add("the first breaks in the middle of the upload", { s.body(100000), s.reset }, w.card { attempts = 2 }, { rcvbuf = 65536,
  calls = { { bytes = BIG } } })
add("the first answers 429", { s.request, s.answer(429, s.HTML), s.drain }, asked)
add("the first reports that no free calls are left", { s.request,
  s.answer(200, '{"Response":{"Error":{"Code":"FailedOperation.UnOpenError","Message":"m"},"RequestId":"r"}}'), s.drain }, asked)
add("the first closes after the request", { s.request, s.notify, s.close }, w.lost "ConnectionClosed", { quick = true })
add("the first resets after the request", { s.request, s.reset }, w.lost "ConnectionReset")
add("the first answers 502", { s.request, s.answer(502, s.HTML), s.drain }, w.http(true), { quick = true })
add("the first answers no JSON", { s.request, s.answer(200, s.HTML), s.drain }, w.bad "BadJson")
add("the first answers over max_response", { s.request, s.answer(200, ("x"):rep(30000)), s.drain }, w.bad "ResponseTooLarge",
  { options = options { max_response = 20000 } })
add("the first answers a billed refusal", { s.request,
  s.answer(200, '{"Response":{"Error":{"Code":"FailedOperation.EmptyImageError","Message":"m"},"RequestId":"r"}}'), s.drain },
  w.service("image", "FailedOperation.EmptyImageError", true))
add("the first never answers", { s.request, s.stall }, w.late(), { options = options { timeout = { connect = 10, total = 1.2 } } })
add("the first closes after the request, after_send", { s.request, s.notify, s.close }, asked,
  { options = options { retry = { attempts = 1, after_send = true } } })

return faults
