--- Credentials from a function of the user's: asked for each call, or again when what it gave is about to expire.

local errors = require "idocr.errors"
local recipe = require "idocr.credentials.recipe"
local refreshing = require "idocr.credentials.refreshing"

local LONGEST_MARGIN = 300 -- seconds

-- What lives for a minute is not thrown away five minutes before its end.
local function margin(snapshot, fetched) return math.min(LONGEST_MARGIN, math.max(0, snapshot.expires - fetched) / 10) end

--- Checks what the function returned; nothing of it goes into an error.
local function snapshot_of(value, message)
  if value == nil or value == false then
    local text = errors.is(message) and message.message or errors.scrub(message)
    return recipe.fail("CredentialsFailed", "the credentials function gave none" .. (text ~= "" and ": " .. text or ""), true)
  end
  if type(value) ~= "table" then
    return recipe.fail("CredentialsFailed", "the credentials function returned a " .. type(value) .. ", not a table")
  end
  local copy = {}
  for _, name in ipairs { "secret_id", "secret_key", "api_key", "token" } do
    if value[name] ~= nil and type(value[name]) ~= "string" then
      return recipe.fail("CredentialsFailed", "the credentials function returned a " .. name .. " that is no string")
    end
    copy[name] = value[name]
  end
  if value.expires ~= nil then
    if type(value.expires) ~= "number" then
      return recipe.fail("CredentialsFailed", "the credentials function returned an expires that is no number")
    end
    copy.expires = value.expires
  end
  return copy
end

--- `fn(provider)` returns `{ secret_id, secret_key, token, expires }`, or nil and a reason.
---@param fn fun(provider: string): table?, string?
return function(fn)
  return recipe.new("function", function(context)
    local function fetch() return snapshot_of(fn(context.provider)) end
    local kept = refreshing.new("function", context, fetch, { margin = margin })
    local source = { name = "function" }
    local lock, always_ask

    local function ask()
      local ran, snapshot, err = pcall(fetch)
      if not ran then
        return recipe.fail("CredentialsFailed", "the credentials function raised: " .. errors.scrub(tostring(snapshot)))
      end
      if snapshot then always_ask = not snapshot.expires end
      if snapshot and snapshot.expires then kept:keep(snapshot) end
      return snapshot, err
    end

    function source.get(_, left)
      if kept.snapshot then return kept:get(left) end
      if always_ask then return ask() end
      -- The first answer tells whether there is something to keep: until then one asks and the others wait.
      lock = lock or context.runtime.mutex()
      if not lock:acquire(left) then return recipe.fail("CredentialsTimeout", "no credentials before the deadline", true) end
      if kept.snapshot or always_ask then
        lock:release()
        return source.get(_, left)
      end
      local snapshot, err = ask()
      lock:release()
      return snapshot, err
    end

    function source.invalidate(_, snapshot) kept:invalidate(snapshot) end
    return source
  end)
end
