--- Several sources, asked in order until one has credentials. The one that had them is asked from then on.

local errors = require "idocr.errors"
local recipe = require "idocr.credentials.source"

local ORDER = {
  tencent = { "environment", "profile", "tccli", "machine_role", "web_identity" },
  ekycpro = { "api_key" },
}

local ASK_AGAIN = 60 -- seconds until a source is asked again that could not answer before another one did

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

--- What came of the sources that had no credentials.
local function summary(notes, worst)
  local message = "no credentials anywhere: " .. table.concat(notes, "; ")
  if not worst then return recipe.none(message) end
  return recipe.fail(worst.code, message, worst.retryable)
end

-- Of two defects, the one that the answer of the chain gets its code from: a mistake that only the user can correct.
local function worse(worst, err)
  if err.skip == "unreadable" or err.code == "NoCredentials" then return worst end
  if not worst or worst.retryable and not err.retryable then return err end
  return worst
end

--- `list`: sources in order. Default for Tencent: environment, profile file, tccli's file, machine role, cluster identity; for
--- ekycpro: environment. A source that cannot be read or is incomplete, and that the user did not name, is passed over; where
--- no source has credentials the error says why for each. In a list of the user's an incomplete source ends the chain.
---@param list table[]?
return function(list)
  if list ~= nil and (type(list) ~= "table" or #list == 0) then error("chain takes a list of sources", 2) end
  return recipe.new("chain", function(context)
    local sources = sources_of(list, context)
    local chosen, chosen_until
    local chain = { name = "chain" }

    function chain.get(_, left)
      local started = context.runtime.now()
      if chosen and (not chosen_until or started < chosen_until) then return chosen:get(left) end
      local notes, worst, unsure = {}, nil, false
      for _, source in ipairs(sources) do
        local name = source.name or "custom"
        local snapshot, err = source:get(left - (context.runtime.now() - started))
        if snapshot then
          chosen, chosen_until = source, unsure and context.runtime.now() + ASK_AGAIN or nil
          context.emit("credentials", { source = name, ok = true })
          return snapshot
        end
        if not errors.is(err) then _, err = recipe.none("it has none") end
        if err.code ~= "NoCredentials" then
          local named = list and err.skip == "defect" and not err.retryable
          if not err.skip or named then return nil, err end
          unsure = unsure or err.retryable -- such a source has reported its failure itself
          if not err.retryable then context.emit("credentials", { source = name, ok = false, code = err.code }) end
        end
        worst = worse(worst, err)
        notes[#notes + 1] = name .. ": " .. err.message
      end
      chosen = nil
      return summary(notes, worst)
    end

    function chain.invalidate(_, snapshot)
      if chosen and chosen.invalidate then chosen:invalidate(snapshot) end
    end
    return chain
  end)
end
