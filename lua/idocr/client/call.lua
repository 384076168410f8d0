--- Runs one call from checked params to a card, in these steps:
---
---   check    params.lua has checked the params before the call starts
---   open     opens the pictures, once for all providers
---   prepare  finds the provider's action, makes the pictures fit it, checks them against its limits, and makes the plan
---   sign     gets credentials, waits for the rate limit and signs the request (attempt.lua)
---   send     sends the request, and again where retry.lua says so, under one deadline (attempt.lua)
---   decode   turns the result into a card
---
--- A plan is what one provider needs for a call and does not change from attempt to attempt (see providers/provider.d.lua).

local account_credentials = require "idocr.client.account_credentials"
local advice = require "idocr.picture.advice"
local asynchronous = require "idocr.client.asynchronous"
local attempt = require "idocr.client.attempt"
local calendar = require "idocr.calendar"
local card = require "idocr.card"
local decode = require "idocr.decode.card"
local errors = require "idocr.errors"
local events = require "idocr.client.events"
local kinds = require "idocr.kinds"
local lifetime = require "idocr.client.lifetime"
local money = require "idocr.client.money"
local pictures = require "idocr.client.pictures"
local routing = require "idocr.client.routing"

local request_id = errors.request_id

local call = {}

local function closed_error()
  return errors.unsent("closed", "ClientClosed", "the client was closed")
end

--- Makes the plan of a call for one provider.
---@return idocr.Plan?
---@return table<string, table>|idocr.Error ready  the pictures as they are sent, to be closed with `pictures.close`; or the error
local function prepare(client, account, kind, checked, opened, call_state)
  local service, err = routing.service(kind, account.options, checked.values)
  if not service then return nil, err end
  local use = {
    client = client, account = account, service = service, params = checked.values, state = call_state, fit = checked.fit,
    precheck = checked.precheck ~= false and client.options.precheck,
  }
  local ready
  ready, err = pictures.ready(use, opened)
  if not ready then return nil, err end
  local plan
  plan, err = account.provider:prepare {
    kind = kind, service = service, params = checked.values, pictures = ready,
    rate = kinds.by_site(service.rate, account.options.site),
  }
  err = plan and pictures.check_request(use, plan.body:length()) or err
  if not err then return plan, ready end
  pictures.close(ready, opened)
  return nil, err
end

local function emit_done(client, call_state, event, result, err)
  event.ok = result ~= nil
  event.attempts, event.seconds = call_state.attempts, client.runtime.now() - call_state.started
  if err then
    event.category, event.code, event.billed, event.request_id = err.category, err.code, err.billed, err.request_id
  else
    event.billed, event.cached = not result.cached and money.price(nil) or false, result.cached
    event.request_id = type(result) == "table" and request_id(result.request_id or result.RequestId) or nil
  end
  client.emit("done", event)
end

-- Returns the more useful of two errors: one of a provider that was asked, rather than "unsupported" or "no credentials".
local function more_useful(first, second)
  if not first or second.category ~= "unsupported" and second.code ~= "NoCredentials" then return second end
  return first
end

local A_DAY = 86400 -- seconds: the date where a document was issued may be ahead of UTC

-- Makes the card of a result, or the error of a result that shows a document of another kind.
local function make_card(account, kind, service, result, outcome, call_state)
  local today = calendar.iso(account.clock() + A_DAY)
  local fields = decode.card(kind, service, result, outcome.pictures, today)
  local refused = decode.refusal(fields, service)
  if refused then
    if outcome.cached then refused.cached, refused.billed = true, false else money.add(call_state, refused) end
    return nil, refused
  end
  local read = card.new(fields)
  read.sandbox, read.cached = outcome.sandbox or nil, outcome.cached
  return read
end

-- Sends a plan and returns its card.
local function send_plan(client, account, kind, checked, ready, plan, call_state)
  local result, failure, outcome
  if client.cache then
    local id
    id, failure = account_credentials.id(account, call_state.ends - client.runtime.now())
    if not id then return nil, failure end
    result, failure, outcome = client.cache:through({
      account = account, id = id, kind = kind, plan = plan, checked = checked, opened = ready, state = call_state,
      after_send = client.options.retry.after_send,
    }, function() return asynchronous.run(client, account, kind, plan, call_state) end)
  else
    result, failure, outcome = asynchronous.run(client, account, kind, plan, call_state)
  end
  if not result then return nil, failure end
  return make_card(account, kind, plan.reads, result, outcome, call_state)
end

--- Reads a card with one provider.
---@return idocr.Card?
---@return idocr.Error?
local function read_with(client, account, kind, checked, opened, call_state)
  local plan, ready = prepare(client, account, kind, checked, opened, call_state)
  if not plan then return nil, ready end
  local read, err = send_plan(client, account, kind, checked, ready, plan, call_state)
  pictures.close(ready, opened)
  return read, err
end

--- Reads the same card with the next provider that can: sets `card.second`, or `card.second_error` where none could.
---@param first_card idocr.Card
---@param index integer  of the account that read it
---@param failure idocr.Error?  of an account before it
local function read_second(client, kind, checked, opened, call_state, first_card, index, failure)
  for other = index + 1, #client.accounts do
    first_card.second, first_card.second_error = read_with(client, client.accounts[other], kind, checked, opened, call_state)
    if first_card.second then return end
  end
  first_card.second_error = money.settle(first_card.second_error or failure, call_state)
end

--- Reads a card with the first provider that can.
---@return idocr.Card?
---@return idocr.Error?
---@return table account  the last one that was asked
local function read_with_any(client, kind, checked, opened, call_state)
  local failure
  for index, account in ipairs(client.accounts) do
    local read, err = read_with(client, account, kind, checked, opened, call_state)
    if read then
      if client.options.compare then read_second(client, kind, checked, opened, call_state, read, index, failure) end
      return read, nil, account
    end
    failure = more_useful(failure, err)
    local next_account = client.accounts[index + 1]
    local allowed = { after_send = client.options.retry.after_send, unsure = call_state.unsure }
    if not next_account or client.runtime.now() >= call_state.ends or not routing.may_ask_next(err, allowed) then
      return nil, failure, account
    end
    call_state.last_error = err
    client.emit("fallback", { from = account.name, to = next_account.name, code = err.code })
  end
end

--- Reads a card.
---@param client idocr.ClientInner
---@param kind idocr.Kind
---@param checked idocr.CheckedParams
---@param call_state idocr.CallState? default: the deadline begins now
---@return idocr.Card?
---@return idocr.Error?
function call.read(client, kind, checked, call_state)
  call_state = call_state or lifetime.start(client)
  call_state.before_send = checked.before_send
  if client.closed then return nil, money.settle(closed_error(), call_state) end
  local read, err, account
  client.runtime.pause() -- calls that start together take turns
  local opened, unreadable = nil, lifetime.cancelled(client, call_state)
  if not unreadable then opened, unreadable = pictures.open(checked.pictures) end
  if opened then
    local measured = checked.advice and advice.of(opened, client.runtime) or nil
    read, err, account = read_with_any(client, kind, checked, opened, call_state)
    pictures.close_all(opened)
    if measured then (read or err).advice = measured end
  else
    err = unreadable
  end
  if not read then err = money.settle(err, call_state) end
  if client.emit ~= events.silent then
    emit_done(client, call_state, { kind = kind.kind, provider = account and account.name }, read, err)
  end
  return read, err
end

--- Reads the card of pictures that another call submitted.
---@param client idocr.ClientInner
---@param kind idocr.Kind
---@param resumed idocr.Resumed
---@return idocr.Card?
---@return idocr.Error?
function call.resume(client, kind, resumed)
  local call_state = lifetime.start(client)
  if client.closed then return nil, money.settle(closed_error(), call_state) end
  local account, service = asynchronous.owner(client, kind, resumed)
  if not account then return nil, money.settle(service, call_state) end
  local read
  local result, err, outcome = asynchronous.await(client, account, kind, service, resumed.token, call_state, true)
  if result then read, err = make_card(account, kind, service, result, outcome, call_state) end
  if not read then err = money.settle(err, call_state) end
  if client.emit ~= events.silent then
    emit_done(client, call_state, { kind = kind.kind, provider = account.name }, read, err)
  end
  return read, err
end

--- Returns the signed request of the first provider that reads a kind. It is not sent.
---@param client idocr.ClientInner
---@param kind idocr.Kind
---@param checked idocr.CheckedParams
---@return table? request
---@return idocr.Error?
function call.prepare(client, kind, checked)
  local call_state = lifetime.start(client)
  if client.closed then return nil, money.settle(closed_error(), call_state) end
  local opened, err = pictures.open(checked.pictures)
  if not opened then return nil, money.settle(err, call_state) end
  local failure
  for _, account in ipairs(client.accounts) do
    local plan
    local ready
    plan, ready = prepare(client, account, kind, checked, opened, call_state)
    err = not plan and ready or nil
    if plan then
      local request
      request, err = attempt.sign(client, account, plan, call_state)
      if request then return request end -- the pictures stay open: the body reads them
      pictures.close(ready, opened)
    end
    failure = more_useful(failure, err)
    if err.category ~= "unsupported" then break end
  end
  pictures.close_all(opened)
  return nil, money.settle(failure, call_state)
end

--- Calls any action of the first provider.
---@param client idocr.ClientInner
---@param action string
---@param make_plan fun(account: idocr.Account): idocr.Plan?, idocr.Error?
---@return table? result
---@return idocr.Error?
function call.raw(client, action, make_plan)
  local call_state = lifetime.start(client)
  if client.closed then return nil, money.settle(closed_error(), call_state) end
  local account = client.accounts[1]
  local plan, err = make_plan(account)
  local result
  if plan then result, err = attempt.run(client, account, plan, call_state) end
  if not result then err = money.settle(err, call_state) end
  if client.emit ~= events.silent then
    emit_done(client, call_state, { action = action, provider = account.name }, result, err)
  end
  return result, err
end

return call
