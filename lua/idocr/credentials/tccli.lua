--- Reads the credentials file of the vendor's command-line tool: JSON in ~/.tccli/PROFILE.credential, written by
--- `tccli configure` and `tccli auth login`.

local failure = require "idocr.credentials.failure"
local file_source = require "idocr.credentials.file_source"
local json = require "idocr.json"
local source = require "idocr.credentials.source"
local values = require "idocr.credentials.values"

-- Returns a text member of the file, or nil.
local function text(members, name) return values.trim(members[name]) end

--- Returns the credentials in the content of a file. `name` stands for the file in messages.
---@return idocr.Snapshot? snapshot, string? code, string? message
local function credentials_of(content, name, now)
  local members = json.decode(content)
  if type(members) ~= "table" then return nil, "BadProfile", name .. " is not a JSON object" end
  if members.type == "cvm-role" then
    return nil, "NoCredentials", name .. " refers to the machine's role and holds no keys"
  end
  local id, key = text(members, "secretId"), text(members, "secretKey")
  if not id or not key then
    return nil, "IncompleteCredentials", ("%s has no %s"):format(name, id and "secretKey" or "secretId")
  end
  local expires = members.expiresAt
  if expires == json.null or expires == 0 then expires = nil end
  if expires ~= nil then
    local problem = values.expiry_problem(expires)
    if problem then return nil, "BadProfile", ("expiresAt in %s %s"):format(name, problem) end
    if expires <= now then
      return nil, "ExpiredCredentials", name .. " holds credentials that have expired; run `tccli auth login` again"
    end
  end
  return {
    secret_id = id, secret_key = key, token = text(members, "token"), expires = expires, origin = name,
    role_arn = text(members, "role-arn"), session_name = text(members, "role-session-name"),
  }
end

--- Returns the path of the file, its name in messages, and whether the user named it.
---@return string? path, string name, boolean named
local function location(options, getenv)
  if options.path then return options.path, "the tccli file", true end
  local variable = values.trim(getenv "TCCLI_PROFILE")
  local profile = options.profile or variable or "default"
  local name = ("~/.tccli/%s.credential"):format(profile)
  if not options.profile and variable then name = name .. " (named by TCCLI_PROFILE)" end
  local home = file_source.home(getenv)
  return home and ("%s/.tccli/%s.credential"):format(home, profile), name, (options.profile or variable) ~= nil
end

local function load(options, getenv, clock)
  local path, name, named = location(options, getenv)
  if not path then return failure.none("HOME is not set, so ~/.tccli cannot be found") end
  local content, reason, missing = file_source.read(path)
  if not content then
    if named then return failure.fail("BadProfile", name .. " " .. reason) end
    if missing then return failure.none("there is no file " .. name) end
    return failure.skip("unreadable", "BadProfile", name .. " " .. reason)
  end
  local snapshot, code, message = credentials_of(content, name, clock())
  if snapshot then return snapshot end
  if code == "NoCredentials" then return failure.none(message) end
  if named then return failure.fail(code, message) end
  return failure.skip("defect", code, message)
end

-- Makes a source that assumes the role named in the file, with the keys of the file.
local function with_role(snapshot, context, getenv)
  return require "idocr.credentials.assume_role" {
    role_arn = snapshot.role_arn, session_name = snapshot.session_name, getenv = getenv,
    credentials = { secret_id = snapshot.secret_id, secret_key = snapshot.secret_key, token = snapshot.token },
  }:bind(context)
end

--- Makes a source of the tccli file. `path` defaults to ~/.tccli/PROFILE.credential, `profile` to TCCLI_PROFILE, then
--- `default`. Where the file names a role (`role-arn`), the source returns credentials of that role.
---@param options { path: string?, profile: string?, getenv: (fun(name: string): string?)? }?
return function(options)
  options = source.options(options, { path = "string", profile = "string", getenv = "function" })
  local getenv = options.getenv or os.getenv
  return source.new("tccli", function(context)
    local file = file_source.new("tccli", context, function() return load(options, getenv, context.clock) end)
    local bound = { name = "tccli" }
    local role, role_of

    function bound.get(_, seconds_left)
      local snapshot, err = file.get()
      if not snapshot then return nil, err end
      if not snapshot.role_arn then return snapshot end
      if role_of ~= snapshot then
        local same = role_of and role_of.secret_id == snapshot.secret_id and role_of.secret_key == snapshot.secret_key
          and role_of.token == snapshot.token and role_of.role_arn == snapshot.role_arn
        if not same then role = with_role(snapshot, context, getenv) end
        role_of = snapshot
      end
      return role:get(seconds_left)
    end

    function bound.invalidate(_, snapshot)
      if role then role:invalidate(snapshot) end
      file.invalidate()
    end
    return bound
  end)
end
