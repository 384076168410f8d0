--- Describes each error code of the Tencent API: category, retry, billing and message.
--- Sources: the vendor's pages of the actions and of common error codes; billing from the vendor's price page
--- (cloud.tencent.com/document/product/866/45470). `billed` is nil for codes that the price page does not list.

local CHARGED, FREE = true, false

---@alias idocr.Retry
---| "no"
---| "yes"       after a pause; the service recommends it: it failed before there was a result to bill
---| "maybe"     after a pause
---| "throttle"  after a longer pause
---| "clock"     once, after correcting the clock
---| "token"     once, after refreshing temporary credentials

---@class idocr.ErrorFacts
---@field category idocr.ErrorCategory
---@field retry idocr.Retry
---@field billed boolean?          as the vendor's price page says
---@field refused_early boolean?   refused for the key, the account, the rate or the address: the picture was not read
---@field account boolean?         caused by the state of the account, which may change
---@field message string?          ours

local codes = {}

-- Adds codes, one a line with its message. Unknown sub-codes get the facts of their family, not its message.
local function add(facts, lines)
  for name, message in lines:gmatch("(%S+)%s+([^\n]+)") do
    local entry = { message = message }
    for key, value in pairs(facts) do entry[key] = value end
    codes[name] = entry
  end
end

-- Common to all actions.
add({ category = "credentials", retry = "no", refused_early = true }, [[
AuthFailure                        the credentials were refused
AuthFailure.SignatureFailure       the signature was refused: the secret key does not belong to the secret id
AuthFailure.SecretIdNotFound       the secret id does not exist on this site
AuthFailure.InvalidSecretId        the secret id is of the wrong kind
AuthFailure.InvalidAuthorization   the Authorization header was refused
AuthFailure.MFAFailure             the account asks for a second factor
AuthFailure.UnauthorizedOperation  the account may not call this action
UnauthorizedOperation              the account may not call this action
]])
add({ category = "credentials", retry = "clock" }, [[
AuthFailure.SignatureExpire  the signature has expired: the clock differs from the service's by more than five minutes
]])
add({ category = "credentials", retry = "token" }, [[
AuthFailure.TokenFailure  the token of the temporary credentials was refused
]])
add({ category = "throttled", retry = "throttle" }, [[
RequestLimitExceeded                             too many requests for this action
RequestLimitExceeded.UinLimitExceeded            too many requests of this account
RequestLimitExceeded.GlobalRegionUinLimitExceeded  too many requests of this account in all regions
RequestLimitExceeded.IPLimitExceeded             too many requests from this address
]])
add({ category = "service", retry = "yes" }, [[
InternalError       the service failed and asks to try again
ServiceUnavailable  the service is not available at the moment
]])
-- another site or provider may have it
add({ category = "unsupported", retry = "no", refused_early = true }, [[
ActionOffline         the service no longer has this action
InvalidAction         the service does not have this action on this site
NoSuchProduct         the endpoint does not have this product
NoSuchVersion         the service does not have this version of the action
UnsupportedRegion     the action is not available in this region
UnsupportedProtocol   the service does not take this protocol
UnsupportedOperation  the service does not support this operation
]])
add({ category = "service", retry = "no", refused_early = true, account = true }, [[
IpInBlacklist     the account refuses this address
IpNotInWhitelist  the account takes calls from other addresses only
]])
add({ category = "service", retry = "no" }, [[
DryRunOperation            the request was a dry run
InvalidParameter           a parameter of the request was refused
InvalidParameterValue      the value of a parameter was refused
MissingParameter           the request lacks a parameter, or the picture
UnknownParameter           the service does not know a parameter of the request
InvalidRequest             the request was refused as malformed
RequestSizeLimitExceeded   the request is larger than the service takes
ResponseSizeLimitExceeded  the response is larger than the service gives
LimitExceeded              a limit of the service was exceeded
ResourceInUse              the resource is in use
ResourceInsufficient       the service has not enough resources
ResourceNotFound           the resource does not exist
ResourceUnavailable        the resource is not available
ResourcesSoldOut           the resource is sold out
FailedOperation            the service could not process the request
]])

-- The picture's file itself.
add({ category = "image", retry = "no", billed = CHARGED }, [[
FailedOperation.EmptyImageError  the service found the picture empty
]])
add({ category = "image", retry = "no", billed = FREE }, [[
FailedOperation.ImageDecodeFailed         the service could not decode the picture
FailedOperation.ImageSizeTooLarge         the picture is larger than the service takes
InvalidParameter.EngineImageDecodeFailed  the service could not decode the picture
LimitExceeded.TooLargeFileError           the file is larger than the service takes
]])
add({ category = "image", retry = "no" }, [[
FailedOperation.UnKnowFileTypeError           the service does not know the type of the file
FailedOperation.PDFParseFailed                the service could not read the PDF
InvalidParameterValue.InvalidFileContentSize  the size of the file was refused
]])

-- What the service sees in it, or cannot do with it.
add({ category = "service", retry = "no", billed = FREE }, [[
FailedOperation.IdCardInfoIllegal                 the service found that the card's data are not valid
FailedOperation.ImageBlur                         the picture is too blurred to be read
FailedOperation.ImageNoIdCard                     the service saw no identity card in the picture
FailedOperation.MultiCardError                    the service saw more than one card in the picture
InvalidParameter.ConfigFormatError                the Config parameter was refused
InvalidParameterValue.InvalidParameterValueLimit  the value of a parameter is out of bounds
]])
add({ category = "service", retry = "no", billed = FREE, refused_early = true, account = true }, [[
FailedOperation.UnOpenError             the service is not activated for this account
ResourcesSoldOut.ChargeStatusException  the account's billing state does not allow calls
]])
add({ category = "service", retry = "no", refused_early = true, account = true }, [[
FailedOperation.ArrearsError                the account is in arrears
FailedOperation.CountLimitError             the account has used up its number of calls
ResourceUnavailable.InArrears               the account is in arrears
ResourceUnavailable.ResourcePackageRunOut   the account's package of calls is used up
]])
add({ category = "service", retry = "no" }, [[
FailedOperation.CardSideError                  the picture shows the other side of the card
FailedOperation.FieldException                 the service could not make sense of a field of the document
FailedOperation.IdCardTooSmall                 the card is too small in the picture
FailedOperation.ImageNoHandWrite               the service saw no handwriting in the picture
FailedOperation.ImageNoSpecifiedCard           the service saw no card of this kind in the picture
FailedOperation.ImageNoText                    the service saw no text in the picture
FailedOperation.LicenseCardSideError           the picture shows the other page of the licence
FailedOperation.LicenseMultiCardError          the service saw two pages of the same side in the picture
FailedOperation.NoDriverLicenseError           the service saw no driving licence in the picture
FailedOperation.NoHKIDCard                     the service saw no Hong Kong identity card in the picture
FailedOperation.NotAppointCard                 the service saw no card of this kind in the picture
FailedOperation.InconsistencyBetweenMRZAndVRZ  the machine readable zone contradicts the printed fields
FailedOperation.InvalidPostalCodeLength        the card's postal code has the wrong length
FailedOperation.NoMASIDCard                    the service saw no Malaysian identity card in the picture
FailedOperation.NoPassport                     the service saw no passport in the picture
FailedOperation.DetectFailed                   the service found no text in the picture
FailedOperation.LanguageNotSupport             the service does not read this language
FailedOperation.ResponseParseFailed            the service could not read its own result
FailedOperation.LLMServiceFailed               a part of the service failed
]])
add({ category = "service", retry = "maybe", billed = FREE }, [[
FailedOperation.DownLoadError           the service could not download the picture
FailedOperation.OcrFailed               the service could not read the picture
FailedOperation.UnKnowError             the service failed for a reason that it does not know
FailedOperation.EngineRecognizeTimeout  the service took too long over the picture
]])
add({ category = "service", retry = "maybe" }, [[
FailedOperation.WarningServiceFailed      the service could not look for warnings
ResourceUnavailable.ImageDownloadError    the service could not download the picture
]])

local errors_of_tencent = { codes = codes }

local UNKNOWN = { category = "service", retry = "no" }

--- Returns the facts about a code; an unknown code gets those of its family, the part before the first dot.
---@param code string
---@return idocr.ErrorFacts
function errors_of_tencent.facts(code)
  return codes[code] or codes[code:match("^[^.]*")] or UNKNOWN
end

--- Returns our message for a code, nil for one that is not in the table.
---@param code string
---@return string?
function errors_of_tencent.message(code) return codes[code] and codes[code].message end

--- Returns whether a text has the form of the vendor's codes: words that begin with a capital, joined by dots, or a short number.
---@param code string
---@return boolean
function errors_of_tencent.is_code(code)
  if code:find("^%d+$") then return #code <= 6 end
  return #code <= 128 and code:find("^%u[%w_%-.]*$") ~= nil and code:find("%l") ~= nil and not code:find("%d%d%d%d")
end

return errors_of_tencent
