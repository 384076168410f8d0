--- Reads credentials from the vendor's profile file, an INI file with secret_id, secret_key and an optional token.

local failure = require "idocr.credentials.failure"
local file_source = require "idocr.credentials.file_source"
local source = require "idocr.credentials.source"
local trim = require "idocr.trim"
local values = require "idocr.credentials.values"

local SYSTEM_WIDE = "/etc/tencentcloud/credentials"
local IN_HOME = "~/.tencentcloud/credentials"

-- Parses a line of INI: returns nil for a blank line or comment, a section name, a key and its value, or false.
local function parse_line(line)
  if line == "" or line:find("^[#;]") then return nil end
  if line:find("^%[.*%]$") then return trim(line:sub(2, -2)) end
  local key, at = line:match("^([%w_.-]+)%s*[=:]()")
  if not key then return false end
  return key:lower(), trim(line:sub(at))
end

--- Parses INI text into sections with lower-case keys and trimmed values. `lines` has the line number of each key, `again` the
--- line of the first repeated section header or key.
---@param text string
---@return table<string, { values: table<string, string>, lines: table<string, integer>, again: integer? }>? sections
---@return integer? line the first malformed line
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

--- Returns the credentials of one section. `name` stands for the file in messages.
---@return idocr.Snapshot?, string? code, string? message
local function credentials_of(text, profile, name)
  local sections, line = parse(text)
  if not sections then return nil, "BadProfile", ("line %d of %s is not a section, a comment or key = value"):format(line, name) end
  local section = sections[profile]
  if not section then return nil, "BadProfile", ("%s has no section [%s]"):format(name, profile) end
  if section.again then
    return nil, "BadProfile", ("line %d of %s repeats a key or header of section [%s]"):format(section.again, name, profile)
  end
  local snapshot, found = { origin = {} }, {
    secret_id = "secret_id", secret_key = "secret_key",
    token = section.values.token and "token" or section.values.session_token and "session_token" or "security_token",
  }
  for member, key in pairs(found) do
    local value = values.trim(section.values[key])
    local at = section.lines[key] and ("line %d of %s"):format(section.lines[key], name)
    if value and (value:find("%s;") or value:find("#", 1, true)) then
      return nil, "BadCredentials", ("%s: a comment follows the value of %s; put it on a separate line"):format(at, key)
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

--- Returns the files to try in order, and whether the user named one.
local function candidates(options, getenv)
  if options.path then return { { path = options.path, name = "the profile file" } }, true end
  local named = values.trim(getenv "TENCENTCLOUD_CREDENTIALS_FILE")
  if named then return { { path = named, name = "the profile file of TENCENTCLOUD_CREDENTIALS_FILE" } }, true end
  local list, home = {}, file_source.home(getenv)
  if home then list[1] = { path = home .. "/.tencentcloud/credentials", name = IN_HOME } end
  list[#list + 1] = { path = SYSTEM_WIDE, name = SYSTEM_WIDE }
  return list, false
end

local function load(options, getenv)
  local list, named = candidates(options, getenv)
  local unreadable = {}
  for _, file in ipairs(list) do
    local text, reason, missing = file_source.read(file.path)
    if text then
      local snapshot, code, message = credentials_of(text, options.profile or "default", file.name)
      if snapshot then return snapshot end
      if named or options.profile or code == "BadCredentials" then return failure.fail(code, message) end
      return failure.skip("defect", code, message)
    elseif named then
      return failure.fail("BadProfile", file.name .. " " .. reason)
    elseif not missing then
      unreadable[#unreadable + 1] = file.name .. " " .. reason
    end
  end
  if unreadable[1] then return failure.skip("unreadable", "BadProfile", table.concat(unreadable, "; ")) end
  local home = list[2] and "" or "; HOME is not set"
  return failure.none("there is no profile file (" .. IN_HOME .. home .. ")")
end

--- Makes a source of a profile file. `path` defaults to TENCENTCLOUD_CREDENTIALS_FILE, then
--- ~/.tencentcloud/credentials, then /etc/tencentcloud/credentials. `profile` is the section (default `default`).
---@param options { path: string?, profile: string?, getenv: (fun(name: string): string?)? }?
return function(options)
  options = source.options(options, { path = "string", profile = "string", getenv = "function" })
  local getenv = options.getenv or os.getenv
  return source.new("profile", function(context)
    return file_source.new("profile", context, function() return load(options, getenv) end)
  end)
end
