-- Tests `idocr completion`: each shell parses its completions, which name every subcommand; the manual page has all of them.

local cli = require "spec.support.command"
local main = require "idocr.cli.main"
local process = require "spec.support.process"

describe("idocr completion", function()
  for _, format in ipairs { "bash", "zsh", "fish", "man" } do
    it("prints " .. format .. " with every subcommand", function()
      local out, status, err = cli.run("completion " .. format)
      assert.are.same({ 0, "" }, { status, err })
      for _, entry in ipairs(main.commands()) do assert.is_truthy(out:find(entry[1], 1, true), entry[1]) end
      assert.is_truthy(out:find(format == "man" and "\\-\\-concurrency" or "concurrency", 1, true))
      if format == "bash" then
        local path = process.tempdir() .. "/idocr"
        process.write(path, out)
        local script = ". " .. path .. "; COMP_WORDS=(idocr rea); COMP_CWORD=1; _idocr; echo \"${COMPREPLY[*]}\""
        assert.are.equal("read", process.run("bash -c " .. process.quote(script)))
      end
    end)
  end

  it("refuses another format", function()
    local _, status, err = cli.run "completion csh"
    assert.are.equal(2, status)
    assert.is_truthy(err:find("must be one of 'bash', 'zsh', 'fish', 'man'", 1, true))
  end)
end)
