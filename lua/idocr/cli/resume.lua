--- The output of a batch as its own memory: what is in it need not be done again.

local cjson = require("cjson").new()
local core = require "idocr.core"

local resume = {}

--- Reads a JSON Lines file that an earlier run left, whole or cut off in the middle of a line.
---@param path string
---@return table<string, boolean> done files that have a card, or an error that would come again
---@return boolean broken the last line is not whole
function resume.load(path)
  local done = {}
  local regular, _, code = core.image_file(path)
  if regular then regular:close() end
  if code == "not_a_file" then return done, false end -- a pipe or a device remembers nothing, and may never end
  local handle = io.open(path, "rb")
  if not handle then return done, false end
  local broken = false
  for line in handle:lines() do
    local ok, entry = pcall(cjson.decode, line)
    broken = not ok and line ~= ""
    if ok and type(entry) == "table" and type(entry.file) == "string" then
      local err, file = entry.error, entry.file
      if type(entry.file_base64) == "string" then file = core.base64_decode(entry.file_base64) or file end
      done[file] = type(err) ~= "table" or err.retryable == false and err.category == "service" or nil
    end
  end
  local size = handle:seek("end")
  if size > 0 then
    handle:seek("end", -1)
    broken = handle:read(1) ~= "\n"
  end
  handle:close()
  return done, broken
end

return resume
