--- Tries several credentials sources in order and keeps using the first one that has credentials.

local errors = require "idocr.errors"
local failure = require "idocr.credentials.failure"
local providers = require "idocr.providers"
local source = require "idocr.credentials.source"

local RETRY_AFTER = 60 -- seconds until an earlier source that failed temporarily is tried again

-- Binds the listed sources, or the default ones of the provider.
local function bind_all(list, context)
  local credentials = require "idocr.credentials"
  if list then
    local sources = {}
    for index, entry in ipairs(list) do
      local bound, complaint = credentials.bind(entry, context)
      if not bound then error("chain: source " .. index .. " " .. complaint, 0) end
      sources[index] = bound
    end
    return sources
  end
  local sources = {}
  for index, name in ipairs(providers.FACTS[context.provider].sources) do
    sources[index] = require("idocr.credentials." .. name)():bind(context)
  end
  return sources
end

--- Builds the error for a chain in which no source has credentials.
local function summary(notes, worst)
  local message = "no source has credentials: " .. table.concat(notes, "; ")
  if not worst then return failure.none(message) end
  return failure.fail(worst.code, message, worst.retryable)
end

-- Selects the failure whose code the chain returns: a mistake of the user comes before a temporary failure.
local function worse(worst, err)
  if err.skip == "unreadable" or err.code == "NoCredentials" then return worst end
  if not worst or worst.retryable and not err.retryable then return err end
  return worst
end

--- Makes a chain of sources. Default for Tencent: environment, profile file, tccli file, machine role, cluster identity; for
--- ekycpro: environment. The default chain skips a source that cannot be read or is incomplete; a user's list stops there.
--- Where no source has credentials, the error gives the reason for each.
---@param list table[]?
return function(list)
  if list ~= nil and (type(list) ~= "table" or #list == 0) then error("chain: the argument must be a non-empty list of sources", 2) end
  return source.new("chain", function(context)
    local sources = bind_all(list, context)
    local chosen, chosen_until
    local chain = { name = "chain" }

    function chain.get(_, seconds_left)
      local started = context.runtime.now()
      if chosen and (not chosen_until or started < chosen_until) then return chosen:get(seconds_left) end
      local notes, worst, temporary = {}, nil, false
      for _, bound in ipairs(sources) do
        local name = bound.name or "custom"
        local snapshot, err = bound:get(seconds_left - (context.runtime.now() - started))
        if snapshot then
          chosen, chosen_until = bound, temporary and context.runtime.now() + RETRY_AFTER or nil
          context.emit("credentials", { source = name, ok = true })
          return snapshot
        end
        if not errors.is(err) then _, err = failure.none("it has no credentials") end
        if err.code ~= "NoCredentials" then
          local named = list and err.skip == "defect" and not err.retryable
          if not err.skip or named then return nil, err end
          temporary = temporary or err.retryable -- such a source has emitted its own event
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
