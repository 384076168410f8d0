-- The mock server validates the parameters of every action of every kind: names, JSON types, required ones, closed lists, picture
-- formats and sizes, and sites that lack or have removed the action.

local cjson = require "cjson"
local handler = require "idocr.sandbox.handler"
local json = require "idocr.json"
local kinds = require "idocr.kinds"
local s = require "spec.support.sandbox"
local scripted = require "spec.support.scripted"
local stamp = require "idocr.sandbox.stamp"

local VALUE = "InvalidParameterValue.InvalidParameterValueLimit"
local HOSTS = { intl = "ocr.intl.tencentcloudapi.com", cn = "ocr.tencentcloudapi.com" }
local WRONG = { boolean = "yes", string = 7, integer = "9", json = 1, list = "a" } -- a value of another JSON type
local GIF = "GIF89a\8\0\8\0\0\0\0;"

local server = handler.new { rate = false }

local function stamped(kind)
  return s.base64(assert(stamp.write(s.specimen "passport", { kind = kind.kind, fields = { number = "1" } })))
end

-- Returns the parameters that a valid call has.
local function valid_params(kind, service)
  local params = { [service.pictures[1].base64] = stamped(kind) }
  for _, input in ipairs(service.inputs) do
    if input.constant ~= nil then params[input.wire] = input.constant end
    if input.required and input.constant == nil then params[input.wire] = input.values and input.values[1] or "PHL" end
  end
  return params
end

local function code(service, site, params)
  return (select(2, s.call(server, { action = service.action, host = HOSTS[site], body = json.encode(params) })))
end

local function with(params, name, value)
  local copy = {}
  for each, kept in pairs(params) do copy[each] = kept end
  copy[name] = value
  return copy
end

local function each_action(run)
  for _, name in ipairs(kinds.list()) do
    local kind = kinds.get(name)
    for _, service in ipairs(kind.services) do
      for site in pairs(service.provider == "tencent" and service.sites or {}) do run(kind, service, site, name .. ", " .. site) end
    end
  end
end

describe("the mock server, for every action of every kind,", function()
  it("takes a valid call, and refuses an unknown parameter", function()
    each_action(function(kind, service, site, title)
      local params = valid_params(kind, service)
      assert.is_nil(code(service, site, params), title)
      assert.equal("UnknownParameter", code(service, site, with(params, "Colour", "red")), title)
    end)
  end)

  it("refuses a value of another JSON type, and takes null as not given", function()
    local seen = 0
    each_action(function(kind, service, site, title)
      local params = valid_params(kind, service)
      for _, input in ipairs(service.inputs) do
        assert.equal("InvalidParameter", code(service, site, with(params, input.wire, WRONG[input.type])), title .. " " .. input.wire)
        local missing = code(service, site, with(params, input.wire, cjson.null))
        assert.equal(input.required and "MissingParameter" or nil, missing, title .. " " .. input.wire)
        seen = seen + 1
      end
      assert.equal("InvalidParameter", code(service, site, with(params, service.pictures[1].base64, 7)), title)
    end)
    assert.is_true(seen > 60)
  end)

  it("refuses a call without a required parameter", function()
    local seen = {}
    each_action(function(kind, service, site, title)
      for _, input in ipairs(service.inputs) do
        if input.required then
          assert.equal("MissingParameter", code(service, site, with(valid_params(kind, service), input.wire, nil)), title)
          seen[#seen + 1] = kind.kind
        end
      end
    end)
    assert.same({ "any_card", "any_card", "philippines_sss_id", "philippines_tin_id", "philippines_voter_id" }, seen)
  end)

  it("refuses values that a closed list or a constant does not have", function()
    local seen = 0
    each_action(function(kind, service, site, title)
      local params = valid_params(kind, service)
      for _, input in ipairs(service.inputs) do
        local closed = input.values or input.constant ~= nil
        if closed and input.type ~= "boolean" then
          local other = input.type == "integer" and 97 or "OTHER"
          assert.equal(VALUE, code(service, site, with(params, input.wire, other)), title .. " " .. input.wire)
          seen = seen + 1
        end
      end
    end)
    assert.is_true(seen > 8)
  end)

  it("refuses other picture formats and more base64 than it takes", function()
    local measured = {}
    each_action(function(kind, service, site, title)
      local params = valid_params(kind, service)
      for _, picture in ipairs(service.pictures) do
        assert.equal("FailedOperation.ImageDecodeFailed", code(service, site, with(params, picture.base64, s.base64(GIF))), title)
        local most = kinds.by_site(kinds.limits(service, picture.param, {}).max_base64, site)
        if most < 8 * 2 ^ 20 and not measured[most] then
          measured[most] = true
          assert.equal("LimitExceeded.TooLargeFileError", code(service, site, with(params, picture.base64, ("A"):rep(most + 4))), title)
        end
        local by_url = picture.url and with(params, picture.url, "https://x.example/y.jpg")
        if by_url then assert.equal("FailedOperation.DownLoadError", code(service, site, by_url), title) end
      end
    end)
  end)

  it("does not know it on a site that lacks it or has removed it", function()
    local removed = 0
    for _, name in ipairs(kinds.list()) do
      for _, service in ipairs(kinds.get(name).services) do
        for site in pairs(service.provider == "tencent" and HOSTS or {}) do
          if not service.sites[site] then
            assert.equal("InvalidAction", code(service, site, {}), name)
            removed = removed + (service.removed and service.removed[site] and 1 or 0)
          end
        end
      end
    end
    assert.is_true(removed >= 8)
  end)
end)

describe("the mock server", function()
  it("checks the pixels of a picture", function()
    local kind = kinds.get "any_card"
    local params = valid_params(kind, kind.services[1])
    params.ImageBase64Front = s.base64(scripted.PNG) -- it has 8 pixels a side, and 256 are required
    assert.equal("FailedOperation.ImageDecodeFailed", code(kind.services[1], "intl", params))
  end)

  it("tells the kinds of a shared action apart by their constants", function()
    local temporary, permit = kinds.get "china_temporary_id", kinds.get "hmt_residence_permit"
    local service = temporary.services[1]
    local params = valid_params(temporary, service)
    for _, card_type in ipairs { 0, 4, 5, 6 } do -- 0: any card
      assert.is_nil(code(service, "cn", with(params, "CardType", card_type)))
    end
    assert.is_nil(code(service, "cn", with(params, "CardType", nil)))
    assert.equal(service.refusal, code(service, "cn", with(params, "CardType", 9)))
    assert.equal(VALUE, code(service, "cn", with(params, "CardType", 13)))
    local permits = valid_params(permit, permit.services[1])
    assert.is_nil(code(service, "cn", permits))
    assert.equal(service.refusal, code(service, "cn", with(permits, "CardType", 6)))
  end)

  it("validates the inputs of ekycpro's paths", function()
    local kind = kinds.get "colombia_id"
    local function status(body)
      local reply = server:handle(s.form { uri = "/v1/co_ocr/general", body = body })
      return cjson.decode(reply.body).status
    end
    local core = require "idocr.core"
    local picture = core.percent_encode(stamped(kind))
    assert.equal("OK", status("img=" .. picture))
    assert.equal("OK", status("img=" .. picture .. "&colour=red"))
    assert.equal("INVALID_REQUEST", status("img="))
    assert.equal("INVALID_REQUEST", status("image=" .. picture))
    assert.equal("IMAGE_INVALID_FORMAT", status("img=" .. core.percent_encode(s.base64(GIF))))
    assert.equal("IMAGE_INVALID_SIZE", status("img=" .. core.percent_encode(s.base64(("x"):rep(2 ^ 21 + 1)))))
  end)
end)
