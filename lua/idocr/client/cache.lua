--- The result cache: the same picture is not paid for twice. Results and billed refusals are kept in the client's store, sealed
--- where the store is outside this process; callers with the same picture at the same time pay once (claim.lua).

local claim = require "idocr.client.claim"
local core = require "idocr.core"
local digest = require "idocr.picture.digest"
local errors = require "idocr.errors"
local json = require "idocr.json"
local money = require "idocr.client.money"
local reply = require "idocr.decode.reply"
local seal = require "idocr.seal"
local sorted_names = require "idocr.sorted_names"

local cache = {}

---@class idocr.CacheOptions
---@field ttl number?      seconds that a result is kept (86,400)
---@field key string|table<string, string>|idocr.SealKey[]|nil  seals what is kept; needed where `shared` is set
---@field pictures boolean?  also keep portraits and cropped cards (false)

--- One call, as the cache needs it.
---@class idocr.CachedCall
---@field account idocr.Account
---@field id string           secret id or API key: whose account pays
---@field kind idocr.Kind
---@field plan idocr.Plan
---@field checked idocr.CheckedParams
---@field opened table<string, table>
---@field after_send boolean?
---@field state idocr.CallState

---@class idocr.Cache
local Cache = {}
Cache.__index = Cache

--- Makes the cache of the option `cache`. Raises, without a position, where the store needs a key.
---@param option idocr.CacheOptions|nil
---@param store idocr.Store
---@param runtime idocr.Runtime
---@param emit fun(name: string, fields: table)
---@return idocr.Cache? nil without the option
function cache.new(option, store, runtime, emit)
  if not option then return nil end
  local sealer
  if option.key then sealer = assert(seal.new(option.key)) end
  if not sealer and store.name ~= "memory" then
    error("option cache needs `key`: 32 random bytes that seal results in the store of option shared", 0)
  end
  return setmetatable({
    store = store, runtime = runtime, emit = emit, ttl = option.ttl, pictures = option.pictures, sealer = sealer,
  }, Cache)
end

-- Returns the params as JSON, without `portrait`: an entry records whether it holds a portrait.
local function params_text(values)
  local copy = {}
  for name, value in pairs(values) do
    if name ~= "portrait" then copy[name] = value end
    if type(value) == "table" then
      copy[name] = {}
      for index, item in ipairs(value) do copy[name][index] = item end
      table.sort(copy[name])
    end
  end
  return json.encode(copy)
end

--- Returns the key of a call: provider, site, account, kind, action, params and the digests of the pictures.
---@param call idocr.CachedCall
---@return string? key nil: the call is not cached (a picture given by URL, or one that cannot be read)
function Cache:key(call)
  local options = call.account.options
  local parts = {
    options.provider, options.provider == "tencent" and options.site or "", core.sha256(call.id), call.kind.kind, call.plan.action,
    params_text(call.checked.values),
  }
  for _, name in ipairs(sorted_names(call.opened)) do
    local image = call.opened[name].image
    local hash = image and digest.image(image, self.runtime.pause)
    if not hash then return nil end
    parts[#parts + 1] = name .. " " .. hash
  end
  return core.sha256(table.concat(parts, "\n"))
end

-- ---- entries

local function without_pictures(value, paths, depth)
  local copy = {}
  for name, member in pairs(value) do
    local below = paths[name]
    if type(member) == "table" and depth < 16 then
      copy[name] = without_pictures(member, type(below) == "table" and below or {}, depth + 1)
    elseif below ~= true and not (type(member) == "string" and member:find("\255", 1, true)) then
      copy[name] = member
    end
  end
  return copy
end

-- Returns the members that are pictures as a tree: { HeadImage = true, Info = { Portrait = true } }.
local function picture_paths(service)
  local tree = {}
  for _, output in ipairs(service.compiled.pictures) do
    local node = tree
    for index, name in ipairs(output.names) do
      if index == #output.names then node[name] = true
      elseif type(node[name]) ~= "table" then node[name] = {} end
      node = node[name]
    end
  end
  return tree
end

-- Returns whether a reply has another picture than the portrait, such as a cropped card.
local function has_other_pictures(service, result)
  for _, output in ipairs(service.compiled.pictures) do
    local value = output.field ~= "portrait" and reply.member(result, output.names)
    if type(value) == "string" and value ~= "" then return true end
  end
  return false
end

--- Returns the text of an entry for a result; nil where it would be of no use without its pictures.
local function result_text(self, call, result, outcome)
  local service = call.plan.reads
  reply.parse_embedded(result, service.compiled.embedded)
  local portrait = call.checked.values.portrait == true
  if self.pictures then
    reply.restore(result, outcome.pictures)
    outcome.pictures = nil
    return json.encode { result = result, portrait = portrait, sandbox = outcome.sandbox }
  end
  if has_other_pictures(service, result) then return nil end
  return json.encode { result = without_pictures(result, picture_paths(service), 0), portrait = false, sandbox = outcome.sandbox }
end

local function error_text(err)
  local kept = {}
  for _, name in ipairs { "category", "code", "message", "request_id", "http_status", "retryable" } do kept[name] = err[name] end
  return json.encode { error = kept }
end

local function place(key) return "result:" .. key end

local function report_failure(self, call, err)
  self.emit("cache", { kind = call.kind.kind, provider = call.account.name, ok = false, code = err and err.code or nil })
end

local function save(self, call, key, text)
  if not text then return end
  if self.sealer then text = self.sealer:seal(text, place(key)) end
  local saved, err = self.store:set(place(key), text, self.ttl)
  if not saved then report_failure(self, call, err) end
end

-- Returns the entry under a key, where it answers this call.
---@return table? entry
---@return idocr.Error?
local function load(self, call, key)
  local text, err = self.store:get(place(key))
  if not text then return nil, err end
  if self.sealer then text = self.sealer:open(text, place(key)) end -- one that another key sealed is absent
  local entry = text and json.decode(text)
  if type(entry) ~= "table" or type(entry.result or entry.error) ~= "table" then return nil end
  if call.checked.values.portrait and not entry.portrait and not entry.error then return nil end
  return entry
end

local function cached_error(entry)
  local fields = {}
  for name, value in pairs(entry.error) do
    if value ~= json.null then fields[name] = value end
  end
  local err = errors.unsent(fields.category, fields.code, fields.message, fields)
  err.cached = true
  return err
end

-- ---- calls

local function unsure_error(call)
  call.state.unsure, call.state.sent = true, true -- another caller's request, for money.settle
  return errors.sent("store", "ResultUnknown", "another caller sent this picture and ended without a result; it may have been billed: "
    .. "retry.after_send = true sends it again")
end

local function waiting_error()
  return errors.unsent("timeout", "DeadlineExceeded", "another caller has sent this picture and has no result yet")
end

-- Waits until another caller's claim has ended.
---@return "again"|nil what  try once more
---@return idocr.Error?
local function wait(self, call, key, round)
  local text, err = self.store:get(place(key) .. ":claim")
  if err then return nil, err end
  local state = claim.state(text, self.runtime.wall())
  if state == "unsure" then
    if not call.after_send then return nil, unsure_error(call) end
    self.store:delete_if(place(key) .. ":claim", text)
  elseif state == "free" then
    if text then self.store:delete_if(place(key) .. ":claim", text) end
  else
    local left = call.state.ends - self.runtime.now()
    if left <= 0 then return nil, waiting_error() end
    self.runtime.sleep(math.min(left, claim.pause(round)))
  end
  return "again"
end

-- Sends the request under a claim and keeps its outcome.
local function pay(self, call, key, held, run)
  local before_send = call.state.before_send
  call.state.before_send = function()
    local ok, err = held:sending(self.ttl)
    if err and self.store.without then
      report_failure(self, call, err)
      ok = true
    end
    if ok and before_send then return before_send() end
    if ok then return true end
    return nil, err or errors.store("StoreUnavailable", "another caller took over the claim for this picture; nothing was sent")
  end
  local result, err, outcome = run()
  call.state.before_send = before_send
  if result then
    save(self, call, key, result_text(self, call, result, outcome))
    held:release()
    return result, nil, outcome
  end
  local billed = money.price(err)
  if billed == true and money.verdict(err) == "final" then save(self, call, key, error_text(err)) end
  if call.state.unsure or billed == nil then held:unsure() else held:release() end
  return nil, err
end

-- Returns the entry that answers a call, or the claim to send it; neither where another caller has the claim.
---@return table? entry
---@return idocr.Claim? held
---@return idocr.Error?
local function load_or_claim(self, call, key)
  local entry, err = load(self, call, key)
  if entry or err then return entry, nil, err end
  local wall, left = self.runtime.wall(), call.state.ends - self.runtime.now()
  local held
  held, err = claim.take(self.store, place(key) .. ":claim", wall + left, wall)
  if not held then return nil, nil, err end
  entry, err = load(self, call, key) -- another caller may have stored it, and ended its claim, since the first look
  if not entry and not err then return nil, held end
  held:release()
  return entry, nil, err
end

--- Answers a call from the cache, or runs it and keeps its outcome.
---@param call idocr.CachedCall
---@param run fun(): table?, idocr.Error?, table?  sends the request
---@return table? result
---@return idocr.Error? err
---@return { pictures: string[]?, sandbox: boolean, cached: boolean? }? outcome
function Cache:through(call, run)
  local key = self:key(call)
  if not key then return run() end
  local round = 0
  while true do
    local entry, held, err = load_or_claim(self, call, key)
    if entry then
      self.emit("cache", { kind = call.kind.kind, provider = call.account.name, ok = true })
      if entry.error then return nil, cached_error(entry) end
      return entry.result, nil, { sandbox = entry.sandbox, cached = true }
    end
    if held then return pay(self, call, key, held, run) end
    local what
    if not err then
      round = round + 1
      what, err = wait(self, call, key, round)
    end
    if err and err.category == "store" and err.code ~= "ResultUnknown" and self.store.without then
      report_failure(self, call, err)
      return run()
    end
    if not what then return nil, err end
  end
end

return cache
