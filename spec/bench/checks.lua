-- Measures the offline checks in operations per second, beside the usual libraries of other languages on the same inputs:
--   npm `mrz` and `validator` (Node), python-stdnum (Python). What is not installed is left out.
-- One command: `lua5.4 spec/bench/checks.lua` from the checkout, after `make`. It runs itself under LuaJIT too.
--   IDOCR_BENCH_CHECKS=20000 documents; npm packages go to build/bench/checks (installed on the first run).
--
-- Measured on two shared cores (best of five; Lua 5.4, LuaJIT 2.1, Node 20, Python 3.11), a second:
--   machine readable zone   136,000 Lua 5.4   162,000 LuaJIT   29,000 to 51,000 npm mrz 5.0
--   Chinese number          397,000 Lua 5.4   944,000 LuaJIT   914,000 to 1,430,000 validator 13   6,700 python-stdnum 1.18
--   Malaysian number        420,000 Lua 5.4 1,431,000 LuaJIT   78,000 python-stdnum 1.18
--   card, whole report       13,000 Lua 5.4    14,000 LuaJIT   (a fourth of the cards is wrong, and a repair is looked for)
-- npm mrz calls a zone with an unknown state invalid, which is a word of warning here: hence fewer valid ones.

local here = arg[0]:match("^(.*)/spec/bench/[^/]+$") or "."
package.path = here .. "/lua/?.lua;" .. here .. "/lua/?/init.lua;" .. package.path

local china_id = require "idocr.checks.numbers.china_id"
local malaysia_id = require "idocr.checks.numbers.malaysia_id"
local mrz = require "idocr.checks.mrz"
local report = require "idocr.checks.report"

local DOCUMENTS = tonumber(os.getenv "IDOCR_BENCH_CHECKS") or 20000
local TODAY = { today = "2026-07-01" }
local FOLDER = here .. "/build/bench/checks"

local seed = 20260701
local function random(n)
  seed = seed * 16807 % 2147483647
  return seed % n + 1
end

local function word(alphabet, length)
  local out = {}
  for i = 1, length do
    local at = random(#alphabet)
    out[i] = alphabet:sub(at, at)
  end
  return table.concat(out)
end

local LETTERS, ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
local STATES = { "FRA", "MYS", "CHN", "USA", "CHE", "GBR" }
local FORMATS = { "TD1", "TD2", "TD3" }

-- Valid documents of the three sizes; every fourth has one character changed.
local function documents()
  local zones, cards = {}, {}
  for i = 1, DOCUMENTS do
    local fields = {
      format = FORMATS[i % 3 + 1], issuing_country = STATES[random(6)], nationality = STATES[random(6)], number = word(ALNUM, 9),
      surname = word(LETTERS, 3 + random(8)), given_name = word(LETTERS, 3 + random(5)), sex = random(2) == 1 and "M" or "F",
      birth_date = ("%04d-%02d-%02d"):format(1930 + random(80), random(12), random(28)),
      expiry_date = ("20%02d-%02d-%02d"):format(26 + random(9), random(12), random(28)),
    }
    local lines = assert(mrz.compose(fields))
    if i % 4 == 0 then
      local at = 14 + random(12)
      lines[2] = lines[2]:sub(1, at - 1) .. word(ALNUM, 1) .. lines[2]:sub(at + 1)
    end
    zones[i] = lines
    cards[i] = {
      kind = "passport", mrz = lines, number = fields.number, surname = fields.surname, given_name = fields.given_name, sex = fields.sex,
      birth_date = fields.birth_date, expiry_date = fields.expiry_date, nationality = fields.nationality,
      issuing_country = fields.issuing_country, warnings = {},
      visual = { number = fields.number, surname = fields.surname, given_name = fields.given_name, birth_date = fields.birth_date },
    }
  end
  return zones, cards
end

local function numbers()
  local chinese, malaysian = {}, {}
  for i = 1, DOCUMENTS do
    local first = ("360426%04d%02d%02d%03d"):format(1930 + random(80), random(12), random(28), random(999))
    chinese[i] = first .. (i % 4 == 0 and "0" or china_id.check_character(first))
    malaysian[i] = ("%02d%02d%02d-%02d-%04d"):format(random(100) - 1, random(12), random(28), random(16), random(9999))
  end
  return chinese, malaysian
end

local engine = rawget(_G, "jit") and "LuaJIT" or _VERSION

-- The best of five rounds: other work on the machine only ever makes a round slower.
local function measure(what, inputs, run)
  local best, valid = math.huge, 0
  for _ = 1, 5 do
    valid = 0
    local started = os.clock()
    for i = 1, #inputs do
      if run(inputs[i]) then valid = valid + 1 end
    end
    best = math.min(best, os.clock() - started)
  end
  print(("%-28s %-22s %9d /s  %6d valid"):format(what, "idocr, " .. engine, math.floor(#inputs / best), valid))
end

local zones, cards = documents()
local chinese, malaysian = numbers()
measure("machine readable zone", zones, function(lines) return mrz.parse(lines, TODAY).valid end)
measure("Chinese number", chinese, function(number) return china_id.parse(number, TODAY).valid end)
measure("Malaysian number", malaysian, function(number) return malaysia_id.parse(number, TODAY).valid end)
measure("card, whole report", cards, function(card) return report.make(card, TODAY).ok end)
if arg[1] == "--alone" then return end

local function sure(command) -- 5.1 gives a number, later ones true
  local first = os.execute(command)
  return first == true or first == 0
end

sure(("mkdir -p '%s'"):format(FOLDER))
local function write(name, lines)
  local file = assert(io.open(FOLDER .. "/" .. name, "w"))
  for _, line in ipairs(lines) do file:write(type(line) == "table" and table.concat(line, " ") or line, "\n") end
  file:close()
end
write("zones.txt", zones)
write("chinese.txt", chinese)
write("malaysian.txt", malaysian)

io.stdout:flush()
if sure "command -v luajit >/dev/null" then sure(("luajit '%s' --alone"):format(arg[0])) end
if sure "command -v node >/dev/null" then
  if sure(("test -d '%s/node_modules/mrz' || npm install --silent --no-audit --no-fund --prefix '%s' mrz@5 validator@13 >&2"):format(
    FOLDER, FOLDER)) then
    sure(("cp '%s/spec/bench/checks.mjs' '%s/' && node '%s/checks.mjs' '%s'"):format(here, FOLDER, FOLDER, FOLDER))
  end
end
if sure "python3 -c 'import stdnum' 2>/dev/null" then sure(("python3 '%s/spec/bench/checks.py' '%s'"):format(here, FOLDER)) end
