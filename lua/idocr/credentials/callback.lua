--- Credentials from a function of the user's: asked for each call, or again when what it gave is about to expire.

local errors = require "idocr.errors"
local foreign = require "idocr.credentials.foreign"
local recipe = require "idocr.credentials.source"
local refreshing = require "idocr.credentials.refreshing"

local LONGEST_MARGIN = 300 -- seconds
local WHAT = "the credentials function"

--- What the function returns.
---@class idocr.FunctionCredentials
---@field secret_id string?   Tencent, with secret_key
---@field secret_key string?  Tencent
---@field api_key string?     ekycpro
---@field token string?       of temporary credentials
---@field expires number?     Unix seconds at which they end; without it the function is asked for every call

-- Life of the margin before the end: credentials that live for a minute are not renewed five minutes before their end.
local function margin(snapshot, fetched) return math.min(LONGEST_MARGIN, math.max(0, snapshot.expires - fetched) / 10) end

local function refusal(reason, known)
  local text = errors.is(reason) and reason.message or type(reason) == "string" and recipe.plain_words(reason) or ""
  local _, err = recipe.fail("CredentialsFailed", WHAT .. " gave none" .. (text ~= "" and ": " .. text or ""), true)
  return nil, recipe.conceal(err, known)
end

--- `fn(provider)` returns `{ secret_id, secret_key, token, expires }` (`{ api_key, token, expires }` for ekycpro), or nil and a
--- reason. `expires`: Unix seconds at which they end. The function may yield.
---@param fn fun(provider: string): idocr.FunctionCredentials?, string?
return function(fn)
  return recipe.new("function", function(context)
    local known -- the last credentials: an error of the function may quote them
    local function fetch()
      local results = { pcall(fn, context.provider) }
      if not results[1] then return recipe.raised(WHAT, results[2], known) end
      if not results[2] then return refusal(results[3], known) end
      local snapshot, err = foreign.snapshot(results[2], WHAT, known)
      known = snapshot or known
      return snapshot, err
    end
    local kept = refreshing.new("function", context, fetch, { margin = margin })
    local source = { name = "function" }
    local lock, always_ask

    local function ask()
      local snapshot, err = fetch()
      if snapshot then always_ask = not snapshot.expires end
      if snapshot and snapshot.expires then kept:keep(snapshot) end
      return snapshot, err
    end

    function source.get(_, left)
      if kept.snapshot then return kept:get(left) end
      if always_ask then return ask() end
      -- The first answer tells whether there is something to keep: until then one asks and the others wait.
      local ends = context.runtime.now() + left
      lock = lock or context.runtime.mutex()
      if not lock:acquire(left) then
        if context.runtime.now() >= ends then return recipe.fail("CredentialsTimeout", "no credentials before the deadline", true) end
        return ask() -- a coroutine of the user's holds the lock, and waiting here would stop it
      end
      if kept.snapshot or always_ask then
        lock:release()
        return source.get(_, ends - context.runtime.now())
      end
      local snapshot, err = ask()
      lock:release()
      return snapshot, err
    end

    function source.invalidate(_, snapshot) kept:invalidate(snapshot) end
    return source
  end)
end
