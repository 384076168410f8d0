--- Around one plan: credentials, limit, signature, transport, outcome; again where `retry` allows it, under one deadline.

local core = require "idocr.core"
local errors = require "idocr.errors"
local events = require "idocr.client.events"
local http_date = require "idocr.client.http_date"
local money = require "idocr.client.money"
local request_id = require("idocr.errors").request_id
local recipe = require "idocr.credentials.source"
local retry = require "idocr.client.retry"

local attempt = {}

local SLICE = 1024 * 1024 -- bytes hashed in one go where nobody else waits

--- One call of a client on its way: the deadline and the count are shared by all providers that it asks.
---@class idocr.Flight: idocr.Spending
---@field started number     runtime.now()
---@field ends number        runtime.now() of the deadline
---@field total number       seconds
---@field process integer    the one that began the call
---@field reconnected boolean? a dead connection has been replaced
---@field fresh boolean?     the next request wants a new connection
---@field last idocr.Error?  of the attempt before
---@field snapshot table?    credentials of the last attempt, as their source gave them
---@field temporary boolean? they can be had anew

---@param state table the client's inside
---@return idocr.Flight
function attempt.flight(state)
  local now, total = state.runtime.now(), state.options.timeout.total
  return { started = now, ends = now + total, total = total, attempts = 0, process = core.process_id() }
end

-- A call that was under way at a fork goes on in the parent; in the child it ends before anything is sent for it.
local function forked(flight)
  if flight.process == core.process_id() then return nil end
  return errors.unsent("closed", "Forked", "the call belongs to the process that this one was forked from")
end

local function overdue(flight)
  local message = ("not done within %g s"):format(flight.total)
  if flight.last then message = message .. "; the last error was " .. flight.last.category .. " error " .. flight.last.code end
  return errors.after(flight.sent or false, "timeout", "DeadlineExceeded", message)
end

local function broken_picture(code)
  if code == "changed" then
    return errors.unsent("image", "PictureChanged", "the picture's file changed while it was being sent")
  end
  return errors.unsent("image", "PictureUnreadable", "the picture cannot be read any more")
end

-- Hashed once, before the limiter and the signature: the digest stays with the body for all attempts.
local function hash(plan, runtime)
  if plan.unsigned or not plan.body then return true end
  local slice = runtime.slice or SLICE
  while true do
    runtime.pause() -- asks before the first slice too: two hundred uploads may begin in one turn of a loop
    local done, _, code = plan.body:hash_some(slice)
    if done then return true end
    if done == nil then return nil, broken_picture(code) end
  end
end

local SECRETS = { "secret_id", "secret_key", "api_key", "token" }

-- What no error may repeat.
local function secrets_of(checked, options)
  local secrets = {}
  for _, name in ipairs(SECRETS) do secrets[#secrets + 1] = checked[name] end
  local password = type(options.proxy) == "string" and options.proxy:match("^%a[%w+.-]*://[^/@]-:([^/]*)@")
  secrets[#secrets + 1] = password or nil
  return secrets
end

local function parts_of(snapshot)
  return {
    secret_id = snapshot.secret_id, secret_key = snapshot.secret_key, api_key = snapshot.api_key, token = snapshot.token,
    expires = snapshot.expires,
  }
end

local function same_parts(parts, snapshot)
  return parts.secret_id == snapshot.secret_id and parts.secret_key == snapshot.secret_key and parts.api_key == snapshot.api_key
    and parts.token == snapshot.token and parts.expires == snapshot.expires
end

--- The credentials to sign with, checked, and the snapshot of the source that they are of. The checked copy is kept as
--- long as the source gives the same ones: the day's signing key hangs on it. What they are is compared and not which table
--- holds them, because a source of the user's may change its table in place.
local function credentials(side, left)
  local ran, snapshot, err = pcall(side.source.get, side.source, left)
  if not ran then return nil, errors.unsent("credentials", "CredentialsFailed", "the source of credentials raised an error") end
  if not snapshot then
    if not errors.is(err) then
      err = errors.unsent("credentials", "NoCredentials", "the source of credentials has none")
    end
    return nil, err
  end
  if not side.checked or type(snapshot) ~= "table" or not same_parts(side.parts, snapshot) then
    local checked
    checked, err = side.provider.check_credentials(snapshot)
    if not checked then return nil, recipe.with_origin(err, snapshot) end
    side.parts, side.checked, side.secrets = parts_of(snapshot), checked, secrets_of(checked, side.view)
  end
  return side.checked, snapshot
end

--- Takes a secret out of the request id of a reply, which events and the card repeat.
local function clean_id(result, secrets)
  local name = result.RequestId ~= nil and "RequestId" or "request_id"
  local id = result[name]
  if type(id) ~= "string" then return end
  for _, secret in ipairs(secrets) do
    if id:find(secret, 1, true) then result[name] = errors.hide(id, secrets) end
  end
end

local function send(state, side, plan, request, flight, secrets)
  if plan.body then
    local ok, _, code = plan.body:rewind()
    if not ok then return nil, broken_picture(code) end
  end
  local left = flight.ends - state.runtime.now()
  if left <= 0 then return nil, overdue(flight) end
  flight.attempts = flight.attempts + 1
  if state.emit ~= events.silent then
    local bytes = plan.body and plan.body:length() or 0
    state.emit("request", { provider = side.name, action = plan.action, attempt = flight.attempts, bytes = bytes })
  end
  local elsewhere = forked(flight) -- in the user's credentials, clock or on_event
  if elsewhere then return nil, elsewhere end
  request.pictures_apart, request.fresh = true, flight.fresh
  flight.fresh = nil

  local began = state.runtime.now()
  local response, err = state.transport:send(request, left, secrets)
  local seconds = state.runtime.now() - began
  if not response then
    if not errors.is(err) then err = errors.sent("network", "TransportFailed", errors.describe(err)) end
    err = errors.conceal(err, secrets)
    state.emit("failure", {
      provider = side.name, action = plan.action, attempt = flight.attempts, seconds = seconds, category = err.category, code = err.code,
    })
    return nil, err
  end
  return response, nil, seconds
end

local function size(text) return type(text) == "string" and #text or 0 end

--- One request and what came of it.
---@return table? result, idocr.Error? err, table? response
local function once(state, side, plan, flight)
  local elsewhere = forked(flight)
  if elsewhere then return nil, elsewhere end
  local checked, snapshot = credentials(side, flight.ends - state.runtime.now())
  if not checked then return nil, snapshot end
  local secrets = side.secrets
  flight.snapshot = snapshot
  flight.temporary = checked.token ~= nil and side.source.invalidate ~= nil

  local account, left = checked.secret_id or checked.api_key, flight.ends - state.runtime.now()
  local waited, err = state.limiter:wait(side.name, account, plan.action, plan.rate, left)
  if not waited then
    state.emit("throttle", { provider = side.name, action = plan.action, code = err.code })
    return nil, err
  end
  if waited > 0 then state.emit("throttle", { provider = side.name, action = plan.action, seconds = waited }) end

  local request
  local now
  now, err = side.clock()
  if err then return nil, err end
  request, err = side.provider.sign(plan, checked, math.floor(now))
  if not request then return nil, err end
  local response, failed, seconds = send(state, side, plan, request, flight, secrets)
  if not response then return nil, failed end

  local result
  result, err = side.provider.outcome(plan, response)
  if err then err = errors.conceal(err, secrets) else clean_id(result, secrets) end
  if state.emit ~= events.silent then
    local id = result and (result.RequestId or result.request_id) or err and err.request_id
    state.emit("response", {
      provider = side.name, action = plan.action, attempt = flight.attempts, status = response.status, bytes = size(response.body),
      seconds = seconds, request_id = request_id(id), code = err and err.code or nil,
    })
  end
  return result, err, response
end

local LONGEST_ADVICE = 3600 -- seconds

local function retry_after(response)
  local text = response and type(response.headers) == "table" and response.headers["retry-after"]
  local seconds = type(text) == "string" and tonumber(text:match("^%s*(%d+)%s*$"))
  return seconds and math.min(seconds, LONGEST_ADVICE)
end

local function clock_offset(side, response)
  local date = response and type(response.headers) == "table" and http_date.parse(response.headers.date)
  return date and date - (side.clock() - side.offset)
end

--- Puts right what the error complained about.
local function repair(state, side, action, progress, flight)
  if action == "clock" then
    progress.clock_corrected = true
    side.offset = progress.clock_offset
    state.emit("clock", { provider = side.name, offset = side.offset })
  elseif action == "token" then
    progress.token_renewed = true
    pcall(side.source.invalidate, side.source, flight.snapshot)
  elseif action == "reconnect" then
    flight.reconnected, flight.fresh = true, true
  end
end

--- The signed request of a plan, not sent.
---@return table? request, idocr.Error? err
function attempt.sign(state, side, plan, flight)
  local hashed, unreadable = hash(plan, state.runtime)
  if not hashed then return nil, unreadable end
  local checked, err = credentials(side, flight.ends - state.runtime.now())
  if not checked then return nil, err end
  local now, wrong = side.clock()
  if wrong then return nil, wrong end
  return side.provider.sign(plan, checked, math.floor(now))
end

-- What `retry.decide` knows of a call whose first request failed.
local function progress_of(state)
  local wanted = state.options.retry
  return {
    attempts = wanted.attempts, base = wanted.base, cap = wanted.cap, after_send = wanted.after_send,
    attempt = 0, clock_corrected = false, token_renewed = false, random = state.random,
  }
end

--- Makes the requests of one plan.
---@param state table the client's inside
---@param side table the provider and its credentials
---@param plan table
---@param flight idocr.Flight
---@return table? result, idocr.Error? err, table? response
function attempt.run(state, side, plan, flight)
  local hashed, unreadable = hash(plan, state.runtime)
  if not hashed then return nil, unreadable end

  local progress
  while true do
    if flight.ends <= state.runtime.now() then return nil, overdue(flight) end
    local before = flight.attempts
    local result, err, response = once(state, side, plan, flight)
    if result then return result, nil, response end
    local asked = flight.attempts > before
    if errors.PASSING[err.category] then err.retryable = true end -- a transport of the user's may not say so
    if asked then money.add(flight, err) else money.nothing_left(err) end
    if err.code == "DeadlineExceeded" and flight.last then return nil, overdue(flight) end
    if not asked then return nil, err end -- no credentials, our own limit: waiting here changes nothing

    progress = progress or progress_of(state)
    progress.attempt, progress.temporary = progress.attempt + 1, flight.temporary
    progress.reconnected = flight.reconnected
    progress.clock_offset = err.retry == "clock" and clock_offset(side, response) or nil
    progress.retry_after = retry_after(response)
    local delay, action = retry.decide(err, progress)
    if not delay then return nil, err end
    -- An error now says more than a deadline that passes in sleep.
    if state.runtime.now() + delay >= flight.ends then return nil, err end

    flight.last = err
    repair(state, side, action, progress, flight)
    state.emit("retry", { provider = side.name, action = plan.action, attempt = flight.attempts, delay = delay, code = err.code })
    if delay > 0 then state.runtime.sleep(delay) end
  end
end

return attempt
