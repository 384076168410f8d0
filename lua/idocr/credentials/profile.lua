--- Credentials in the vendor's profile file: INI, `[default]` with secret_id, secret_key and perhaps token.

local recipe = require "idocr.credentials.recipe"

local SYSTEM_WIDE = "/etc/tencentcloud/credentials"
local LARGEST = 1024 * 1024 -- bytes; a profile file has a few hundred
local READ_AGAIN = 60 -- seconds; keys change in the file while a service runs

--- Sections of an INI text: names and keys in lower case as written by the vendor's tools, values trimmed.
---@param text string
---@return table<string, table<string, string>>? sections, integer? line the first line that is none of INI
local function parse(text)
  local sections, current, number = {}, nil, 0
  text = text:gsub("^\239\187\191", "") -- a byte order mark
  for line in (text .. "\n"):gmatch("(.-)\r?\n") do
    number = number + 1
    line = line:match("^%s*(.-)%s*$")
    local section = line:match("^%[%s*(.-)%s*%]$")
    local key, value = line:match("^([%w_.-]+)%s*[=:]%s*(.*)$")
    if section then
      current = sections[section] or {}
      sections[section] = current
    elseif key and current then
      current[key:lower()] = value
    elseif line ~= "" and not line:find("^[#;]") then
      return nil, number
    end
  end
  return sections
end

local function read_file(path)
  local file, _, code = io.open(path, "rb")
  if not file then return nil, code end
  local text, failed = file:read(LARGEST)
  file:close()
  return text or not failed and "" or nil -- at the end of an empty file nothing failed
end

local NO_SUCH_FILE = 2 -- ENOENT
local NO_SUCH_FOLDER = 20 -- ENOTDIR

--- The files that are looked for, in order.
local function paths(options, getenv)
  local named = options.path or recipe.trim(getenv "TENCENTCLOUD_CREDENTIALS_FILE")
  if named then return { named }, true end
  local list, home = {}, recipe.trim(getenv "HOME") or recipe.trim(getenv "USERPROFILE")
  if home then list[1] = home .. "/.tencentcloud/credentials" end
  list[#list + 1] = SYSTEM_WIDE
  return list, false
end

local function load(options, getenv)
  local profile = options.profile or "default"
  local list, named = paths(options, getenv)
  for _, path in ipairs(list) do
    local text, code = read_file(path)
    if text then
      local sections, line = parse(text)
      if not sections then return recipe.fail("BadProfile", "line " .. line .. " of the profile file is no INI") end
      local section = sections[profile]
      if not section then return recipe.fail("BadProfile", ("the profile file has no section [%s]"):format(profile)) end
      local id, key = recipe.trim(section.secret_id), recipe.trim(section.secret_key)
      if not id or not key then
        return recipe.fail("IncompleteCredentials",
          ("section [%s] of the profile file has no %s"):format(profile, id and "secret_key" or "secret_id"))
      end
      return { secret_id = id, secret_key = key, token = recipe.trim(section.token) }
    elseif named or (code ~= NO_SUCH_FILE and code ~= NO_SUCH_FOLDER) then
      return recipe.fail("BadProfile", "the profile file cannot be read")
    end
  end
  return recipe.none("there is no profile file (~/.tencentcloud/credentials)")
end

--- `path`: else TENCENTCLOUD_CREDENTIALS_FILE, ~/.tencentcloud/credentials, /etc/tencentcloud/credentials.
--- `profile`: the section (default `default`).
---@param options { path: string?, profile: string?, getenv: (fun(name: string): string?)? }?
return function(options)
  options = recipe.options(options, { path = "string", profile = "string", getenv = "function" })
  local getenv = options.getenv or os.getenv
  return recipe.new("profile", function(context)
    local source = { name = "profile" }
    local snapshot, read_at
    function source.get()
      local now = context.runtime.now()
      if snapshot and now - read_at < READ_AGAIN then return snapshot end
      local fresh, err = load(options, getenv)
      snapshot, read_at = fresh, now
      return fresh, err
    end
    function source.invalidate() snapshot = nil end
    return source
  end)
end
