--- What each error code of the Tencent API means for the caller.
--- Sources: the vendor's pages of the actions and of common error codes; billing from the vendor's price page
--- (cloud.tencent.com/document/product/866/45470). Where nobody says whether a code is billed, it stays nil.

local CHARGED, FREE = true, false

---@alias idocr.Retry
---| "no"
---| "yes"       after a pause; the service asks for it: it failed before there was a result to bill
---| "maybe"     after a pause
---| "throttle"  after a longer pause
---| "clock"     once, after correcting the clock
---| "token"     once, after refreshing temporary credentials

---@class idocr.ErrorFacts
---@field category idocr.ErrorCategory
---@field retry idocr.Retry
---@field billed boolean?

local codes = {}

local function add(category, retry, billed, names)
  for name in names:gmatch("%S+") do codes[name] = { category = category, retry = retry, billed = billed } end
end

-- Common to all actions.
add("credentials", "no", nil, [[
  AuthFailure AuthFailure.SignatureFailure AuthFailure.SecretIdNotFound AuthFailure.InvalidSecretId
  AuthFailure.InvalidAuthorization AuthFailure.MFAFailure AuthFailure.UnauthorizedOperation UnauthorizedOperation]])
add("credentials", "clock", nil, "AuthFailure.SignatureExpire")
add("credentials", "token", nil, "AuthFailure.TokenFailure")
add("throttled", "throttle", nil, [[
  RequestLimitExceeded RequestLimitExceeded.UinLimitExceeded RequestLimitExceeded.GlobalRegionUinLimitExceeded
  RequestLimitExceeded.IPLimitExceeded]])
add("service", "yes", nil, "InternalError ServiceUnavailable")
-- this place cannot do that: another site or provider may
add("unsupported", "no", nil, [[
  ActionOffline InvalidAction NoSuchProduct NoSuchVersion UnsupportedRegion UnsupportedProtocol UnsupportedOperation]])
add("service", "no", nil, [[
  DryRunOperation IpInBlacklist IpNotInWhitelist InvalidParameter InvalidParameterValue MissingParameter
  UnknownParameter InvalidRequest RequestSizeLimitExceeded ResponseSizeLimitExceeded LimitExceeded ResourceInUse
  ResourceInsufficient ResourceNotFound ResourceUnavailable ResourcesSoldOut FailedOperation]])

-- The picture's file itself.
add("image", "no", CHARGED, "FailedOperation.EmptyImageError")
add("image", "no", FREE, [[
  FailedOperation.ImageDecodeFailed FailedOperation.ImageSizeTooLarge InvalidParameter.EngineImageDecodeFailed
  LimitExceeded.TooLargeFileError]])
add("image", "no", nil, [[
  FailedOperation.UnKnowFileTypeError FailedOperation.PDFParseFailed InvalidParameterValue.InvalidFileContentSize]])

-- What the service sees in it, or cannot do with it.
add("service", "no", FREE, [[
  FailedOperation.IdCardInfoIllegal FailedOperation.ImageBlur FailedOperation.ImageNoIdCard
  FailedOperation.MultiCardError FailedOperation.UnOpenError InvalidParameter.ConfigFormatError
  InvalidParameterValue.InvalidParameterValueLimit ResourcesSoldOut.ChargeStatusException]])
add("service", "no", nil, [[
  FailedOperation.CardSideError FailedOperation.FieldException FailedOperation.IdCardTooSmall
  FailedOperation.ImageNoSpecifiedCard FailedOperation.InconsistencyBetweenMRZAndVRZ
  FailedOperation.InvalidPostalCodeLength FailedOperation.NoMASIDCard FailedOperation.NoPassport
  FailedOperation.ArrearsError FailedOperation.CountLimitError FailedOperation.DetectFailed
  FailedOperation.LanguageNotSupport FailedOperation.ResponseParseFailed FailedOperation.LLMServiceFailed
  ResourceUnavailable.InArrears ResourceUnavailable.ResourcePackageRunOut]])
add("service", "maybe", FREE, [[
  FailedOperation.DownLoadError FailedOperation.OcrFailed FailedOperation.UnKnowError
  FailedOperation.EngineRecognizeTimeout]])
add("service", "maybe", nil, "FailedOperation.WarningServiceFailed ResourceUnavailable.ImageDownloadError")

local errors_of_tencent = { codes = codes }

local UNKNOWN = { category = "service", retry = "no" }

--- The facts about a code; an unknown one is judged by its family, the part before the first dot.
---@param code string
---@return idocr.ErrorFacts
function errors_of_tencent.facts(code)
  return codes[code] or codes[code:match("^[^.]*")] or UNKNOWN
end

return errors_of_tencent
