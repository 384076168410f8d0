--- Shell commands and small files, for the sandbox's server.

local shell = {}

--- A text as one word of a command.
---@param text any
---@return string
function shell.quote(text) return "'" .. tostring(text):gsub("'", [['\'']]) .. "'" end

--- Runs a command to its end. LuaJIT's popen gives no status, so the shell prints it.
---@param command string
---@return string output  stdout and stderr, trimmed
---@return integer status
function shell.run(command)
  local pipe = assert(io.popen("{ " .. command .. "\n} 2>&1 </dev/null; printf '\\n%d' $?", "r"))
  local text = pipe:read("*a")
  pipe:close()
  local output, status = text:match("^(.*)\n(%d+)$")
  return (output:gsub("%s+$", "")), tonumber(status)
end

--- The bytes of a file, or nil.
---@param path string
---@return string?
function shell.read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local bytes = file:read("*a")
  file:close()
  return bytes
end

--- Writes a file; raises where it cannot.
---@param path string
---@param text string
function shell.write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

--- A path that does not depend on where the program stands.
---@param path string
---@return string
function shell.absolute(path)
  if path:sub(1, 1) == "/" then return path end
  return (shell.run("pwd")) .. "/" .. path:gsub("^%./", "")
end

--- Bytes that nobody can guess, in hexadecimal.
---@param count integer
---@return string
function shell.random_hex(count)
  local file = assert(io.open("/dev/urandom", "rb"))
  local bytes = file:read(count)
  file:close()
  return (bytes:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

return shell
