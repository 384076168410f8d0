--- Asks callers for the gateway's token: `Authorization: Bearer TOKEN`, where IDOCR_TOKEN is set.

local core = require "idocr.core"

local auth = {}

local token = os.getenv "IDOCR_TOKEN"
if token == "" then token = nil end

--- Returns whether the gateway has a token.
---@return boolean
function auth.is_on() return token ~= nil end

--- Returns why a request is refused; nil where it has the token, or the gateway has none.
---@return string? message
function auth.refusal()
  if not token then return nil end
  local given = (ngx.var.http_authorization or ""):match("^[Bb]earer +(%S+)$")
  if given and core.equal(core.sha256(given), core.sha256(token)) then return nil end
  ngx.header.www_authenticate = 'Bearer realm="idocr"'
  return "the header Authorization must have the gateway's token: Bearer TOKEN"
end

return auth
