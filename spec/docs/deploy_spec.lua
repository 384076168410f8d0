--- The files of examples/deploy: systemd accepts the units, and they name commands and options that exist.

local cli = require "spec.support.command"
local process = require "spec.support.process"

describe("examples/deploy", function()
  it("has units that systemd accepts", function()
    if process.run "command -v systemd-analyze || true" == "" then return pending "systemd-analyze is not installed" end
    for _, unit in ipairs { "idocr-work", "idocr-gateway" } do
      local said = process.run(("systemd-analyze verify examples/deploy/%s.service 2>&1 || true"):format(unit))
      for line in said:gmatch("[^\n]+") do -- of what is not installed here, or of the machine's own units
        local foreign = line:find("is not executable", 1, true) or line:find("man ", 1, true)
        assert.is_falsy(line:find(unit .. ".service", 1, true) and not foreign, line)
      end
    end
  end)

  it("has a worker whose options the command knows", function()
    local options = process.read("examples/deploy/idocr-work.service"):match("ExecStart=%S+ work ([^\n]+)")
    local help = cli.run "work --help"
    for option in options:gmatch("%-%-[%l-]+") do assert.is_truthy(help:find(option, 1, true), option) end
  end)
end)
