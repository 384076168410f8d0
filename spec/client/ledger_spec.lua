--- Tests the ledger: one line for every request that left, with what it cost; several processes append to one file; `idocr costs`.

local command = require "spec.support.command"
local idocr = require "idocr"
local json = require "idocr.json"
local process = require "spec.support.process"
local scripted = require "spec.support.scripted"

local KEYS = { secret_id = "AKIDsecretsecret", secret_key = "keykeykey" }
local PICTURE = idocr.bytes("\255\216\255" .. ("x"):rep(2000))

local function read(script, options)
  local lines = {}
  local settings = {
    credentials = KEYS, transport = scripted.new(script), precheck = false, retry = { attempts = 3, base = 0.01 },
    ledger = function(line) lines[#lines + 1] = line end,
  }
  for name, value in pairs(options or {}) do settings[name] = value end
  local card, err = idocr.new(settings):passport(PICTURE)
  return lines, card, err
end

local function fault(category, code, sent) return { category = category, code = code, message = "x", sent = sent } end

describe("a ledger", function()
  it("has one line for every request that left, and what it cost", function()
    local lines = read { scripted.error "RequestLimitExceeded", fault("connect", "ConnectFailed", false), scripted.ok() }
    assert.equal(2, #lines)
    assert.same({ "RequestLimitExceeded", false, 1 }, { lines[1].outcome, lines[1].billed, lines[1].attempt })
    assert.same({ "ok", true, 3 }, { lines[2].outcome, lines[2].billed, lines[2].attempt })
    assert.same({ "tencent", "MLIDPassportOCR" }, { lines[2].provider, lines[2].action })
    assert.equal("11111111-2222-3333-4444-555555555555", lines[2].request_id)
    assert.is_truthy(lines[1].time:find("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$"))
  end)

  it("says nil where the service does not say what a request cost", function()
    local lines, _, err = read { fault("network", "ConnectionReset", true) }
    assert.same({ 1, "ConnectionReset" }, { #lines, lines[1].outcome })
    assert.is_nil(lines[1].billed)
    assert.is_nil(err.billed)
    lines = read({ fault("network", "ConnectionReset", "part") }, { retry = false })
    assert.same({ "ConnectionReset", false }, { lines[1].outcome, lines[1].billed })
  end)

  it("has no line for a call that sent nothing", function()
    local lines = read({ fault("connect", "ConnectFailed", false) })
    assert.same({}, lines)
    lines = read({ scripted.ok() }, { credentials = function() return nil, "none" end })
    assert.same({}, lines)
  end)

  it("holds no secret, number or name", function()
    local lines = read { scripted.ok { ID = "K1234567", Name = "ROSA SPECIMEN", Sex = "F" } }
    local members = {}
    for name in pairs(lines[1]) do members[#members + 1] = name end
    table.sort(members)
    assert.same({ "action", "attempt", "billed", "outcome", "provider", "request_id", "time" }, members)
    lines = read({ fault("network", "K1234567 ROSA", true) }, { retry = false })
    assert.equal("TransportFailed", lines[1].outcome)
    lines = read({ scripted.error "K1234567 ROSA" }, { retry = false })
    assert.is_nil(lines[1].outcome:find("K1234567", 1, true))
  end)

  it("goes on when a line cannot be written, and says so", function()
    local events = {}
    local _, card = read({ scripted.ok() }, {
      ledger = function() error("full") end,
      on_event = function(name, fields) events[name] = fields end,
    })
    assert.is_table(card)
    assert.same({ provider = "tencent", action = "MLIDPassportOCR", ok = false }, events.ledger)
  end)

  it("refuses a file that cannot be appended to", function()
    assert.error_matches(function() idocr.new { ledger = "/nowhere/at/all" } end, "option ledger: the file cannot be appended to")
    assert.error_matches(function() idocr.new { ledger = 5 } end, "option ledger must be a path or a function, not a number")
  end)

  it("is one file for several processes, and idocr costs sums it up", function()
    local folder = process.tempdir()
    local path = folder .. "/ledger.jsonl"
    local script = ([[
      package.path = %q package.cpath = %q
      local idocr, scripted = require "idocr", require "spec.support.scripted"
      local client = idocr.new { credentials = { secret_id = "AKIDa", secret_key = "b" }, precheck = false, retry = false,
        rate = false, ledger = %q, transport = scripted.new {
          scripted.ok(), scripted.error "RequestLimitExceeded",
          { category = "network", code = "ConnectionReset", message = "", sent = true } } }
      for _ = 1, 100 do client:passport(idocr.bytes(("x"):rep(100))) end
    ]]):format(package.path, package.cpath, path)
    process.write(folder .. "/writer.lua", script)
    process.run(("for i in 1 2 3 4; do %s %s/writer.lua & done; wait"):format(process.lua, folder))
    local count = 0
    for line in io.lines(path) do
      count = count + 1
      assert.is_table(json.decode(line), line)
    end
    assert.equal(400, count)
    assert.equal("600", (process.run("stat -c %a " .. path):gsub("%s", "")))

    local out, status, err = command.run("costs --json %s", path)
    assert.same({ 0, "" }, { status, err })
    local billed, free, unknown = 0, 0, 0
    for line in out:gmatch("[^\n]+") do
      local row = json.decode(line)
      billed, free, unknown = billed + row.billed, free + row.free, unknown + row.unknown
      assert.same({ "tencent", "MLIDPassportOCR" }, { row.provider, row.action })
    end
    assert.same({ 4, 4, 392 }, { billed, free, unknown })

    process.write(path, '{"time":"2026-11-01T23:59:59Z","provider":"tencent","action":"A","billed":true}\n'
      .. '{"time":"2026-11-02T00:00:00Z","provider":"tencent","action":"A","billed":null}\nnot a line\n')
    out, status, err = command.run("costs %s", path)
    assert.equal(1, status)
    assert.is_truthy(out:find("2026%-11%-01[^\n]*A[^\n]*1[^\n]*0[^\n]*0"))
    assert.is_truthy(out:find("2026%-11%-02[^\n]*A[^\n]*0[^\n]*0[^\n]*1"))
    assert.is_truthy(err:find("1 lines are not of a ledger", 1, true))
  end)
end)
