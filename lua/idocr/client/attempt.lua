--- Sends the request of one plan: credentials, rate limit, signature, transport, outcome. Repeats it where retry.lua says so,
--- under one deadline.

local account_credentials = require "idocr.client.account_credentials"
local errors = require "idocr.errors"
local events = require "idocr.client.events"
local http_date = require "idocr.http_date"
local lifetime = require "idocr.client.lifetime"
local money = require "idocr.client.money"
local redact = require "idocr.redact"
local retry = require "idocr.client.retry"

local attempt = {}

local SLICE = 1024 * 1024 -- bytes hashed at once where the runtime sets no slice

local function picture_error(code)
  if code == "changed" then
    return errors.unsent("image", "PictureChanged", "the picture's file changed while it was being sent")
  end
  return errors.unsent("image", "PictureUnreadable", "the picture can no longer be read")
end

-- Hashes the body once, before the rate limit and the signature; the body keeps the digest for all attempts.
local function hash(plan, runtime)
  if plan.unsigned or not plan.body then return true end
  local slice = runtime.slice or SLICE
  while true do
    runtime.pause() -- before the first slice too: two hundred uploads may start in one turn of an event loop
    local done, _, code = plan.body:hash_some(slice)
    if done then return true end
    if done == nil then return nil, picture_error(code) end
  end
end

-- Removes secrets from the request id of a reply, which events and the card repeat.
local function hide_secrets_in_id(result, secrets)
  local name = result.RequestId ~= nil and "RequestId" or "request_id"
  local id = result[name]
  if type(id) ~= "string" then return end
  for _, secret in ipairs(secrets) do
    if id:find(secret, 1, true) then result[name] = redact.hide(id, secrets) end
  end
end

-- Asks `before_send` whether the request may leave; returns the error where it may not.
local function stopped_before_send(call_state)
  if not call_state.before_send then return nil end
  local allowed, refusal = call_state.before_send()
  if allowed == true then return nil end
  if errors.is(refusal) then return refusal end
  return errors.unsent("closed", "Stopped", "before_send did not return true; the request was not sent")
end

local function send(client, account, plan, request, call_state, secrets)
  if plan.body then
    local ok, _, code = plan.body:rewind()
    if not ok then return nil, picture_error(code) end
  end
  local seconds_left = call_state.ends - client.runtime.now()
  if seconds_left <= 0 then return nil, lifetime.deadline_error(call_state) end
  local stopped = stopped_before_send(call_state)
  if stopped then return nil, stopped end
  local cancelled = lifetime.cancelled(client, call_state)
  if cancelled then return nil, cancelled end
  call_state.attempts = call_state.attempts + 1
  if client.emit ~= events.silent then
    local bytes = plan.body and plan.body:length() or 0
    client.emit("request", { provider = account.name, action = plan.action, attempt = call_state.attempts, bytes = bytes })
  end
  local forked = lifetime.fork_error(call_state) -- credentials, clock or on_event of the user may have forked
  if forked then return nil, forked end
  local options = { pictures_apart = true, fresh = call_state.fresh, secrets = secrets }
  call_state.fresh = nil

  local started = client.runtime.now()
  call_state.sending = { account = account, plan = plan }
  local response, err = client.transport:send(request, seconds_left, options)
  call_state.sending = nil
  local seconds = client.runtime.now() - started
  if not response then
    if not errors.is(err) then err = errors.sent("network", "TransportFailed", redact.describe(err)) end
    err = errors.conceal(err, secrets)
    client.emit("failure", {
      provider = account.name, action = plan.action, attempt = call_state.attempts, seconds = seconds,
      category = err.category, code = err.code,
    })
    return nil, err
  end
  return response, nil, seconds
end

local function size(text) return type(text) == "string" and #text or 0 end

-- Waits for the rate limit.
local function wait_for_rate(client, account, plan, checked, call_state)
  local seconds_left = call_state.ends - client.runtime.now()
  local waited, err = client.limiter:wait(account.name, checked.secret_id or checked.api_key, plan.action, plan.rate, seconds_left)
  if not waited then
    client.emit("throttle", { provider = account.name, action = plan.action, code = err.code })
    return nil, err
  end
  if waited > 0 then client.emit("throttle", { provider = account.name, action = plan.action, seconds = waited }) end
  return true
end

-- Sends one request and returns its outcome.
---@return table? result
---@return idocr.Error?
---@return table? response
---@return string[]? pictures
local function once(client, account, plan, call_state)
  local forked = lifetime.fork_error(call_state)
  if forked then return nil, forked end
  local checked, snapshot = account_credentials.get(account, call_state.ends - client.runtime.now())
  if not checked then return nil, lifetime.cancelled(client, call_state) or snapshot end
  local secrets = account.secrets
  call_state.snapshot = snapshot
  call_state.temporary = checked.token ~= nil and account.source.invalidate ~= nil

  local allowed, err = wait_for_rate(client, account, plan, checked, call_state)
  if not allowed then return nil, err end
  local now, request
  now, err = account.clock()
  if err then return nil, err end
  request, err = account.provider:sign(plan, checked, math.floor(now))
  if not request then return nil, err end
  local response, send_error, seconds = send(client, account, plan, request, call_state, secrets)
  if not response then return nil, send_error end

  local result, pictures
  result, err, pictures = account.provider:outcome(plan, response)
  if err then err = errors.conceal(err, secrets) else hide_secrets_in_id(result, secrets) end
  if client.emit ~= events.silent then
    local id = result and (result.RequestId or result.request_id) or err and err.request_id
    client.emit("response", {
      provider = account.name, action = plan.action, attempt = call_state.attempts, status = response.status,
      bytes = size(response.body), seconds = seconds, request_id = errors.request_id(id), code = err and err.code or nil,
    })
  end
  return result, err, response, pictures
end

local LONGEST_PAUSE = 3600 -- seconds that a Retry-After header may ask for

-- Returns a header of a response; nil where there is none. A user's transport may leave out the headers.
local function header(response, name)
  return response and type(response.headers) == "table" and response.headers[name] or nil
end

local function retry_after(response)
  local text = header(response, "retry-after")
  local seconds = type(text) == "string" and tonumber(text:match("^%s*(%d+)%s*$"))
  return seconds and math.min(seconds, LONGEST_PAUSE)
end

local function clock_offset(account, response)
  local date = http_date.parse(header(response, "date"))
  return date and date - (account.clock() - account.offset)
end

-- Does what must be done before the next attempt.
local function repair(client, account, action, retry_state, call_state)
  if action == "clock" then
    retry_state.clock_corrected = true
    account.offset = retry_state.clock_offset
    client.emit("clock", { provider = account.name, offset = account.offset })
  elseif action == "token" then
    retry_state.token_renewed = true
    pcall(account.source.invalidate, account.source, call_state.snapshot)
  elseif action == "reconnect" then
    call_state.reconnected, call_state.fresh = true, true
  end
end

--- Returns the signed request of a plan. It is not sent.
---@param client idocr.ClientInner
---@param account idocr.Account
---@param plan idocr.Plan
---@param call_state idocr.CallState
---@return table? request
---@return idocr.Error?
function attempt.sign(client, account, plan, call_state)
  local hashed, unreadable = hash(plan, client.runtime)
  if not hashed then return nil, unreadable end
  local checked, err = account_credentials.get(account, call_state.ends - client.runtime.now())
  if not checked then return nil, err end
  local now, clock_error = account.clock()
  if clock_error then return nil, clock_error end
  return account.provider:sign(plan, checked, math.floor(now))
end

-- Returns what `retry.decide` needs, for a plan whose first request failed.
local function new_retry_state(client)
  local settings = client.options.retry
  return {
    attempts = settings.attempts, base = settings.base, cap = settings.cap, after_send = settings.after_send,
    attempt = 0, clock_corrected = false, token_renewed = false, random = client.random,
  }
end

--- Sends the request of a plan, as often as allowed, and returns its outcome.
---@param client idocr.ClientInner
---@param account idocr.Account
---@param plan idocr.Plan
---@param call_state idocr.CallState
---@return table? result
---@return idocr.Error?
---@return { pictures: string[]?, sandbox: boolean }? outcome  pictures of the response; whether a sandbox made it
function attempt.run(client, account, plan, call_state)
  local hashed, unreadable = hash(plan, client.runtime)
  if not hashed then return nil, unreadable end

  local retry_state
  while true do
    if call_state.ends <= client.runtime.now() then return nil, lifetime.deadline_error(call_state) end
    local attempts_before = call_state.attempts
    local result, err, response, pictures = once(client, account, plan, call_state)
    local requested = call_state.attempts > attempts_before
    if requested and client.ledger then
      client.ledger:record(account.name, plan, call_state.attempts, err, result)
    end
    if result then return result, nil, { pictures = pictures, sandbox = header(response, "x-sandbox") ~= nil } end
    if errors.PASSING[err.category] then err.retryable = true end -- a user's transport may leave it out
    if requested then money.add(call_state, err, plan) else money.nothing_left(err) end
    if err.code == "DeadlineExceeded" and call_state.last_error then return nil, lifetime.deadline_error(call_state) end
    if not requested then return nil, err end -- no credentials or our own rate limit: waiting here would not help

    retry_state = retry_state or new_retry_state(client)
    retry_state.attempt, retry_state.temporary = retry_state.attempt + 1, call_state.temporary
    retry_state.reconnected = call_state.reconnected
    retry_state.clock_offset = err.retry == "clock" and clock_offset(account, response) or nil
    retry_state.retry_after = retry_after(response)
    local delay, action = retry.decide(err, retry_state)
    if not delay then return nil, err end
    -- Returns this error now rather than a deadline error after the pause.
    if client.runtime.now() + delay >= call_state.ends then return nil, err end

    call_state.last_error = err
    repair(client, account, action, retry_state, call_state)
    client.emit("retry", {
      provider = account.name, action = plan.action, attempt = call_state.attempts, delay = delay, code = err.code,
    })
    if delay > 0 then
      client.runtime.sleep(delay)
      local cancelled = lifetime.cancelled(client, call_state)
      if cancelled then return nil, cancelled end
    end
  end
end

return attempt
