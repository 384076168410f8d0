--- Runs shell commands, and reads and writes small files, for the mock server.

local shell_quote = require "idocr.shell_quote"

local shell = {}

--- Quotes a value as one word of a shell command.
---@param value any
---@return string
function shell.quote(value) return shell_quote(tostring(value)) end

--- Runs a command. The shell prints the exit status, because LuaJIT's popen does not return it.
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

--- Returns the bytes of a file, or nil if it cannot be read.
---@param path string
---@return string?
function shell.read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local bytes = file:read("*a")
  file:close()
  return bytes
end

--- Writes a file. Raises an error if that fails.
---@param path string
---@param text string
function shell.write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

--- Returns the absolute path.
---@param path string
---@return string
function shell.absolute(path)
  if path:sub(1, 1) == "/" then return path end
  return (shell.run("pwd")) .. "/" .. path:gsub("^%./", "")
end

--- Returns cryptographically random bytes in hexadecimal.
---@param count integer
---@return string
function shell.random_hex(count)
  local file = assert(io.open("/dev/urandom", "rb"))
  local bytes = file:read(count)
  file:close()
  return (bytes:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

return shell
