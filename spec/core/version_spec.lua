--- Checks that the library, the command, the rockspec and the changelog have the same version.

local idocr = require "idocr"
local process = require "spec.support.process"

describe("the version", function()
  it("is semantic, and the same everywhere", function()
    local version = idocr.version
    assert.is_truthy(version:find("^%d+%.%d+%.%d+$"), version)
    assert.equal("idocr " .. version, idocr._VERSION)
    local rockspec = process.read(("rockspec/idocr-%s-1.rockspec"):format(version))
    assert.is_truthy(rockspec:find(('version = "%s-1"'):format(version), 1, true))
    assert.is_truthy(process.read("CHANGELOG.md"):find("\n## " .. version, 1, true))
    assert.is_truthy(rockspec:find(("idocr-%s.tar.gz"):format(version), 1, true))
  end)
end)
