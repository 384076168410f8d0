--- One call from checked params to a card: pictures opened and looked at, each provider in turn, one deadline.

local advice = require "idocr.picture.advice"
local attempt = require "idocr.client.attempt"
local card = require "idocr.card"
local decode = require "idocr.decode.card"
local errors = require "idocr.errors"
local events = require "idocr.client.events"
local kinds = require "idocr.kinds"
local money = require "idocr.client.money"
local picture = require "idocr.picture"
local precheck = require "idocr.picture.limits"
local routing = require "idocr.client.routing"
local with_own_headers = require("idocr.transports.request").with_own_headers

local request_id = errors.request_id

local call = {}

local function closed()
  return errors.unsent("closed", "ClientClosed", "the client was closed")
end

--- Opens the pictures of a call once, for all providers.
---@param pictures table<string, idocr.Picture>
---@return table<string, table>?, idocr.Error?
local function open(pictures)
  local opened = {}
  for name, given in pairs(pictures) do
    local entry, err = picture.open(given)
    if not entry then
      picture.close_all(opened)
      return nil, err
    end
    opened[name] = entry
  end
  return opened
end

--- What one provider would be asked.
---@return table? plan, idocr.Error? err
local function plan_for(state, side, kind, checked, opened)
  local service, err = routing.service(kind, side.view)
  if not service then return nil, err end
  local look = checked.precheck
  if look == nil then look = state.options.precheck end
  if look then
    for _, entry in pairs(opened) do
      if entry.image then
        local ok, refusal = precheck.picture(entry.image, service, side.view.site, state.runtime.pause)
        if not ok then return nil, refusal end
      end
    end
  end
  local plan
  plan, err = side.provider.prepare {
    kind = kind, service = service, params = checked.values, pictures = opened, options = side.view,
  }
  if not plan then return nil, err end
  if look then
    local ok, refusal = precheck.request(plan.body:length(), side.provider.max_request)
    if not ok then return nil, refusal end
  end
  plan.rate = kinds.by_site(service.rate, side.view.site)
  return plan
end

local SANDBOX = "x-sandbox" -- the header with which a sandbox says so

local function make_card(kind, plan, side, result, response)
  local made = card.new(decode.card(kind, plan.reads, result, { provider = side.name }))
  if type(response.headers) == "table" and response.headers[SANDBOX] then made.sandbox = true end
  return made
end

local function done(state, flight, told, result, err)
  told.ok = result ~= nil
  told.attempts, told.seconds = flight.attempts, state.runtime.now() - flight.started
  if err then
    told.category, told.code, told.billed, told.request_id = err.category, err.code, err.billed, err.request_id
  else
    told.billed, told.request_id = money.price(nil), type(result) == "table" and request_id(result.request_id or result.RequestId) or nil
  end
  state.emit("done", told)
end

--- Of two failures, the one of a provider that was really asked says more than "that one cannot".
local function more_telling(first, second)
  if not first or second.category ~= "unsupported" and second.code ~= "NoCredentials" then return second end
  return first
end

--- Asks one provider for a kind.
---@return idocr.Card?, idocr.Error?
local function ask(state, side, kind, checked, opened, flight)
  local plan, err = plan_for(state, side, kind, checked, opened)
  if not plan then return nil, err end
  local result, failure, response = attempt.run(state, side, plan, flight)
  if not result then return nil, failure end
  return make_card(kind, plan, side, result, response)
end

--- The same card read by the next provider that can: `card.second`, or `card.second_error` where none could. The first
--- reading stands whatever comes of it. `failure`: why a provider before it could not.
local function second_opinion(state, kind, checked, opened, flight, first, index, failure)
  for other = index + 1, #state.sides do
    first.second, first.second_error = ask(state, state.sides[other], kind, checked, opened, flight)
    if first.second then break end
  end
  if first.second then return end
  first.second_error = money.settle(first.second_error or failure, flight)
end

--- Asks the providers in order for a kind.
local function ask_all(state, kind, checked, opened, flight)
  local failure
  for index, side in ipairs(state.sides) do
    local read, err = ask(state, side, kind, checked, opened, flight)
    if read then
      if state.options.compare then second_opinion(state, kind, checked, opened, flight, read, index, failure) end
      return read, nil, side
    end
    failure = more_telling(failure, err)
    local next_side, allowed = state.sides[index + 1], { after_send = state.options.retry.after_send, unsure = flight.unsure }
    if not next_side or state.runtime.now() >= flight.ends or not routing.may_ask_next(err, allowed) then
      return nil, failure, side
    end
    flight.last = err
    state.emit("fallback", { from = side.name, to = next_side.name, code = err.code })
  end
end

--- Reads a card.
---@param state table the client's inside
---@param kind idocr.Kind
---@param checked idocr.CheckedParams
---@return idocr.Card?, idocr.Error?
function call.read(state, kind, checked)
  local flight = attempt.flight(state)
  if state.closed then return nil, money.settle(closed(), flight) end
  local read, err, side
  state.runtime.pause() -- calls that begin together begin one after the other
  local opened, unreadable = open(checked.pictures)
  if opened then
    local said = checked.precheck == true and advice.of(opened, state.runtime) or nil
    read, err, side = ask_all(state, kind, checked, opened, flight)
    picture.close_all(opened)
    if said then (read or err).advice = said end
  else
    err = unreadable
  end
  if not read then err = money.settle(err, flight) end
  if state.emit ~= events.silent then
    done(state, flight, { kind = kind.kind, provider = side and side.name }, read, err)
  end
  return read, err
end

--- The signed request of the first provider that reads a kind, not sent.
---@return table? request, idocr.Error? err
function call.prepare(state, kind, checked)
  local flight = attempt.flight(state)
  if state.closed then return nil, money.settle(closed(), flight) end
  local opened, err = open(checked.pictures)
  if not opened then return nil, money.settle(err, flight) end
  local failure
  for _, side in ipairs(state.sides) do
    local plan
    plan, err = plan_for(state, side, kind, checked, opened)
    if plan then
      local request
      request, err = attempt.sign(state, side, plan, flight)
      if request then return with_own_headers(request) end -- its body reads the pictures: they stay open
    end
    failure = more_telling(failure, err)
    if err.category ~= "unsupported" then break end
  end
  picture.close_all(opened)
  return nil, money.settle(failure, flight)
end

--- Any action of the first provider.
---@param state table
---@param action string
---@param make_plan fun(side: table): table?, idocr.Error?
---@return table? result, idocr.Error? err
function call.raw(state, action, make_plan)
  local flight = attempt.flight(state)
  if state.closed then return nil, money.settle(closed(), flight) end
  local side = state.sides[1]
  local plan, err = make_plan(side)
  local result
  if plan then
    plan.rate = routing.rate(side.view, action)
    result, err = attempt.run(state, side, plan, flight)
  end
  if not result then err = money.settle(err, flight) end
  if state.emit ~= events.silent then done(state, flight, { action = action, provider = side.name }, result, err) end
  return result, err
end

return call
