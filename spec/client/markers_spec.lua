-- Plants secrets and personal data in everything that a call reads: none of it may reach a text that may be logged.
local idocr = require "idocr"
local markers = require "spec.support.markers"
local scripted = require "spec.support.scripted"

local PNG = idocr.bytes(scripted.PNG)
local json = markers.json

local function reply(status, body, headers) return { status = status, headers = headers or {}, body = body } end

-- Makes a call with these responses, and searches every event, the error and its text in a log.
local function search(provider, answers, more)
  local told = {}
  local wire = scripted.new(answers)
  local options = scripted.options(wire, {
    provider = provider, credentials = markers.KEYS[provider], retry = { attempts = 2, base = 0.001, cap = 0.002, after_send = true },
    proxy = "http://user:" .. markers.PROXY_PASSWORD .. "@proxy.test:3128",
    on_event = function(name, fields) told[#told + 1] = { name, fields } end,
  })
  for name, value in pairs(more or {}) do options[name] = value end
  local client = idocr.new(options)
  local found
  for _, result in ipairs { { client:malaysia_id(PNG) }, { client:call("my_ocr/general", {}) } } do
    local err = result[2]
    if err then
      found = found or markers.found_in_error(err)
      -- the vendor's text may name a person, but may not contain a secret
      if err.vendor_message and err.vendor_message:find "MARKER[%a]*[kKiI][edE]" then found = found or "vendor_message" end
    else
      found = found or markers.found(tostring(result[1]))
    end
  end
  client:close()
  return found or markers.found_in(told), #told
end

local function refusal(code, message, id)
  return reply(200, ('{"Response":{"Error":{"Code":%s,"Message":%s},"RequestId":%s}}'):format(code, message, id or '"r"'))
end

local TENCENT = {
  message = function(t) return refusal('"FailedOperation.FieldException"', json(t)) end,
  message_of_a_new_code = function(t) return refusal('"FailedOperation.New"', json(t)) end,
  code = function(t) return refusal(json(t), '"m"') end,
  both = function(t) return refusal(json(t), json(t)) end,
  request_id = function(t) return refusal('"InternalError"', '"m"', json(t)) end,
  throttled = function(t) return refusal('"RequestLimitExceeded"', json(t)) end,
  request_id_of_a_card = function(t) return reply(200, '{"Response":{"ID":"1","RequestId":' .. json(t) .. "}}") end,
  error_is_text = function(t) return reply(200, '{"Response":{"Error":' .. json(t) .. ',"RequestId":"r"}}') end,
  member_names = function(t) return reply(200, '{"Response":{' .. json(t) .. ':{"Code":1}}}') end,
  older = function(t) return reply(200, '{"code":4100,"codeDesc":' .. json(t) .. ',"message":' .. json(t) .. "}") end,
  older_unknown = function(t) return reply(500, '{"code":9999,"message":' .. json(t) .. "}") end,
  broken_json = function(t) return reply(200, '{"Response":{"Name":' .. json(t)) end,
  envelope = function(t) return reply(200, '{"Other":' .. json(t) .. "}") end,
  page = function(t) return reply(502, "<html>" .. t .. "</html>") end,
  json_page = function(t) return reply(504, '{"message":' .. json(t) .. "}") end,
  many_requests = function(t) return reply(429, t) end,
  unauthorized = function(t) return reply(401, t) end,
  text = function(t) return reply(200, t) end,
  header = function(t)
    return reply(500, "", { ["x-tc-requestid"] = t, date = t, ["retry-after"] = t, server = t, ["content-type"] = t, [t] = t })
  end,
  card = function(t)
    return reply(200, ('{"Response":{"ID":$,"Name":$,"Address":$,"Image":$,"RequestId":"r"}}'):gsub("%$", function() return json(t) end))
  end,
}

local EKYCPRO = {
  message = function(t) return reply(200, '{"status":"FAIL","message":' .. json(t) .. "}") end,
  later = function(t) return reply(500, '{"status":"INNER_ERROR","message":' .. json(t) .. ',"transactionId":' .. json(t) .. "}") end,
  status = function(t) return reply(200, '{"status":' .. json(t) .. ',"message":"m"}') end,
  status_of_a_gateway = function(t) return reply(502, '{"status":' .. json(t) .. ',"message":' .. json(t) .. "}") end,
  transaction = function(t) return reply(200, '{"status":"OK","transactionId":' .. json(t) .. ',"message":{"Name":' .. json(t) .. "}}") end,
  no_card = function(t) return reply(200, '{"status":"OK","message":' .. json(t) .. "}") end,
  no_status = function(t) return reply(200, '{"message":' .. json(t) .. "}") end,
  unauthorized = function(t) return reply(401, '{"message":' .. json(t) .. "}") end,
  page = function(t) return reply(503, t) end,
  broken_json = function(t) return reply(200, '{"status":' .. t) end,
}

-- A user's transport may write any text, but not the secrets that the call gave it.
local TRANSPORT = {
  text = function(t) return function() return nil, t end end,
  table_ = function(t)
    return function() return nil, { category = "network", code = t, message = t, http_status = t, request_id = t } end
  end,
  raise = function(t) return function() error(t, 0) end end,
  raise_a_table = function(t) return function() error(setmetatable({}, { __tostring = function() return t end })) end end,
  body = function(t) return function() return { status = t, body = t } end end,
  error_object = function(t) return function() return nil, require("idocr.errors").new("network", "Mine", t, { request_id = t }) end end,
}

describe("what may be logged holds no marker planted in", function()
  for provider, places in pairs { tencent = TENCENT, ekycpro = EKYCPRO } do
    for place, make in pairs(places) do
      it(("the reply of %s: %s"):format(provider, place), function()
        for _, list in ipairs { markers.secrets(provider), markers.persons() } do
          for _, text in ipairs(list) do
            local found, events = search(provider, { make(text) })
            assert.is_nil(found, text)
            assert.is_true(events >= 6)
          end
        end
      end)
    end
  end

  for place, make in pairs(TRANSPORT) do
    it("a transport's error: " .. place, function()
      for _, provider in ipairs { "tencent", "ekycpro" } do
        for _, text in ipairs(markers.secrets(provider)) do assert.is_nil(search(provider, { make("with " .. text .. ".") }), text) end
      end
    end)
  end
end)

local function failing(message)
  return function() return nil, message end
end

describe("what may be logged holds no marker that a credentials source quotes:", function()
  local SOURCES = {
    ["a function that raises"] = function(t) return function() error(t, 0) end end,
    ["a function that gives a reason"] = function(t) return failing(t) end,
    ["a function that gives a strange table"] = function(t)
      return function() return { secret_id = t, secret_key = { t }, api_key = { t } } end
    end,
    ["a source that raises"] = function(t) return { get = function() error(t, 0) end } end,
    ["a source that gives a text"] = function(t) return { get = failing(t) } end,
    ["a source with impossible characters"] = function(t)
      return { get = function() return { secret_id = '"' .. t, secret_key = t .. "\n", api_key = t .. " x" } end }
    end,
  }
  for name, make in pairs(SOURCES) do
    it(name, function()
      for _, provider in ipairs { "tencent", "ekycpro" } do
        for _, text in ipairs(markers.secrets(provider)) do
          local found = search(provider, { reply(500, "") }, { credentials = make(text) })
          assert.is_nil(found, text)
        end
      end
    end)
  end

  local function role(base) return idocr.credentials.assume_role { role_arn = "qcs::cam::uin/1:roleName/r", credentials = base } end
  local SERVERS = {
    ["the token service's message"] = function(t)
      return role(markers.KEYS.tencent), refusal('"AuthFailure.X"', json(t))
    end,
    ["the token service's code"] = function(t)
      return role(markers.KEYS.tencent), refusal(json(t), '"m"', json(t))
    end,
    ["the token service's page"] = function(t) return role(markers.KEYS.tencent), reply(502, t) end,
    ["the metadata service's code"] = function(t)
      return idocr.credentials.machine_role { role = "r", endpoint = "http://127.0.0.1:9" }, reply(200, '{"Code":' .. json(t) .. "}")
    end,
    ["the metadata service's page"] = function(t)
      return idocr.credentials.machine_role { endpoint = "http://127.0.0.1:9" }, reply(200, t)
    end,
  }
  for name, make in pairs(SERVERS) do
    it(name, function()
      for _, list in ipairs { markers.secrets "tencent", markers.persons() } do
        for _, text in ipairs(list) do
          local source, answer = make(text)
          assert.is_nil(search("tencent", { answer }, { credentials = source, proxy = false }), text)
        end
      end
    end)
  end
end)
