--- Credentials in the vendor's profile file: INI, `[default]` with secret_id, secret_key and perhaps token.

local files = require "idocr.credentials.files"
local recipe = require "idocr.credentials.source"
local trim = require "idocr.trim"

local SYSTEM_WIDE = "/etc/tencentcloud/credentials"
local USUAL = "~/.tencentcloud/credentials"

-- One line of INI: nothing (blank or a comment), a section, or a key and its value; false for anything else.
local function parse_line(line)
  if line == "" or line:find("^[#;]") then return nil end
  if line:find("^%[.*%]$") then return trim(line:sub(2, -2)) end
  local key, at = line:match("^([%w_.-]+)%s*[=:]()")
  if not key then return false end
  return key:lower(), trim(line:sub(at))
end

--- Sections of an INI text: keys in lower case, values trimmed. Of each section the lines of its members, and the line at which
--- it or a member appears a second time.
---@param text string
---@return table<string, { values: table<string, string>, lines: table<string, integer>, again: integer? }>? sections
---@return integer? line the first line that is not INI
local function parse(text)
  local sections, current, number = {}, nil, 0
  text = text:gsub("^\239\187\191", "") -- a byte order mark
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    number = number + 1
    local name, value = parse_line(trim(line))
    if name and not value then
      local before = sections[name]
      current = before or { values = {}, lines = {} }
      if before then current.again = current.again or number end
      sections[name] = current
    elseif name and current then
      if current.values[name] then current.again = current.again or number end
      current.values[name], current.lines[name] = value, number
    elseif name ~= nil then
      return nil, number
    end
  end
  return sections
end

--- The credentials of one section. `name` is how messages name the file.
---@return idocr.Snapshot?, string? code, string? message
local function credentials_of(text, profile, name)
  local sections, line = parse(text)
  if not sections then return nil, "BadProfile", ("line %d of %s is no INI"):format(line, name) end
  local section = sections[profile]
  if not section then return nil, "BadProfile", ("%s has no section [%s]"):format(name, profile) end
  if section.again then
    return nil, "BadProfile", ("line %d of %s repeats a part of section [%s]"):format(section.again, name, profile)
  end
  local snapshot, found = { origin = {} }, {
    secret_id = "secret_id", secret_key = "secret_key",
    token = section.values.token and "token" or section.values.session_token and "session_token" or "security_token",
  }
  for member, key in pairs(found) do
    local value = recipe.trim(section.values[key])
    local at = section.lines[key] and ("line %d of %s"):format(section.lines[key], name)
    if value and (value:find("%s;") or value:find("#", 1, true)) then
      return nil, "BadCredentials", ("%s: a comment stands behind the value of %s; it needs a line of its own"):format(at, key)
    end
    snapshot[member], snapshot.origin[member] = value, at
  end
  for _, member in ipairs { "secret_id", "secret_key" } do
    if not snapshot[member] then
      return nil, "IncompleteCredentials", ("section [%s] of %s has no %s"):format(profile, name, member)
    end
  end
  return snapshot
end

--- The files that are looked for, in order, and whether the user named one.
local function candidates(options, getenv)
  if options.path then return { { path = options.path, name = "the profile file" } }, true end
  local named = recipe.trim(getenv "TENCENTCLOUD_CREDENTIALS_FILE")
  if named then return { { path = named, name = "the profile file of TENCENTCLOUD_CREDENTIALS_FILE" } }, true end
  local list, home = {}, files.home(getenv)
  if home then list[1] = { path = home .. "/.tencentcloud/credentials", name = USUAL } end
  list[#list + 1] = { path = SYSTEM_WIDE, name = SYSTEM_WIDE }
  return list, false
end

local function load(options, getenv)
  local list, named = candidates(options, getenv)
  local unreadable = {}
  for _, file in ipairs(list) do
    local text, reason, missing = files.read(file.path)
    if text then
      local snapshot, code, message = credentials_of(text, options.profile or "default", file.name)
      if snapshot then return snapshot end
      if named or options.profile or code == "BadCredentials" then return recipe.fail(code, message) end
      return recipe.skip("defect", code, message)
    elseif named then
      return recipe.fail("BadProfile", file.name .. " " .. reason)
    elseif not missing then
      unreadable[#unreadable + 1] = file.name .. " " .. reason
    end
  end
  if unreadable[1] then return recipe.skip("unreadable", "BadProfile", table.concat(unreadable, "; ")) end
  local home = list[2] and "" or "; HOME is not set"
  return recipe.none("there is no profile file (" .. USUAL .. home .. ")")
end

--- `path`: else TENCENTCLOUD_CREDENTIALS_FILE, ~/.tencentcloud/credentials, /etc/tencentcloud/credentials.
--- `profile`: the section (default `default`).
---@param options { path: string?, profile: string?, getenv: (fun(name: string): string?)? }?
return function(options)
  options = recipe.options(options, { path = "string", profile = "string", getenv = "function" })
  local getenv = options.getenv or os.getenv
  return recipe.new("profile", function(context)
    return files.source("profile", context, function() return load(options, getenv) end)
  end)
end
