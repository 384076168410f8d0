-- Tests the vendor's error codes, line by line: code, billed, retry.
local facts = require("idocr.providers.tencent.errors").facts
local tencent = require("idocr.providers.tencent").new {}

-- C charged, F free, ? unknown; then how to retry
local BUSINESS = [[
CardSideError ? no                FailedOperation
DownLoadError F maybe             FailedOperation
EmptyImageError C no              FailedOperation
FieldException ? no               FailedOperation
IdCardInfoIllegal F no            FailedOperation
IdCardTooSmall ? no               FailedOperation
ImageBlur F no                    FailedOperation
ImageDecodeFailed F no            FailedOperation
ImageNoIdCard F no                FailedOperation
ImageNoHandWrite ? no             FailedOperation
ImageNoSpecifiedCard ? no         FailedOperation
ImageNoText ? no                  FailedOperation
LicenseCardSideError ? no         FailedOperation
LicenseMultiCardError ? no        FailedOperation
NoDriverLicenseError ? no         FailedOperation
NoHKIDCard ? no                   FailedOperation
NotAppointCard ? no               FailedOperation
ImageSizeTooLarge F no            FailedOperation
InconsistencyBetweenMRZAndVRZ ? no FailedOperation
InvalidPostalCodeLength ? no      FailedOperation
MultiCardError F no               FailedOperation
NoMASIDCard ? no                  FailedOperation
NoPassport ? no                   FailedOperation
OcrFailed F maybe                 FailedOperation
UnKnowError F maybe               FailedOperation
UnOpenError F no                  FailedOperation
WarningServiceFailed ? maybe      FailedOperation
EngineRecognizeTimeout F maybe    FailedOperation
ConfigFormatError F no            InvalidParameter
EngineImageDecodeFailed F no      InvalidParameter
InvalidParameterValueLimit F no   InvalidParameterValue
TooLargeFileError F no            LimitExceeded
InArrears ? no                    ResourceUnavailable
ResourcePackageRunOut ? no        ResourceUnavailable
ChargeStatusException F no        ResourcesSoldOut
]]

local BILLED = { C = true, F = false }

local COMMON = {
  InternalError = { "service", "yes" },
  ServiceUnavailable = { "service", "yes" },
  RequestLimitExceeded = { "throttled", "throttle" },
  ["RequestLimitExceeded.UinLimitExceeded"] = { "throttled", "throttle" },
  ["RequestLimitExceeded.GlobalRegionUinLimitExceeded"] = { "throttled", "throttle" },
  ["RequestLimitExceeded.IPLimitExceeded"] = { "throttled", "throttle" },
  ["RequestLimitExceeded.SomethingNew"] = { "throttled", "throttle" },
  ["AuthFailure.SignatureExpire"] = { "credentials", "clock" },
  ["AuthFailure.TokenFailure"] = { "credentials", "token" },
  ["AuthFailure.SignatureFailure"] = { "credentials", "no" },
  ["AuthFailure.SecretIdNotFound"] = { "credentials", "no" },
  ["AuthFailure.SomethingNew"] = { "credentials", "no" },
  ["UnauthorizedOperation.CamNoAuth"] = { "credentials", "no" },
  InvalidAction = { "unsupported", "no" },
  UnsupportedRegion = { "unsupported", "no" },
  ActionOffline = { "unsupported", "no" },
  IpInBlacklist = { "service", "no" },
  DryRunOperation = { "service", "no" },
  MissingParameter = { "service", "no" },
  ["InvalidParameter.SomethingNew"] = { "service", "no" },
  ["InternalError.SomethingNew"] = { "service", "yes" },
  ["FailedOperation.SomethingNew"] = { "service", "no" },
  ["LimitExceeded.SomethingNew"] = { "service", "no" },
  SomethingNew = { "service", "no" },
}

describe("codes of Tencent", function()
  for name, billed, retry, family in BUSINESS:gmatch("(%S+) (%S) (%S+) +(%S+)\n") do
    it(family .. "." .. name, function()
      local found = facts(family .. "." .. name)
      assert.equal(retry, found.retry)
      assert.equal(BILLED[billed], found.billed)
    end)
  end

  for code, expected in pairs(COMMON) do
    it(code, function()
      local found = facts(code)
      assert.equal(expected[1], found.category)
      assert.equal(expected[2], found.retry)
      assert.is_nil(found.billed)
    end)
  end

  it("become errors with these facts", function()
    local function err_of(code)
      return select(2, tencent:outcome({}, { status = 200, headers = {}, body = '{"Response":{"Error":{"Code":"' .. code .. '"}}}' }))
    end
    local err = err_of "FailedOperation.EmptyImageError"
    assert.equal("image", err.category)
    assert.is_true(err.billed)
    assert.is_false(err.retryable)
    assert.is_true(err.sent)
    err = err_of "FailedOperation.OcrFailed"
    assert.is_false(err.billed)
    assert.is_true(err.retryable)
    assert.equal("backoff", err.retry)
    assert.is_true(err_of("AuthFailure.SignatureExpire").retryable)
    err = err_of "AuthFailure.TokenFailure" -- only other credentials help, not the same call
    assert.is_false(err.retryable)
    assert.equal("token", err.retry)
    assert.is_nil(err_of("FailedOperation.NoPassport").billed)
  end)
end)
