--- Opens the store of a client: where it keeps rate limits, temporary credentials and results, alone or with others.

local memory = require "idocr.stores.memory"

local stores = {}

--- Keeps texts under keys, each until its time to live has passed. All stores have these methods. They return nil and an
--- error of the category `store` (`sent = false`) where the store cannot be reached or refuses.
---@class idocr.Store
---@field name "memory"|"nginx"|"redis"
---@field without boolean?  the user allows to go on where the store fails
---@field get fun(self: idocr.Store, key: string): string?, idocr.Error?  nil alone: absent
---@field set fun(self: idocr.Store, key: string, text: string, ttl: number): boolean?, idocr.Error?  `ttl` in seconds
---@field add fun(self: idocr.Store, key: string, text: string, ttl: number): boolean?, idocr.Error?  false: the key is taken
---@field delete fun(self: idocr.Store, key: string): boolean?, idocr.Error?
---@field delete_if fun(self: idocr.Store, key: string, text: string): boolean?, idocr.Error?  false: `text` was not there
---@field replace_if fun(self: idocr.Store, key: string, old: string, new: string, ttl: number): boolean?, idocr.Error?
---  false: `old` was not there
---@field limits fun(self: idocr.Store): idocr.Limits  the rate limits in this store

local common -- the store that the clients of this Lua state share

--- Returns the store of this Lua state, made when it is first needed.
---@return idocr.Store
function stores.memory()
  common = common or memory.new()
  return common
end

--- Opens the store that the option `shared` names. Raises, without a position, where it cannot be used here.
---@param shared any             nginx: a `lua_shared_dict` or its name; nil: this Lua state only
---@param runtime idocr.Runtime
---@return idocr.Store
function stores.open(shared, runtime)
  if shared == nil then return stores.memory() end
  if runtime.name ~= "nginx" then error("option shared: a lua_shared_dict exists only in nginx", 0) end
  return require("idocr.stores.nginx_dict").new(shared)
end

return stores
