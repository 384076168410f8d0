--- A store in a `lua_shared_dict`, shared by the workers of one nginx: the limiter's windows and short-lived credentials.

local runtime = require "idocr.nginx.runtime"

local shared = {}

local SPINS = 200 -- tries, about 60 us: the holder writes one value and never yields
local HELD = 0.5 -- seconds; a lock expires after this, because its worker may have been killed
local NAP = 0.001

--- Returns the dict of the option `shared`.
---@param name any a dict's name, or a dict
---@return table
function shared.dict(name)
  if type(name) ~= "string" then return name end
  local dict = ngx.shared[name]
  if not dict then error(("option shared: nginx has no dict of this name; add `lua_shared_dict %s 1m;`"):format(name), 0) end
  return dict
end

local function lock(dict, key)
  local patience = math.ceil(HELD / NAP) + 1
  while true do
    for _ = 1, SPINS do
      local ok, why = dict:add(key, true, HELD)
      if ok then return true end
      if why ~= "exists" then return false end -- the dict is full: continue without a lock
    end
    patience = patience - 1
    if patience == 0 then return false end
    runtime.sleep(NAP)
  end
end

local Store = {}
Store.__index = Store

--- Changes the list of numbers under a key, under a lock.
---@param key string
---@param ttl number seconds
---@param fn fun(list: number[]): any must not yield
function Store:change(key, ttl, fn)
  local held = lock(self.dict, key .. ":lock")
  local list = {}
  for number in (self.dict:get(key) or ""):gmatch("%S+") do list[#list + 1] = tonumber(number) end
  local ran, result = pcall(fn, list)
  if ran then
    for i = 1, #list do list[i] = ("%.6f"):format(list[i]) end
    self.dict:set(key, table.concat(list, " "), ttl)
  end
  if held then self.dict:delete(key .. ":lock") end
  if not ran then error(result, 0) end
  return result
end

--- Makes a store for the limiter.
---@param dict any
---@return idocr.LimiterStore
function shared.store(dict) return setmetatable({ dict = shared.dict(dict) }, Store) end

local Cache = {}
Cache.__index = Cache

--- Stores a text for all workers.
function Cache:save(key, text, ttl) self.dict:set("idocr:kept:" .. key, text, ttl) end

---@return string?
function Cache:load(key) return self.dict:get("idocr:kept:" .. key) end

function Cache:forget(key) self.dict:delete("idocr:kept:" .. key) end

--- Claims a task that one worker does for all. Returns whether this worker has it; the claim expires after `ttl` seconds.
---@return boolean
function Cache:claim(key, ttl) return (self.dict:add("idocr:claim:" .. key, true, ttl)) == true end

function Cache:release(key) self.dict:delete("idocr:claim:" .. key) end

--- Makes a cache of texts.
---@param dict any
function shared.cache(dict) return setmetatable({ dict = shared.dict(dict) }, Cache) end

return shared
