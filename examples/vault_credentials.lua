-- Takes the keys from a vault, and asks again when they expire.
--
--   VAULT="vault kv get -format=json secret/idocr" lua5.4 examples/vault_credentials.lua passport photo.jpg
--
-- VAULT is a command that prints {"secret_id": …, "secret_key": …, "token": …, "expires_in": seconds}.

local cjson = require "cjson"
local idocr = require "idocr"

--- Asks the vault. Returns the credentials, or nil and a reason without secrets.
local function from_vault()
  local command = os.getenv "VAULT"
  if not command then return nil, "VAULT is not set" end
  local pipe = io.popen(command, "r")
  local text = pipe and pipe:read("*a") or ""
  if pipe then pipe:close() end
  local parsed, answer = pcall(cjson.decode, text)
  if not parsed or type(answer) ~= "table" then return nil, "the vault printed no JSON" end
  return {
    secret_id = answer.secret_id, secret_key = answer.secret_key, token = answer.token,
    expires = answer.expires_in and os.time() + answer.expires_in, -- nil: the function is called for every request
  }
end

local client = idocr.new { transport = os.getenv "IDOCR_TRANSPORT", credentials = from_vault }
local card, err = client:read(arg[1], arg[2])
print(card and card.number or err)
os.exit(card ~= nil)
