--- Credentials of the vendor's command line tool: JSON in ~/.tccli/PROFILE.credential, as `tccli configure` and
--- `tccli auth login` write it.

local files = require "idocr.credentials.files"
local json = require "idocr.json"
local recipe = require "idocr.credentials.source"

-- The text that a member of the file holds, or nil.
local function text(members, name) return recipe.trim(members[name]) end

--- The credentials in the text of a file. `name` is how messages name the file.
---@return idocr.Snapshot? snapshot, string? code, string? message
local function credentials_of(content, name, now)
  local members = json.decode(content)
  if type(members) ~= "table" then return nil, "BadProfile", name .. " is no JSON object" end
  if members.type == "cvm-role" then
    return nil, "NoCredentials", name .. " holds no keys but refers to the machine's role"
  end
  local id, key = text(members, "secretId"), text(members, "secretKey")
  if not id or not key then
    return nil, "IncompleteCredentials", ("%s has no %s"):format(name, id and "secretKey" or "secretId")
  end
  local expires = members.expiresAt
  if expires == json.null or expires == 0 then expires = nil end
  if expires ~= nil then
    local problem = recipe.expiry_problem(expires)
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

--- Where the file is, how messages name it, and whether the user named it.
---@return string? path, string name, boolean named
local function location(options, getenv)
  if options.path then return options.path, "the tccli file", true end
  local variable = recipe.trim(getenv "TCCLI_PROFILE")
  local profile = options.profile or variable or "default"
  local name = ("~/.tccli/%s.credential"):format(profile)
  if not options.profile and variable then name = name .. " (named by TCCLI_PROFILE)" end
  local home = files.home(getenv)
  return home and ("%s/.tccli/%s.credential"):format(home, profile), name, (options.profile or variable) ~= nil
end

local function load(options, getenv, clock)
  local path, name, named = location(options, getenv)
  if not path then return recipe.none("HOME is not set, so that there is no ~/.tccli") end
  local content, reason, missing = files.read(path)
  if not content then
    if named then return recipe.fail("BadProfile", name .. " " .. reason) end
    if missing then return recipe.none("there is no file " .. name) end
    return recipe.skip("unreadable", "BadProfile", name .. " " .. reason)
  end
  local snapshot, code, message = credentials_of(content, name, clock())
  if snapshot then return snapshot end
  if code == "NoCredentials" then return recipe.none(message) end
  if named then return recipe.fail(code, message) end
  return recipe.skip("defect", code, message)
end

-- The source that takes on the role which the file names, with the keys of the file.
local function with_role(snapshot, context, getenv)
  return require "idocr.credentials.assume_role" {
    role_arn = snapshot.role_arn, session_name = snapshot.session_name, getenv = getenv,
    credentials = { secret_id = snapshot.secret_id, secret_key = snapshot.secret_key, token = snapshot.token },
  }:bind(context)
end

--- `path`: else ~/.tccli/PROFILE.credential. `profile`: else TCCLI_PROFILE, else `default`. A file that names a role
--- (`role-arn`) gives that role's credentials.
---@param options { path: string?, profile: string?, getenv: (fun(name: string): string?)? }?
return function(options)
  options = recipe.options(options, { path = "string", profile = "string", getenv = "function" })
  local getenv = options.getenv or os.getenv
  return recipe.new("tccli", function(context)
    local file = files.source("tccli", context, function() return load(options, getenv, context.clock) end)
    local source = { name = "tccli" }
    local role, role_of

    function source.get(_, left)
      local snapshot, err = file.get()
      if not snapshot then return nil, err end
      if not snapshot.role_arn then return snapshot end
      if role_of ~= snapshot then
        local same = role_of and role_of.secret_id == snapshot.secret_id and role_of.secret_key == snapshot.secret_key
          and role_of.token == snapshot.token and role_of.role_arn == snapshot.role_arn
        if not same then role = with_role(snapshot, context, getenv) end
        role_of = snapshot
      end
      return role:get(left)
    end

    function source.invalidate(_, snapshot)
      if role then role:invalidate(snapshot) end
      file.invalidate()
    end
    return source
  end)
end
