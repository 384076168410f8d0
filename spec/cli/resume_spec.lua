-- Tests how a batch reads the output of earlier runs.

local process = require "spec.support.process"
local resume = require "idocr.cli.resume"

describe("idocr.cli.resume", function()
  local folder, path
  setup(function() folder = process.tempdir() end)
  before_each(function() path = folder .. "/lines.jsonl" end)

  local function load(text)
    process.write(path, text)
    return resume.load(path)
  end

  local function outcomes(text, ...)
    local memory, found = load(text), {}
    for index, name in ipairs { ... } do found[index] = memory:outcome(name) or "nothing" end
    return table.concat(found, " ")
  end

  it("classifies results as done, unsure (may have been billed), or again (cost nothing)", function()
    assert.are.equal("done done unsure unsure again again again nothing", outcomes([[
{"file":"card","card":{"number":"1"}}
{"file":"billed","error":{"category":"image","code":"FailedOperation.EmptyImageError","retryable":false,"billed":true,"sent":true}}
{"file":"lost","unsure":true,"error":{"category":"network","code":"ConnectionClosed","retryable":true,"sent":true}}
{"file":"null","error":{"category":"http","code":"HttpStatus","retryable":true,"sent":true,"billed":null}}
{"file":"busy","error":{"category":"throttled","code":"RequestLimitExceeded","retryable":true,"billed":false,"sent":true}}
{"file":"unreachable","error":{"category":"connect","code":"ConnectionRefused","retryable":true,"billed":false,"sent":false}}
{"file":"local","error":{"category":"image","code":"PictureTooLarge","retryable":false,"billed":false,"sent":false}}
]], "card", "billed", "lost", "null", "busy", "unreachable", "local", "other"))
  end)

  it("reads lines of earlier versions, which have no `sent` and no unknown `billed`", function()
    assert.are.equal("done done unsure again again", outcomes([[
{"file":"card","card":{}}
{"file":"refused","error":{"attempts":1,"billed":false,"category":"service","code":"FailedOperation.ImageBlur","retryable":false}}
{"file":"lost","error":{"attempts":1,"category":"timeout","code":"DeadlineExceeded","retryable":true}}
{"file":"unreachable","error":{"attempts":3,"billed":false,"category":"connect","code":"ConnectionRefused","retryable":true}}
{"file":"denied","error":{"attempts":0,"billed":false,"category":"credentials","code":"NoCredentials","retryable":false}}
]], "card", "refused", "lost", "unreachable", "denied"))
  end)

  it("uses the line with the most expensive outcome if a file has several", function()
    local card, again, unsure = '{"file":"a","card":{}}\n', '{"file":"a","error":{"category":"connect","billed":false,"retryable":true}}\n',
      '{"file":"a","error":{"category":"timeout","retryable":true}}\n'
    assert.are.equal("done", outcomes(again .. card, "a"))
    assert.are.equal("done", outcomes(card .. unsure .. again, "a"))
    assert.are.equal("unsure", outcomes(unsure .. again, "a"))
    assert.are.equal("again", outcomes(again .. again, "a"))
  end)

  it("ignores incomplete and unknown lines", function()
    local memory, torn = load('{"file":"a.jpg","card":{}}\nnonsense\n[]\n{"file":3}\n\n{"file":"b.jpg","car')
    assert.are.equal("done", memory:outcome("a.jpg"))
    assert.is_nil(memory:outcome("b.jpg"))
    assert.is_true(torn)
    assert.is_false(select(2, load('{"file":"a.jpg","card":{}}\n')))
  end)

  it("returns nothing for a missing file, and for a pipe or device", function()
    for _, other in ipairs { folder .. "/none", "/dev/zero", folder } do
      local memory, torn = resume.load(other)
      assert.is_nil(memory:outcome("a.jpg"))
      assert.is_false(torn)
    end
  end)

  it("finds a picture by another path to its folder", function()
    process.run(("mkdir -p %s && ln -sf scans %s"):format(process.quote(folder .. "/scans"), process.quote(folder .. "/link")))
    local memory = load(('{"file":"%s/scans/a.jpg","card":{}}\n'):format(folder))
    for _, way in ipairs { "/scans/a.jpg", "/link/a.jpg", "/scans/../scans/a.jpg", "/./scans//a.jpg" } do
      assert.are.equal("done", memory:outcome(folder .. way), way)
    end
    assert.is_nil(memory:outcome(folder .. "/a.jpg"))
  end)

  it("finds a renamed picture where a copy of it was read too, but not one more copy", function()
    local memory = load '{"file":"a","sha256":"01","card":{}}\n{"file":"./b","sha256":"01","card":{}}\n'
    local a, b, c = memory:canonical "a", memory:canonical "b", memory:canonical "c"
    local function hash() return "01" end
    assert.equal("done", memory:outcome("c", hash, { [b] = true, [c] = true }))
    assert.is_nil(memory:outcome("c", hash, { [a] = true, [b] = true, [c] = true }))
  end)

  it("knows the portraits that earlier runs wrote", function()
    local memory = load(('{"file":"a.jpg","card":{"portrait":{"bytes":3,"file":"%s/a-portrait.jpg"}}}\n'):format(folder))
    assert.is_true(memory:wrote(folder .. "/./a-portrait.jpg"))
    assert.is_false(memory:wrote(folder .. "/a.jpg"))
  end)
end)
