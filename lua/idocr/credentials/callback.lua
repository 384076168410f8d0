--- Credentials from a function of the user's: asked for each call, or again when what it gave is about to expire.

local errors = require "idocr.errors"
local nearest = require "idocr.nearest"
local recipe = require "idocr.credentials.recipe"
local refreshing = require "idocr.credentials.refreshing"

local LONGEST_MARGIN = 300 -- seconds

--- What the function returns.
---@class idocr.FunctionCredentials
---@field secret_id string?   Tencent, with secret_key
---@field secret_key string?  Tencent
---@field api_key string?     ekycpro
---@field token string?       of temporary credentials
---@field expires number?     Unix seconds at which they end; without it the function is asked for every call

local TEXTS = { "secret_id", "secret_key", "api_key", "token" }

-- Names that other tools use, in lower case and without separators -> ours.
local MEANT = {
  secretid = "secret_id", tmpsecretid = "secret_id", secretkey = "secret_key", tmpsecretkey = "secret_key", apikey = "api_key",
  token = "token", sessiontoken = "token", securitytoken = "token", tmptoken = "token", expires = "expires",
  expiresat = "expires", expiredtime = "expires", expiretime = "expires", expiration = "expires", expiry = "expires",
}

-- The member that a wrong name stands for, or nil: other members are the function's own affair.
local function meant(name)
  if type(name) ~= "string" or #name > 40 then return nil end
  local plain = name:lower():gsub("[%s_-]", "")
  if MEANT[plain] then return MEANT[plain] end
  for right, member in pairs(MEANT) do
    if #plain >= 5 and nearest.distance(plain, right) <= 1 then return member end
  end
end

-- Life of the margin before the end: credentials that live for a minute are not renewed five minutes before their end.
local function margin(snapshot, fetched) return math.min(LONGEST_MARGIN, math.max(0, snapshot.expires - fetched) / 10) end

local function refusal(reason, known)
  local text = errors.is(reason) and reason.message or type(reason) == "string" and recipe.plain_words(reason) or ""
  local _, err = recipe.fail("CredentialsFailed", "the credentials function gave none" .. (text ~= "" and ": " .. text or ""), true)
  return nil, recipe.conceal(err, known)
end

local function bad(problem) return recipe.fail("BadCredentials", "the credentials function returned " .. problem) end

--- Checks what the function returned; nothing of it goes into an error.
---@return idocr.Snapshot?, idocr.Error?
local function snapshot_of(value, reason, known)
  if value == nil or value == false then return refusal(reason, known) end
  if type(value) ~= "table" then
    return recipe.fail("CredentialsFailed", "the credentials function returned a " .. type(value) .. ", not a table")
  end
  local copy = { origin = "the credentials function" }
  for _, name in ipairs(TEXTS) do
    local member = value[name]
    if member ~= nil and type(member) ~= "string" then return bad(("a %s for %s; it must be a string"):format(type(member), name)) end
    copy[name] = member
  end
  copy.expires = value.expires
  if copy.expires ~= nil then
    local problem = recipe.expiry_problem(copy.expires)
    if problem then return bad("an expires that " .. problem) end
  end
  local wrong = {}
  for name in pairs(value) do
    local right = copy[name] == nil and meant(name)
    if right and right ~= name and copy[right] == nil then
      wrong[#wrong + 1] = ("%q (did you mean %q?)"):format(name, right)
    end
  end
  table.sort(wrong)
  if wrong[1] then return bad("what has no meaning: " .. table.concat(wrong, ", ")) end
  return copy
end

--- `fn(provider)` returns `{ secret_id, secret_key, token, expires }` (`{ api_key, token, expires }` for ekycpro), or nil and a
--- reason. `expires`: Unix seconds at which they end. The function may yield.
---@param fn fun(provider: string): idocr.FunctionCredentials?, string?
return function(fn)
  return recipe.new("function", function(context)
    local known -- the last credentials: an error of the function may quote them
    local function fetch()
      local results = { pcall(fn, context.provider) }
      if not results[1] then return recipe.raised("the credentials function", results[2], known) end
      local ran, snapshot, err = pcall(snapshot_of, results[2], results[3], known) -- the table may have a metatable that raises
      if not ran then return recipe.raised("the table of the credentials function", snapshot, known) end
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
