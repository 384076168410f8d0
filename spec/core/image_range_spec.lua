--- Tests pictures that are a range of a file or a string, such as a part of a form.

local core = require "idocr.core"
local process = require "spec.support.process"

describe("a picture that is a range of a file or string", function()
  local TEXT = "0123456789abcdef"
  local path

  setup(function() path = process.write(process.tempdir() .. "/form", TEXT) end)

  it("begins and ends at the given offsets", function()
    for _, image in ipairs { core.image_file(path, 4, 6), core.image_bytes(TEXT, 4, 6) } do
      assert.equal(6, image:size())
      assert.equal("456789", image:read(0, 100))
      assert.equal("67", image:read(2, 2))
      assert.equal(core.sha256 "456789", image:sha256())
      local body = core.body { "<", { image = image, encoding = "base64" }, ">" }
      assert.equal("<NDU2Nzg5>", tostring(body))
      assert.equal(core.sha256 "<NDU2Nzg5>", body:sha256())
    end
  end)

  it("must not be empty or pass the end", function()
    for _, make in ipairs { function(...) return core.image_file(path, ...) end, function(...) return core.image_bytes(TEXT, ...) end } do
      assert.equal("range", select(3, make(4, 13)))
      assert.equal("range", select(3, make(17, 1)))
      assert.equal("range", select(3, make(1, 9e15)))
      assert.equal("empty", select(3, make(4, 0)))
      assert.equal(12, make(4, 12):size())
      assert.has_error(function() make(4) end)
      assert.has_error(function() make(-1, 2) end)
    end
  end)

  it("returns an error when its file changes", function()
    local image = core.image_file(path, 4, 6)
    process.write(path, TEXT .. "g")
    assert.equal("changed", select(3, image:sha256()))
    process.write(path, TEXT)
  end)
end)
