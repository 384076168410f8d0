-- Runs the example of "Other event loops" in docs/reference.md.

local idocr = require "idocr"
local process = require "spec.support.process"
local specimens = require "idocr.sandbox.specimens"

local section = assert(process.read("docs/reference.md"):match("\n## Other event loops\n(.-)\n## "))

describe('"Other event loops" in docs/reference.md', function()
  it("has an example that runs", function()
    local printed, waits = {}, {}
    local code = section:match("```lua\n(.-)```"):gsub("passport%.jpg", (specimens.path("passport"):gsub("%%", "%%%%")))
    local client = idocr.new { transport = "sandbox" }
    local environment = {
      client = client,
      print = function(text) printed[#printed + 1] = text end,
      wait_for = function(fds, seconds) waits[#waits + 1] = { #fds, type(seconds) } end,
    }
    local chunk
    if setfenv then -- luacheck: globals setfenv loadstring
      chunk = setfenv(assert(loadstring(code)), environment)
    else
      chunk = assert(load(code, "=example", "t", environment))
    end
    chunk()
    assert.same({ "X00000000" }, printed)
    for _, wait in ipairs(waits) do assert.same({ 0, "number" }, wait) end -- the sandbox has no descriptors
  end)

  it("describes every function of started calls", function()
    for _, name in ipairs { "client:start(", "client:step(", "client:fds(", "call:done()", "call:result()", "call:cancel()" } do
      assert.is_truthy(section:find("### [^\n]*" .. name:gsub("%p", "%%%0")), name)
    end
  end)
end)
