-- Every example reply of an action that is built, or that a site has removed, reaches the card or the error that is expected.
local decode = require "idocr.decode.card"
local documents = require "spec.support.documents"
local idocr = require "idocr"
local kinds = require "idocr.kinds"
local scripted = require "spec.support.scripted"

-- What a card table knows beyond the expectations of the examples.
local ALSO = {
  brazil_rnm = { "issuing_authority" }, -- stands in one member with the date
  passport = { "issue_date", "issuing_authority", "birth_place" },
  philippines_voter_id = { "name" }, -- also where there is no middle name
}

local function client_of(example, transport)
  local credentials = example.provider == "tencent" and scripted.KEYS or { api_key = "key" }
  return idocr.new { provider = example.provider, site = example.site, credentials = credentials, transport = transport, rate = false }
end

-- Reads the example through the public API. Also returns the actions that were called.
local function read(example, asked)
  local called = {}
  local client = client_of(example, function(request)
    called[#called + 1] = scripted.header(request, "X-TC-Action") or request.url:match("/v1/([^?]+)")
    return documents.response(example.reply)
  end)
  local portrait = example.reply:find("iVBORw0", 1, true) ~= nil
  local params = { image = idocr.bytes(scripted.PNG), portrait = portrait }
  for name, value in pairs(asked or {}) do params[name] = value end
  local card, err = client:read(example.kind, params)
  return card, err, called
end

-- Asks for the result of an asynchronous action.
local function resume(example)
  local wire = scripted.new { documents.response(example.reply) }
  local token = example.reply:match('"CardVerificationToken":"([^"]+)"')
  return idocr.new(scripted.options(wire, { site = example.site })):resume(("any_card:tencent:intl:%s"):format(token))
end

local function check(example, card, err)
  if example.expect.error then
    assert.is_nil(card)
    assert.equal(example.expect.error, err.code)
    return
  end
  assert.is_nil(err)
  assert.equal(example.kind, card.kind)
  assert.equal("", documents.differences(example.expect, card, ALSO[example.kind]))
end

local function service_of(kind, action)
  for _, service in ipairs(kind.services) do
    if service.action == action then return service end
  end
end

-- The client calls a removed action no more. Replies that were kept still decode.
local function check_removed(example, kind, service)
  local date = service.removed[example.site]
  local _, err, called = read(example)
  assert.not_equal(example.action, called[1])
  if not kinds.service(kind, example.provider, example.site) then
    assert.equal("unsupported", err.category)
    assert.truthy(err.message:find(date, 1, true))
  end
  if service.outputs and example.expect.card then
    local provider = require("idocr.providers." .. example.provider).new {}
    local result, _, pictures = provider:outcome({ reads = service }, documents.response(example.reply))
    check(example, decode.card(kind, service, result, pictures))
  end
end

describe("example", function()
  for _, example in ipairs(documents.examples()) do
    local title = ("%s %s %s: %s"):format(example.kind, example.site or example.provider, example.action, example.title)
    it(title, function()
      if example.action == "GetCardVerificationExternalResult" then return check(example, resume(example)) end
      local kind = kinds.get(example.kind)
      local own = assert(service_of(kind, example.action))
      local asked = own.when and { [own.when] = true } or {} -- a param that chooses this service
      local service = kinds.service(kind, example.provider, example.site, asked)
      if service and service.action == example.action then
        local card, err, called = read(example, asked)
        assert.same({ example.action }, called)
        return check(example, card, err)
      end
      check_removed(example, kind, own)
    end)
  end
end)
