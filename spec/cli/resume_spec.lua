-- What a batch remembers of an earlier run.

local resume = require "idocr.cli.resume"

describe("the memory of a batch", function()
  local path
  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  local function load(text)
    local handle = assert(io.open(path, "wb"))
    handle:write(text)
    handle:close()
    return resume.load(path)
  end

  it("holds what has a card, and what the service refused for good", function()
    local done, broken = load([[
{"file":"a.jpg","card":{"number":"1"}}
{"file":"b.jpg","error":{"category":"service","code":"X","retryable":false}}
{"file":"c.jpg","error":{"category":"throttled","code":"X","retryable":true}}
{"file":"d.jpg","error":{"category":"connect","code":"X","retryable":false}}
]])
    assert.are.same({ ["a.jpg"] = true, ["b.jpg"] = true }, done)
    assert.is_false(broken)
  end)

  it("lets the last word count", function()
    local done = load('{"file":"a","error":{"category":"connect","retryable":true}}\n{"file":"a","card":{}}\n')
    assert.is_true(done.a)
  end)

  it("survives a line that was cut off", function()
    local done, broken = load('{"file":"a.jpg","card":{}}\n{"file":"b.jpg","car')
    assert.are.same({ ["a.jpg"] = true }, done)
    assert.is_true(broken)
  end)

  it("is empty where there is no file", function()
    os.remove(path)
    assert.are.same({}, (resume.load(path)))
  end)
end)
