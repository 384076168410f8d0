--- Opens the stores that several processes use together, by the option `shared`.

local stores = {}

--- Opens the stores of a client. Raises, without a position, where the runtime cannot share anything.
---@param shared any             nginx: a `lua_shared_dict` or its name; nil: nothing is shared
---@param runtime idocr.Runtime
---@return idocr.LimiterStore? limits
---@return table? cache of texts
function stores.open(shared, runtime)
  if shared == nil then return nil, nil end
  if runtime.name ~= "nginx" then error("option shared: only workers of nginx share something", 0) end
  local dict = require "idocr.stores.nginx_dict"
  return dict.store(shared), dict.cache(shared)
end

return stores
