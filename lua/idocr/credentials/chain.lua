--- Several sources, asked in order until one has credentials. The one that had them is asked from then on.

local recipe = require "idocr.credentials.recipe"

local ORDER = {
  tencent = { "environment", "profile", "machine_role", "web_identity" },
  ekycpro = { "api_key" },
}

local function sources_of(list, context)
  local credentials = require "idocr.credentials"
  if list then
    local sources = {}
    for index, entry in ipairs(list) do
      local source, complaint = credentials.bind(entry, context)
      if not source then error("chain: source " .. index .. " " .. complaint, 0) end
      sources[index] = source
    end
    return sources
  end
  local sources = {}
  for index, name in ipairs(ORDER[context.provider]) do
    sources[index] = require("idocr.credentials." .. name)():bind(context)
  end
  return sources
end

--- `list`: sources in order. Default for Tencent: environment, profile file, machine role, cluster identity; for ekycpro:
--- environment.
---@param list table[]?
return function(list)
  if list ~= nil and (type(list) ~= "table" or #list == 0) then error("chain takes a list of sources", 2) end
  return recipe.new("chain", function(context)
    local sources = sources_of(list, context)
    local chosen
    local chain = { name = "chain" }
    function chain.get(_, left)
      if chosen then return chosen:get(left) end
      local started, reasons = context.runtime.now(), {}
      for _, source in ipairs(sources) do
        local snapshot, err = source:get(left - (context.runtime.now() - started))
        if snapshot then
          chosen = source
          context.emit("credentials", { source = source.name or "custom", ok = true })
          return snapshot
        end
        if err.code ~= "NoCredentials" then return nil, err end
        reasons[#reasons + 1] = (source.name or "custom") .. ": " .. err.message
      end
      return recipe.none("no credentials anywhere: " .. table.concat(reasons, "; "))
    end
    function chain.invalidate(_, snapshot)
      if chosen and chosen.invalidate then chosen:invalidate(snapshot) end
    end
    return chain
  end)
end
