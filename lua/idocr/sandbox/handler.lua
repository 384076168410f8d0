--- Mock server of both services: turns a request table into a response table, without socket or clock. Paths below /v1/
--- belong to ekycpro, all others to Tencent.

local core = require "idocr.core"
local ekycpro = require "idocr.sandbox.ekycpro"
local faults = require "idocr.sandbox.faults"
local http_date = require "idocr.http_date"
local tencent = require "idocr.sandbox.tencent"
local validate = require "idocr.sandbox.validate"

local handler = {}

--- The keys of the sandbox inside a process. They are valid nowhere else, and the sandbox accepts no other keys.
handler.KEYS = {
  secret_id = "AKIDsandboxEXAMPLEofIdocrNotRealAtAll",
  secret_key = "sandboxEXAMPLEsecretKeyOfIdocr00",
  api_key = "sandbox-example-api-key",
  temporary = {
    secret_id = "AKIDsandboxTemporaryEXAMPLEofIdocr",
    secret_key = "sandboxTemporaryEXAMPLEsecretKey",
    token = "sandbox-example-token",
  },
}

--- Counts hits per key, and keeps texts, within a time to live (seconds).
---@class idocr.sandbox.Store
---@field hit fun(self: idocr.sandbox.Store, key: string, ttl: number): integer
---@field set fun(self: idocr.sandbox.Store, key: string, text: string, ttl: number)
---@field get fun(self: idocr.sandbox.Store, key: string): string?

local Memory = {}
Memory.__index = Memory

local MAX_KEYS = 1000 -- above that all counters are reset; they only have to last for seconds
local MAX_TEXTS = 100

function Memory:hit(key)
  if self.counts[key] == nil then
    self.size = self.size + 1
    if self.size > MAX_KEYS then self.counts, self.size = {}, 1 end
  end
  self.counts[key] = (self.counts[key] or 0) + 1
  return self.counts[key]
end

function Memory:set(key, text)
  self.kept = self.kept + 1
  if self.kept > MAX_TEXTS then self.texts, self.kept = {}, 1 end
  self.texts[key] = text
end

function Memory:get(key) return self.texts[key] end

local function accounts_of(keys)
  local accounts = { [keys.secret_id] = { id = keys.secret_id, secret_key = keys.secret_key } }
  local temporary = keys.temporary
  if temporary then
    accounts[temporary.secret_id] = { id = temporary.secret_id, secret_key = temporary.secret_key, token = temporary.token }
  end
  for id, fault in pairs(faults.ids()) do accounts[id] = { id = id, secret_key = keys.secret_key, fault = fault } end
  return accounts
end

local function api_keys_of(keys)
  local api_keys = { [keys.api_key] = { id = keys.api_key, token = keys.api_token } }
  for id, fault in pairs(faults.ids()) do api_keys[id] = { id = id, fault = fault } end
  return api_keys
end

---@class idocr.sandbox.Handler
local Handler = {}
Handler.__index = Handler

--- Makes a handler.
---@param options table? `keys` (like `handler.KEYS`), `rate` (false: no rate limits), `store` (idocr.sandbox.Store),
---  `seed` (a unique text from which request ids are derived)
---@return idocr.sandbox.Handler
function handler.new(options)
  options = options or {}
  local keys = options.keys or handler.KEYS
  return setmetatable({
    seed = options.seed or tostring({}) .. core.wall(),
    served = 0,
    shared = {
      accounts = accounts_of(keys),
      api_keys = api_keys_of(keys),
      actions = validate.actions("tencent"),
      forms = validate.actions("ekycpro"),
      limit_rate = options.rate ~= false,
      store = options.store or setmetatable({ counts = {}, size = 0, texts = {}, kept = 0 }, Memory),
    },
  }, Handler)
end

function Handler:next_id()
  self.served = self.served + 1
  local hex = core.sha256(self.seed .. ":" .. self.served)
  return ("sandbox-%s-%s-4%s-a%s-%s"):format(hex:sub(1, 8), hex:sub(9, 12), hex:sub(14, 16), hex:sub(18, 20), hex:sub(21, 32))
end

--- A response of the handler.
---@class idocr.sandbox.Reply
---@field status integer
---@field headers string[][]   {name, value}
---@field body string
---@field fault "slow"|"cut"|"reset"|nil  fault that the transport injects
---@field delay number?        seconds, for "slow"
---@field action string?       for logs: the action, if it is known
---@field outcome string       for logs: "ok" or the code

--- Answers one request.
---@param request table method, uri (path?query), headers (lower-case name -> value), body (string or nil), now (Unix seconds)
---@return idocr.sandbox.Reply
function Handler:handle(request)
  local context = setmetatable({ request_id = function() return self:next_id() end }, { __index = self.shared })
  local vendor = request.uri:match("^/v1/") and ekycpro or tencent
  local reply = vendor.handle(context, request)
  local fault = reply.fault
  reply.fault, reply.delay = fault and fault.name, fault and fault.seconds
  if not self.shared.actions[reply.action] and not self.shared.forms[reply.action] then reply.action = nil end
  reply.headers = {
    { "Content-Type", "application/json" },
    { "Date", http_date.format(request.now) },
    { "X-Sandbox", "1" },
  }
  return reply
end

return handler
