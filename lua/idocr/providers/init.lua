--- Lists the providers, with the facts about each that other rooms need.

local providers = {}

--- Names of the providers. The first one is the default.
providers.NAMES = { "tencent", "ekycpro" }

---@class idocr.ProviderFacts
---@field required string[]  members of credentials that every request needs
---@field optional string[]  members that credentials may have
---@field sources string[]   credentials sources of the default chain, by file name in `credentials/`, in order
---@field refusal string     code with which the service refuses a picture that is not the card asked for

---@type table<string, idocr.ProviderFacts>
providers.FACTS = {
  tencent = {
    required = { "secret_id", "secret_key" }, optional = { "token", "expires" },
    sources = { "environment", "profile", "tccli", "machine_role", "web_identity" },
    refusal = "FailedOperation.ImageNoSpecifiedCard",
  },
  ekycpro = {
    required = { "api_key" }, optional = { "token", "expires" },
    sources = { "api_key" },
    refusal = "FAIL",
  },
}

--- Makes the provider that the options name.
---@param options idocr.ProviderOptions
---@return idocr.Provider
function providers.new(options) return require("idocr.providers." .. options.provider).new(options) end

--- Returns whether an error code of any provider is about the account and not about the picture.
---@param code string
---@return boolean
function providers.is_about_account(code)
  for _, name in ipairs(providers.NAMES) do
    if require("idocr.providers." .. name .. ".errors").facts(code).account then return true end
  end
  return false
end

return providers
