---@meta
-- luacheck: ignore
--- Declares what every provider has in common. `require("idocr.providers.NAME").new(options)` makes one for a client.

---@class idocr.ProviderOptions  the options of a client that concern one provider
---@field provider string
---@field site "intl"|"cn"|nil
---@field region string?
---@field language string?
---@field endpoint string?          URL; nil: the service's own
---@field signed_host string?       host[:port]; nil: the endpoint's
---@field unsigned_payload boolean?
---@field connect_timeout number?   seconds
---@field max_response integer?     bytes
---@field proxy string|false|nil    URL; its password is removed from errors

---@class idocr.ProviderCall
---@field kind idocr.Kind
---@field service idocr.Service
---@field params table<string, any>
---@field pictures table<string, { image: userdata? }|{ url: string? }>
---@field rate number?              calls per second of the action

---@class idocr.Plan  a call to one provider: what does not change from attempt to attempt
---@field action string
---@field body userdata
---@field unsigned boolean          the body is not part of the signature, so it need not be hashed
---@field rate number?              calls per second of the action; nil: not limited
---@field reads idocr.Service?      nil: any action, whose reply is returned unchanged
---@field step "submission"|"question"|nil  of an asynchronous action
---@field is_pending (fun(result: table): boolean)?  of a question: whether the service has no result yet

---@class idocr.Provider
---@field name string
---@field max_request integer?      bytes of a whole body
local Provider = {}

---@param call idocr.ProviderCall
---@return idocr.Plan?
---@return idocr.Error?
function Provider:prepare(call) end

---@param action string
---@param params table|string?
---@param rate number?
---@return idocr.Plan
function Provider:raw(action, params, rate) end

---@param plan idocr.Plan
---@param credentials table  checked
---@param timestamp number   Unix seconds
---@return table? request    method, url, host, headers, body, connect_timeout, max_response
---@return idocr.Error?
function Provider:sign(plan, credentials, timestamp) end

---@param plan idocr.Plan
---@param received table     status, headers, body
---@return table? result
---@return idocr.Error?
function Provider:outcome(plan, received) end

---@param credentials any
---@return table? checked
---@return idocr.Error?
function Provider:check_credentials(credentials) end
