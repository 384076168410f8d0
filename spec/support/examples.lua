--- Runs the Lua blocks of Markdown pages (spec/support/example_runner.lua) in a folder with a picture of every kind.

local idocr = require "idocr"
local process = require "spec.support.process"
local redis = require "spec.support.redis"
local specimens = require "idocr.sandbox.specimens"
local stamp = require "idocr.sandbox.stamp"

local examples = {}

--- Returns the blocks of a page in a language, with the line where each begins.
---@param text string
---@param language string
---@return { code: string, line: integer }[]
function examples.blocks(text, language)
  local found, line, start, lines = {}, 0, nil, nil
  for content in (text .. "\n"):gmatch("([^\n]*)\n") do
    line = line + 1
    if lines and content:find("^```") then
      found[#found + 1] = { code = table.concat(lines, "\n"), line = start }
      lines = nil
    elseif lines then
      lines[#lines + 1] = content
    elseif content == "```" .. language then
      start, lines = line, {}
    end
  end
  return found
end

--- Makes the folder: KIND.jpg and KIND-back.jpg for every kind, more names for a passport, and pictures that fail.
---@return string folder
function examples.folder()
  local folder, plain = process.tempdir(), process.read(specimens.path "passport")
  local function stamped(name, wanted) process.write(folder .. "/" .. name, assert(stamp.write(plain, wanted))) end
  for _, kind in ipairs(idocr.kinds()) do
    local specimen = specimens.path(kind)
    if specimen then process.write(folder .. "/" .. kind .. ".jpg", process.read(specimen)) end
    if not specimen then stamped(kind .. ".jpg", { kind = kind }) end
    if idocr.describe(kind).params.back then stamped(kind .. "-back.jpg", { kind = kind }) end
  end
  stamped("front.jpg", { kind = "any_card", fields = { number = "1" } })
  stamped("back.jpg", { kind = "any_card" })
  stamped("glare.jpg", { kind = "passport", fields = { number = "X1234567", warnings = "glare" } })
  stamped("blurry.jpg", { error = "FailedOperation.ImageBlur" })
  stamped("failing.jpg", { kind = "malaysia_id", fault = "throttled" })
  stamped("busy.jpg", { kind = "passport", fault = "throttled*2" })
  process.write(folder .. "/photo.jpg", plain)
  process.write(folder .. "/empty.jpg", "")
  process.run(("mkdir %s && cp %s %s"):format(process.quote(folder .. "/scans"), process.quote(specimens.path "passport"),
    process.quote(folder .. "/scans/a.jpg")))
  process.write(folder .. "/scans/b.jpg", process.read(folder .. "/glare.jpg"))
  return folder
end

--- Returns search paths that work in another folder.
---@param path string package.path or package.cpath
---@return string
function examples.absolute(path)
  local root = process.run "pwd"
  return (path:gsub("%f[^;%z]%./", root .. "/"):gsub("%f[^;%z]([%w_][^;]*)", root .. "/%1"):gsub("^([%w_][^;]*)", root .. "/%1"))
end

--- Runs a command of this Lua in a folder, with idocr and spec on its paths. Returns its output and status.
---@param folder string
---@param arguments string
---@param queue string? URL of a queue for the blocks
---@return string output
---@return integer status
function examples.lua(folder, arguments, queue)
  local q = process.quote
  local path = examples.absolute(package.path) .. ";" .. process.run "pwd" .. "/?.lua"
  return process.capture(("cd %s && EXAMPLE_QUEUE=%s LUA_PATH=%s LUA_CPATH=%s %s %s 2>&1"):format(q(folder), q(queue or ""), q(path),
    q(examples.absolute(package.cpath)), process.lua, arguments))
end

--- Runs blocks. Returns what failed: a list of messages.
---@param blocks { code: string, name: string }[]
---@return string[] failed
function examples.run(blocks)
  local folder, server = examples.folder(), nil
  local names = {}
  for index, block in ipairs(blocks) do
    local code = block.code
    local needs_server = code:find("redis://", 1, true) or code:find("%f[%w]queue:")
    if needs_server and redis.available() and not server then server = redis.start() end
    if not needs_server or server then
      if server then code = code:gsub("redis://127%.0%.0%.1:6379", server.url) end
      names[#names + 1] = process.quote(("%03d %s"):format(index, block.name:gsub("/", " ")))
      process.write(folder .. "/" .. ("%03d %s"):format(index, block.name:gsub("/", " ")), code)
    end
  end
  local runner = process.quote(process.run "pwd" .. "/spec/support/example_runner.lua")
  local output, status = examples.lua(folder, runner .. " " .. table.concat(names, " "), server and server.url .. "/0/examples")
  if server then server.stop() end
  local failed = {}
  for message in output:gmatch("FAILED [^\n]*") do failed[#failed + 1] = message end
  if status ~= 0 and not failed[1] then failed[1] = output end
  return failed
end

return examples
