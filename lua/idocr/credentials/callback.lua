--- Gets credentials from a user's function: for each call, or when the last ones are about to expire.

local errors = require "idocr.errors"
local failure = require "idocr.credentials.failure"
local refreshing = require "idocr.credentials.refreshing"
local source = require "idocr.credentials.source"
local user_result = require "idocr.credentials.user_result"

local LONGEST_MARGIN = 300 -- seconds
local WHAT = "the credentials function"

--- What the function returns.
---@class idocr.FunctionCredentials
---@field secret_id string?   Tencent, with secret_key
---@field secret_key string?  Tencent
---@field api_key string?     ekycpro
---@field token string?       of temporary credentials
---@field expires number?     Unix seconds; without it the function is called for every request

-- The renewal margin is at most a tenth of the lifetime, so that short-lived credentials are not renewed for each call.
local function margin(snapshot, fetched) return math.min(LONGEST_MARGIN, math.max(0, snapshot.expires - fetched) / 10) end

local function refusal(reason, known)
  local text = errors.is(reason) and reason.message or type(reason) == "string" and failure.plain_words(reason) or ""
  local _, err = failure.fail("CredentialsFailed", WHAT .. " returned none" .. (text ~= "" and ": " .. text or ""), true)
  return nil, failure.conceal(err, known)
end

--- Makes a source from a function. `fn(provider)` returns `{ secret_id, secret_key, token, expires }` (for ekycpro
--- `{ api_key, token, expires }`), or nil and a reason. `expires` is in Unix seconds. The function may yield.
---@param fn fun(provider: string): idocr.FunctionCredentials?, string?
return function(fn)
  return source.new("function", function(context)
    local known -- the last credentials, which an error of the function may quote
    local function fetch()
      local results = { pcall(fn, context.provider) }
      if not results[1] then return failure.raised(WHAT, results[2], known) end
      if not results[2] then return refusal(results[3], known) end
      local snapshot, err = user_result.snapshot(results[2], WHAT, known)
      known = snapshot or known
      return snapshot, err
    end
    local kept = refreshing.new("function", context, fetch, { margin = margin })
    local bound = { name = "function" }
    local lock, never_expires

    local function ask()
      local snapshot, err = fetch()
      if snapshot then never_expires = not snapshot.expires end
      if snapshot and snapshot.expires then kept:keep(snapshot) end
      return snapshot, err
    end

    function bound.get(_, seconds_left)
      if kept.snapshot then return kept:get(seconds_left) end
      if never_expires then return ask() end
      -- Until the first result shows whether credentials expire, one caller runs the function and the others wait.
      local ends = context.runtime.now() + seconds_left
      lock = lock or context.runtime.mutex()
      if not lock:acquire(seconds_left) then
        if context.runtime.now() >= ends then return failure.fail("CredentialsTimeout", "no credentials before the deadline", true) end
        return ask() -- a user's coroutine holds the lock; waiting would deadlock
      end
      if kept.snapshot or never_expires then
        lock:release()
        return bound.get(_, ends - context.runtime.now())
      end
      local snapshot, err = ask()
      lock:release()
      return snapshot, err
    end

    function bound.invalidate(_, snapshot) kept:invalidate(snapshot) end
    return bound
  end)
end
