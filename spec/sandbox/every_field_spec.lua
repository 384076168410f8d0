-- Property test: whatever right value a stamp sets in any field of any kind, the client reads the same value from the mock server's
-- response, through every service and site.

local core = require "idocr.core"
local idocr = require "idocr"
local kinds = require "idocr.kinds"
local process = require "spec.support.process"
local scripted = require "spec.support.scripted"
local specimens = require "idocr.sandbox.specimens"
local stamp = require "idocr.sandbox.stamp"

-- A generator of its own, so that a failure can be repeated on both Luas.
local state = 1
local function random(most)
  state = (state * 16807) % 2147483647
  return state % most + 1
end
local function one_of(list) return list[random(#list)] end

local WORDS = { "ANA", "DE LA CRUZ", "O'NEIL", "สมชาย", "张伟", "Ñandú", "12/B", "A-77", "***", "JL. MAWAR NO 5", "X1" }
local NAMES = { "ANA", "MARIA", "SUTRISNO", "สมหญิง", "李", "LÓPEZ" }

local function day() return ("%04d-%02d-%02d"):format(1930 + random(110), random(12), random(28)) end
local function year() return ("%d"):format(1930 + random(110)) end
local function text() return one_of(WORDS) end
local function sex() return one_of { "M", "F" } end
local function flag() return one_of { true, false } end
local function metres() return tonumber(("1.%02d"):format(random(99))) end

-- converter -> a function that makes a value which it can give
local MADE = {
  text = text, sex = sex, sex_es = sex, boolean = flag, metres = metres, centimetres = metres,
  mrz_text = function() return one_of { "ROSSI", "AB", "P", "X1234567" } end,
  compact = function() return one_of { "1234567890123", "01A", "7" } end,
  resident_type = function() return one_of { "permanent", "non-permanent" } end,
  date = day, date_dmy = day, date_mdy = day, date_at_start = day, date_at_end = day, period_start = day, period_end = day,
  text_before_date = function() return one_of { "JAKARTA", "KOTA BARU", "D.I. YOGYAKARTA" } end,
  text_after_date = function() return one_of { "CGPI/DIREX/PF", "SSP SP" } end,
  month_year = function() return ("%04d-%02d"):format(1930 + random(110), random(12)) end,
  year = year, last_year = year,
  period_open = function() return true end, open_end = function() return true end,
  integer = function() return random(40) end, number = function() return random(400) / 4 end, score = function() return random(100) end,
  positions = function() return { "Portrait", "Name" } end,
}

local PHOTO = process.read(specimens.path "passport")

local ENDLESS = { period_open = true, open_end = true } -- take the place of a date

-- Returns what a stamp can set for a service: a list of { name, make, as }; the first output of a field counts.
local function settable(service)
  local list, seen, main = {}, {}, {}
  for _, output in ipairs(service.outputs) do main[output.wire] = true end
  local function add(outputs, prefix)
    for _, output in ipairs(outputs or {}) do
      local name = prefix .. output.field
      if output.as ~= "picture" and not seen[name] and not (prefix ~= "" and main[output.wire]) then -- one member, one value
        seen[name] = true
        local values = {}
        for _, value in pairs(output.values or {}) do values[#values + 1] = value end
        table.sort(values, function(a, b) return tostring(a) < tostring(b) end)
        local make = values[1] ~= nil and function() return one_of(values) end or assert(MADE[output.as], output.as)
        list[#list + 1] = { name = name, make = make, as = output.as }
      end
    end
  end
  add(service.outputs, "")
  add(service.visual, "visual.")
  for _, rule in ipairs(service.composed or {}) do
    if not seen[rule.field] then
      seen[rule.field] = true
      local function make()
        local parts = {}
        for index = 1, #rule.from do parts[index] = one_of(NAMES) end
        return table.concat(parts, rule.separator)
      end
      if rule.separator == "" then make = function() return "李小明" end end
      list[#list + 1] = { name = rule.field, make = make, as = "composed" }
    end
  end
  return list
end

local function targets(service)
  if not service.sites then return { {} } end
  local list = {}
  for site in pairs(service.sites) do list[#list + 1] = { site = site } end
  return list
end

-- A new client each time: the mock server of a client limits its calls per second.
local function read(kind, service, site, fields, params, picture)
  local client = idocr.new { provider = service.provider, site = site, transport = "sandbox", rate = false }
  local given = {}
  for name, value in pairs(fields) do given[name] = type(value) == "table" and table.concat(value, ",") or tostring(value) end -- as --set
  if service.min_side then picture = PHOTO end
  local stamped = assert(stamp.write(picture or scripted.PNG, { kind = kind, fields = given }))
  params = params or {}
  params.image, params.precheck = idocr.bytes(stamped), false
  if service.when then params[service.when] = true end
  for name, param in pairs(idocr.describe(kind).params) do
    if param.required then params[name] = param.values and param.values[1] or "PHL" end
  end
  local card, err = client:read(kind, params)
  client:close()
  if not card then error(tostring(err), 0) end
  return card
end

local function value_of(card, name)
  local group, inner = name:match("^(%l+)%.(.+)$")
  if group then return (card[group] or {})[inner] end
  local list, index = name:match("^([%w_]+)%[(%d)%]$")
  if list then return (card[list] or card[list .. "_part"] or {})[tonumber(index)] end
  return card[name]
end

local function each_service(run)
  for _, name in ipairs(kinds.list()) do
    local kind = kinds.get(name)
    for index, service in ipairs(kind.services) do
      for _, target in ipairs(targets(service)) do
        run(kind, service, target.site, ("%s, %s %s"):format(name, service.action, target.site or ""), index)
      end
    end
  end
end

describe("a stamp of", function()
  each_service(function(kind, service, site, title, seed)
    it("any field gives that value back: " .. title, function()
      state = seed
      for _, field in ipairs(service.result and {} or settable(service)) do -- an asynchronous action takes a while
        if not field.name:find("%[") then -- an element of a list needs the others
          local value = field.make()
          local fields = { [field.name] = value }
          -- an action of several kinds refuses a card with nothing else on it
          if service.shows and field.name == "document_type" then fields.number = "1" end
          local card = read(kind.kind, service, site, fields)
          assert.same(value, value_of(card, field.name), field.name)
        end
      end
    end)

    it("all fields gives all values back: " .. title, function()
      state = seed + 7
      for _ = 1, service.result and 1 or 3 do
        local all = {}
        for _, field in ipairs(settable(service)) do
          if field.as ~= "composed" and not ENDLESS[field.as] then all[field.name] = field.make() end
        end
        local card = read(kind.kind, service, site, all)
        for name, value in pairs(all) do assert.same(value, value_of(card, name), name) end
        assert.is_nil(card.unread)
      end
    end)
  end)
end)

describe("a stamp with", function()
  it("each warning by its name gives that warning, through every service that has it", function()
    local seen = 0
    each_service(function(kind, service, site, title)
      local names = {}
      for _, codes in pairs(service.warnings) do
        for _, name in pairs(codes) do
          if name then names[name] = true end
        end
      end
      local list = {}
      for name in pairs(names) do list[#list + 1] = name end
      for index = 1, service.result and 1 or #list do
        local asked = service.result and list or { list[index] } -- an asynchronous action takes a while
        local card = read(kind.kind, service, site, { warnings = asked, number = "1" })
        assert.equal(#asked, #card.warnings, title)
        for _, name in ipairs(asked) do assert.is_true(card:has_warning(name), title .. " " .. name) end
        seen = seen + #asked
      end
    end)
    assert.is_true(seen > 100)
  end)

  it("a confidence gives it back beside its value", function()
    local seen = 0
    each_service(function(kind, service, site, title)
      local has = {}
      for _, field in pairs(service.embedded and service.embedded.AdvancedInfo and service.confidence or {}) do has[field] = true end
      for _, output in ipairs(service.outputs) do has[output.field] = has[output.field] or output.confidence ~= nil end
      for _, field in ipairs(settable(service)) do
        if has[field.name] and not ENDLESS[field.as] then
          local card = read(kind.kind, service, site, { [field.name] = field.make(), number = "1", ["confidence." .. field.name] = "0.5" })
          assert.equal(0.5, (card.confidence or {})[field.name], title .. " " .. field.name)
          seen = seen + 1
        end
      end
    end)
    assert.is_true(seen > 100)
  end)

  it("each picture gives it back when it is asked for", function()
    local picture = core.base64_encode(scripted.PNG)
    local seen = 0
    each_service(function(kind, service, site, title)
      for _, output in ipairs(service.outputs) do
        if output.as == "picture" then
          local params = { portrait = output.field:find("^portrait") and true or nil }
          for name, param in pairs(kind.params or {}) do
            if param.type == "boolean" and name == "crop" then params[name] = true end
          end
          local card = read(kind.kind, service, site, { [output.field] = picture }, params, PHOTO)
          assert.equal(scripted.PNG, card[output.field], title .. " " .. output.field)
          seen = seen + 1
        end
      end
    end)
    assert.is_true(seen > 25)
  end)
end)
