-- Tests the rule of money case by case; every line of client/money.lua decides at least one case.
local ekycpro = require("idocr.providers.ekycpro").new {}
local errors = require "idocr.errors"
local money = require "idocr.client.money"
local tencent = require("idocr.providers.tencent").new {}

local function failure(category, fields) return errors.new(category, "Code", "", fields) end

local function refusal(code)
  local body = '{"Response":{"Error":{"Code":"' .. code .. '","Message":"m"},"RequestId":"r"}}'
  return select(2, tencent:outcome({}, { status = 200, headers = {}, body = body }))
end

local function status(name) return select(2, ekycpro:outcome({}, { status = 200, headers = {}, body = '{"status":"' .. name .. '"}' })) end

local function page(provider, http_status, body)
  return select(2, provider:outcome({}, { status = http_status, headers = {}, body = body }))
end

-- name; error; price: F free, C charged, ? unknown; may be repeated: "yes", "repeat" (as "yes", but another provider is asked
-- with after_send only), "allowed" (with after_send), "no"
local CASES = {
  { "no connection", failure("connect", { sent = false }), "F", "yes" },
  { "certificate refused", failure("tls", { sent = false }), "F", "yes" },
  { "time-out before the first byte", failure("timeout", { sent = false }), "F", "yes" },
  { "reset while the request was being sent", failure("network", { sent = "part" }), "F", "yes" },
  { "time-out after a part", failure("timeout", { sent = "part" }), "F", "yes" },
  { "reset after the request", failure("network", { sent = true }), "?", "allowed" },
  { "time-out after the request", failure("timeout", { sent = true }), "?", "allowed" },
  { "a transport that does not say", failure("network"), "?", "allowed" },
  { "a response over max_response", failure("protocol", { sent = true }), "?", "allowed" },
  { "a connection that was dead before", failure("network", { sent = true, dead_connection = true }), "F", "yes" },
  { "what the reply itself calls billed", failure("protocol", { sent = true, billed = true }), "C", "no" },
  { "billed wins over what left", failure("network", { sent = false, billed = true }), "C", "no" },
  { "tencent 502", page(tencent, 502, "<html>"), "?", "allowed" },
  { "tencent 504 in JSON", page(tencent, 504, '{"message":"Endpoint request timed out"}'), "?", "allowed" },
  { "tencent 504 as a gateway's code", page(tencent, 504, '{"code":504,"message":"x"}'), "?", "allowed" },
  { "tencent 401 page", page(tencent, 401, "no"), "?", "allowed" },
  { "tencent 429", page(tencent, 429, "slow"), "F", "yes" },
  { "tencent page under 200", page(tencent, 200, "<html>"), "?", "allowed" },
  { "tencent empty", page(tencent, 200, ""), "?", "allowed" },
  { "ekycpro 504 in JSON", page(ekycpro, 504, '{"message":"Endpoint request timed out"}'), "?", "allowed" },
  { "ekycpro 502 page", page(ekycpro, 502, "<html>"), "?", "allowed" },
  { "ekycpro 403 in JSON", page(ekycpro, 403, '{"message":"forbidden"}'), "?", "allowed" },
  { "ekycpro 429", page(ekycpro, 429, '{"message":"slow"}'), "F", "yes" },
  { "ekycpro without a status", page(ekycpro, 200, '{"message":"x"}'), "?", "allowed" },
  { "ekycpro OK without a card",
    select(2, ekycpro:outcome({ reads = {} }, { status = 200, headers = {}, body = '{"status":"OK"}' })), "C", "no" },
  { "FAIL", status "FAIL", "C", "no" },
  { "INNER_ERROR", status "INNER_ERROR", "F", "yes" },
  { "IMAGE_INVALID_SIZE", status "IMAGE_INVALID_SIZE", "F", "yes" },
  { "RETRY_LATER", status "RETRY_LATER", "?", "allowed" },
  { "RequestLimitExceeded", refusal "RequestLimitExceeded", "F", "yes" },
  { "RequestLimitExceeded.New", refusal "RequestLimitExceeded.New", "F", "yes" },
  { "AuthFailure.SignatureExpire", refusal "AuthFailure.SignatureExpire", "F", "yes" },
  { "AuthFailure.TokenFailure", refusal "AuthFailure.TokenFailure", "F", "yes" },
  { "AuthFailure.SignatureFailure", refusal "AuthFailure.SignatureFailure", "F", "yes" },
  { "InvalidAction", refusal "InvalidAction", "F", "yes" },
  { "UnOpenError", refusal "FailedOperation.UnOpenError", "F", "yes" },
  { "InArrears", refusal "ResourceUnavailable.InArrears", "F", "yes" },
  { "EmptyImageError", refusal "FailedOperation.EmptyImageError", "C", "no" },
  { "ImageBlur", refusal "FailedOperation.ImageBlur", "F", "yes" },
  { "OcrFailed", refusal "FailedOperation.OcrFailed", "F", "yes" },
  { "NoPassport", refusal "FailedOperation.NoPassport", "?", "allowed" },
  { "WarningServiceFailed", refusal "FailedOperation.WarningServiceFailed", "?", "allowed" },
  { "InvalidParameter", refusal "InvalidParameter", "?", "allowed" },
  { "a code that is new", refusal "FailedOperation.New", "?", "allowed" },
  { "InternalError, which asks for a repeat", refusal "InternalError", "?", "repeat" },
  { "ServiceUnavailable", refusal "ServiceUnavailable", "?", "repeat" },
}

local PRICES = { F = false, C = true }

describe("the rule of money", function()
  for _, case in ipairs(CASES) do
    local name, err, price, again = case[1], case[2], PRICES[case[3]], case[4]
    it("gives the price of one request: " .. name, function() assert.equal(price, money.price(err)) end)

    it("allows a repeat, and another provider where it cost nothing: " .. name, function()
      for _, ask in ipairs { money.may_repeat, money.may_fall_back } do
        local free = again == "yes" or again == "repeat" and ask == money.may_repeat
        assert.equal(free, ask(err, {}))
        assert.equal(free, ask(err, { after_send = false }))
        assert.equal(again ~= "no", ask(err, { after_send = true }))
      end
      assert.is_false(money.may_fall_back(err, { unsure = true })) -- an earlier request of the call may have been billed
      assert.equal(again ~= "no", money.may_fall_back(err, { unsure = true, after_send = true }))
    end)
  end

  it("treats every result as billed", function() assert.is_true(money.price(nil)) end)

  it("replaces a dead connection once in a call", function()
    local dead = failure("network", { sent = true, dead_connection = true })
    assert.is_false(money.may_repeat(dead, { reconnected = true }))
    assert.is_true(money.may_repeat(dead, { reconnected = true, after_send = true }))
    assert.is_true(money.may_repeat(failure("network", { sent = "part", dead_connection = true }), { reconnected = true }))
    assert.is_true(money.may_fall_back(dead, { reconnected = true }))
  end)
end)

-- Errors of the requests of a call; the error at the end (nil: the last of them); sent, billed at the end.
local function lost() return failure("network", { sent = true }) end
local function part() return failure("network", { sent = "part" }) end
local function unsent() return failure("connect", { sent = false }) end
local function dead() return failure("network", { sent = true, dead_connection = true }) end
local function charged() return refusal "FailedOperation.EmptyImageError" end
local CALLS = {
  { "nothing left", {}, unsent, false, false },
  { "no connection, three times", { unsent, unsent, unsent }, nil, false, false },
  { "a part", { unsent, part, unsent }, nil, "part", false },
  { "a lost reply", { lost }, nil, true, nil },
  { "a lost reply, then no connection", { lost, unsent }, nil, true, nil },
  { "a lost reply, then a refusal for free", { lost, function() return refusal "RequestLimitExceeded" end }, nil, true, nil },
  { "a lost reply, then a charged refusal", { lost, charged }, nil, true, true },
  { "a charged refusal", { charged }, nil, true, true },
  { "a refusal for free", { function() return refusal "RequestLimitExceeded" end }, nil, true, false },
  { "two of them, then no connection", { function() return refusal "RequestLimitExceeded" end, unsent }, nil, true, false },
  { "a dead connection, then no connection", { dead, unsent }, nil, true, false },
  { "InternalError, then no connection", { function() return refusal "InternalError" end, unsent }, nil, true, nil },
  { "a deadline after a part", { part }, function() return errors.after("part", "timeout", "DeadlineExceeded", "") end, "part", false },
  { "a deadline after a refusal for free", { function() return refusal "RequestLimitExceeded" end },
    function() return errors.sent("timeout", "DeadlineExceeded", "") end, true, false },
  { "a deadline after a lost reply", { lost }, function() return errors.sent("timeout", "DeadlineExceeded", "") end, true, nil },
  { "credentials that failed after all of their own request left", {},
    function() return errors.sent("timeout", "DeadlineExceeded", "") end, false, false },
  { "a transport that does not say", { function() return failure "network" end }, nil, true, nil },
}

describe("the error that ends a call", function()
  for _, call in ipairs(CALLS) do
    it("states what all requests sent and cost: " .. call[1], function()
      local spending, last = { attempts = #call[2] }, nil
      for _, make in ipairs(call[2]) do
        last = make()
        money.add(spending, last)
      end
      if call[3] then last = call[3]() end
      assert.equal(last, money.settle(last, spending))
      assert.equal(call[4], last.sent)
      assert.equal(call[5], last.billed)
      assert.equal(#call[2], last.attempts)
      assert.same({}, { last.retry, last.refused_early, last.dead_connection })
    end)
  end
end)

local function outcome(category, code, billed, sent, retryable)
  return { category = category, code = code, billed = billed, sent = sent, retryable = retryable or false }
end

local VERDICTS = {
  { "final", outcome("image", "FailedOperation.EmptyImageError", true, true) },
  { "final", outcome("service", "FAIL", true, true) },
  { "final", outcome("protocol", "BadEnvelope", true, true) },
  { "final", outcome("image", "FailedOperation.ImageDecodeFailed", false, true) },
  { "final", outcome("image", "IMAGE_INVALID_SIZE", false, true) },
  { "final", outcome("service", "FailedOperation.ImageBlur", false, true) },
  { "final", outcome("service", "INVALID_REQUEST", false, true) },
  { "final", { category = "service", code = "FailedOperation.ImageBlur", billed = false, retryable = false } }, -- an older line
  { "unsure", outcome("service", "FailedOperation.NoPassport", nil, true) },
  { "unsure", outcome("network", "ConnectionReset", nil, true, true) },
  { "unsure", outcome("timeout", "DeadlineExceeded", nil, true, true) },
  { "unsure", outcome("http", "HttpStatus", nil, true, true) },
  { "unsure", outcome("protocol", "BadJson", nil, true) },
  { "unsure", outcome("service", "InternalError", nil, true, true) },
  { "unsure", outcome("throttled", "RequestLimitExceeded", nil, true, true) }, -- after a lost reply
  { "unsure", { category = "service", code = "X", billed = require("idocr.json").null, sent = true } },
  { "again", outcome("throttled", "RequestLimitExceeded", false, true, true) },
  { "again", outcome("throttled", "TooManyRequests", false, true, true) },
  { "again", outcome("throttled", "RateLimited", false, false, true) },
  { "again", outcome("credentials", "AuthFailure.SignatureFailure", false, true) },
  { "again", outcome("credentials", "NoCredentials", false, false) },
  { "again", outcome("connect", "ConnectFailed", false, false, true) },
  { "again", outcome("network", "ConnectionReset", false, "part", true) },
  { "again", outcome("unsupported", "InvalidAction", false, true) },
  { "again", outcome("image", "PictureTooLarge", false, false) },
  { "again", outcome("image", "PictureChanged", false, "part") },
  { "again", { category = "image", code = "PictureTooLarge", billed = false, retryable = false } }, -- an older line
  { "again", outcome("service", "FailedOperation.OcrFailed", false, true, true) },
  { "again", outcome("service", "INNER_ERROR", false, true, true) },
  { "again", outcome("service", "FailedOperation.UnOpenError", false, true) },
  { "again", outcome("service", "ResourceUnavailable.InArrears", false, true) },
  { "again", outcome("service", "ResourcesSoldOut.ChargeStatusException", false, true) },
  { "again", outcome("closed", "Cancelled", false, false) },
}

describe("a later batch", function()
  for _, case in ipairs(VERDICTS) do
    local verdict, told = case[1], case[2]
    local words = { told.category, told.code, tostring(told.billed), tostring(told.sent) }
    it("takes an outcome for " .. verdict .. ": " .. table.concat(words, ", "), function()
      assert.equal(verdict, money.verdict(told))
      assert.equal(verdict == "again", money.ask_again(money.verdict(told)))
      assert.equal(verdict == "again", money.ask_again(money.verdict(told), false))
      assert.equal(verdict ~= "final", money.ask_again(money.verdict(told), true))
    end)
  end
end)
