-- What a batch remembers of earlier runs.

local process = require "spec.support.process"
local resume = require "idocr.cli.resume"

describe("the memory of a batch", function()
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

  it("holds cards and final answers, keeps apart what may have been billed, and repeats what cost nothing", function()
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

  it("understands lines of earlier versions, which had no `sent` and left out a `billed` that nobody knew", function()
    assert.are.equal("done done unsure again again", outcomes([[
{"file":"card","card":{}}
{"file":"refused","error":{"attempts":1,"billed":false,"category":"service","code":"FailedOperation.ImageBlur","retryable":false}}
{"file":"lost","error":{"attempts":1,"category":"timeout","code":"DeadlineExceeded","retryable":true}}
{"file":"unreachable","error":{"attempts":3,"billed":false,"category":"connect","code":"ConnectionRefused","retryable":true}}
{"file":"denied","error":{"attempts":0,"billed":false,"category":"credentials","code":"NoCredentials","retryable":false}}
]], "card", "refused", "lost", "unreachable", "denied"))
  end)

  it("never forgets a payment: of several lines of a file the most expensive one counts", function()
    local card, again, unsure = '{"file":"a","card":{}}\n', '{"file":"a","error":{"category":"connect","billed":false,"retryable":true}}\n',
      '{"file":"a","error":{"category":"timeout","retryable":true}}\n'
    assert.are.equal("done", outcomes(again .. card, "a"))
    assert.are.equal("done", outcomes(card .. unsure .. again, "a"))
    assert.are.equal("unsure", outcomes(unsure .. again, "a"))
    assert.are.equal("again", outcomes(again .. again, "a"))
  end)

  it("survives a line that was cut off, and lines that are something else", function()
    local memory, torn = load('{"file":"a.jpg","card":{}}\nnonsense\n[]\n{"file":3}\n\n{"file":"b.jpg","car')
    assert.are.equal("done", memory:outcome("a.jpg"))
    assert.is_nil(memory:outcome("b.jpg"))
    assert.is_true(torn)
    assert.is_false(select(2, load('{"file":"a.jpg","card":{}}\n')))
  end)

  it("is empty where there is no file, or one that may never end", function()
    for _, other in ipairs { folder .. "/none", "/dev/zero", folder } do
      local memory, torn = resume.load(other)
      assert.is_nil(memory:outcome("a.jpg"))
      assert.is_false(torn)
    end
  end)

  it("knows a picture by another way to its folder", function()
    process.run(("mkdir -p %s && ln -sf scans %s"):format(process.quote(folder .. "/scans"), process.quote(folder .. "/link")))
    local memory = load(('{"file":"%s/scans/a.jpg","card":{}}\n'):format(folder))
    for _, way in ipairs { "/scans/a.jpg", "/link/a.jpg", "/scans/../scans/a.jpg", "/./scans//a.jpg" } do
      assert.are.equal("done", memory:outcome(folder .. way), way)
    end
    assert.is_nil(memory:outcome(folder .. "/a.jpg"))
  end)

  it("knows the portraits that it wrote", function()
    local memory = load(('{"file":"a.jpg","card":{"portrait":{"bytes":3,"file":"%s/a-portrait.jpg"}}}\n'):format(folder))
    assert.is_true(memory:wrote(folder .. "/./a-portrait.jpg"))
    assert.is_false(memory:wrote(folder .. "/a.jpg"))
  end)
end)
