-- Every service of every kind decodes random replies of the right shape, and replies in which any member is absent, null or of another
-- type: nothing raises, and every field that is filled has the form of its converter.
local core = require "idocr.core"
local decode = require "idocr.decode.card"
local json = require "idocr.json"
local kinds = require "idocr.kinds"
local warnings = require "idocr.decode.warnings"

local PICTURE = core.base64_encode("\137PNG\r\n\26\n" .. ("picture"):rep(9))

-- A generator of its own, so that a failure can be repeated on both Luas.
local state = 1
local function random(most)
  state = (state * 16807) % 2147483647
  return state % most + 1
end
local function one_of(list) return list[random(#list)] end

local DATES = {
  "19900102", "1990/1/2", "1990.01.02", "02/01/1990", "2 Jan 1990", "1990年1月2日", "5 พ.ย. 2513", "23-09-18", "(06-03)", "30/02/1990",
  "01/01/8207", "JAKARTA 04-03-1990", "29/11/2020 CGPI/DIREX/PF", "2017 01", "2022-2032", "6年", "长期", "SEUMUR HIDUP", "Indeterminado",
}
local PERIODS = {
  "2010.07.21-2020.07.21", "2010.07.21-长期", "自2023年09月15日至2033年09月14日", "28/02/2020~27/08/2020", "2010.13.21-2020.07.21", "长期",
}
local SEXES = { "M", "F", "男M", "LAKI-LAKI", "Female", "H", "未知", "X", "<" }

-- What a service may send by converter; other converters get TEXTS.
local SAMPLES = {
  picture = { PICTURE }, boolean = { true, false, "true" }, sex = SEXES, sex_es = SEXES, period_start = PERIODS, period_end = PERIODS,
  period_open = PERIODS, number = { 1, 1.5, "2.5", -3 }, integer = { 0, 7, "02", 1.5 }, score = { 0, 100, 101, "55" },
  metres = { "1.72", 1.8, "170" }, centimetres = { "178", 178, "1.78", "178 cm" }, resident_type = { 1, 0, -1, "Permanent" },
  positions = { json.decode '[{"Position":"Portrait"},{"Position":null},7]' },
}
for name in ("date date_dmy date_mdy date_at_start date_at_end text_before_date text_after_date month_year year last_year "
  .. "open_end"):gmatch("%S+") do
  SAMPLES[name] = DATES
end
local TEXTS = { "A1", " padded ", "李明", "", "无", "***", "นาย สมชาย", 42 }
local ABSENT = "absent"
local JUNK = { ABSENT, "null", "true", "-1.5", '""', '"x"', "[]", "{}", '[1,"a",null,{}]' } -- JSON

-- ---- forms of fields

local function is_text(value) return type(value) == "string" and value ~= "" and core.text(value) == value end
local function is_day(value)
  local y, m, d = tostring(value):match("^(%d%d%d%d)-(%d%d)-(%d%d)$")
  return y and core.iso_date(y, m, d) == value
end
local function is_number(value) return type(value) == "number" and value == value end
local function is_boolean(value) return type(value) == "boolean" end
local function is_year(value) return type(value) == "string" and value:find("^%d%d%d%d$") ~= nil end
local function is_sex(value) return value == "M" or value == "F" or value == "X" end
local function is_metres(value) return is_number(value) and value > 0 and value < 3 end

local FORMS = {
  boolean = is_boolean, number = is_number, integer = is_number, metres = is_metres, centimetres = is_metres,
  score = is_number, sex = is_sex, sex_es = is_sex, open_end = is_boolean, period_open = is_boolean, year = is_year, last_year = is_year,
  positions = function(value) return type(value) == "table" and is_text(value[1]) end,
  month_year = function(value) return is_day(tostring(value) .. "-01") end,
  resident_type = function(value) return value == "permanent" or value == "non-permanent" end,
  date = is_day, date_dmy = is_day, date_mdy = is_day, date_at_start = is_day, date_at_end = is_day,
  period_start = is_day, period_end = is_day,
  picture = function(value) return type(value) == "string" and value:find("^\137PNG") ~= nil end,
}

-- Returns the forms that each field of a list of outputs may have.
local function forms_of(outputs, composed)
  local forms = {}
  for _, output in ipairs(outputs) do
    local name = output.field:match("^[%w_]+")
    forms[name] = forms[name] or {}
    local form = FORMS[output.as] or is_text
    if output.values then form = function(value) return value ~= nil end end
    if name ~= output.field then form = function(list) return type(list) == "table" and is_text(list[1]) end end
    table.insert(forms[name], form)
    if name ~= output.field then forms[name .. "_part"] = forms[name] end
  end
  for _, rule in ipairs(composed or {}) do forms[rule.field] = forms[rule.field] or { is_text } end
  return forms
end

local function must(right, ...)
  if not right then error(table.concat({ ... }, " "), 0) end
end

local function check_fields(fields, forms, where)
  for name, value in pairs(fields) do
    local right = not forms[name]
    for _, form in ipairs(forms[name] or {}) do right = right or form(value) end
    must(right, where, "the form of", name)
  end
end

local OURS = {}
for name in ("kind provider document_type request_id raw warnings unread confidence visual"):gmatch("%S+") do OURS[name] = true end

-- ---- replies

local function paths_of(service)
  local paths = {}
  for _, list in ipairs { service.outputs, service.visual or {} } do
    for _, output in ipairs(list) do
      paths[#paths + 1] = { output.wire, SAMPLES[output.as] or TEXTS }
      if output.confidence then paths[#paths + 1] = { output.confidence, { 0, 90, 101, "7" } } end
    end
  end
  for list in pairs(service.warnings) do
    if list:find("*", 1, true) then
      paths[#paths + 1] = { (list:gsub("%*", "Flag")), { 0, 1, true } }
    else
      paths[#paths + 1] = { list, { -9101, "WORD", json.decode '[-9102,"-9103",1.5,null,"WORD",{}]' } }
    end
  end
  if service.shows then paths[#paths + 1] = { (service.shows.wire:gsub("%*", "Other")), { "x", 1 } } end
  return paths
end

-- What the spec derives from a service once.
local function shape_of(service)
  local forms = forms_of(service.outputs, service.composed)
  forms.document_type = nil
  return { service = service, forms = forms, visual = forms_of(service.visual or {}), paths = paths_of(service) }
end

local function check_card(card, shape, where)
  for name in pairs(card) do must(OURS[name] or shape.forms[name], where, "nothing fills", name) end
  check_fields(card, shape.forms, where)
  check_fields(card.visual or {}, shape.visual, where)
  for field, value in pairs(card.confidence or {}) do must(value >= 0 and value <= 1, where, "the confidence of", field) end
  for _, warning in ipairs(card.warnings) do must(warnings.MESSAGES[warning.name], where, "the warning", warning.name) end
end

local function put(reply, path, value)
  local object, last = reply, nil
  for name in path:gmatch("[^.]+") do
    if last then
      if type(object[last]) ~= "table" then object[last] = {} end
      object = object[last]
    end
    last = name
  end
  object[last] = value
end

-- Returns a random reply; the members in `without` get that value.
local function reply_of(shape, without)
  local reply = { RequestId = "r-1" }
  for _, path in ipairs(shape.paths) do
    if random(5) > 1 then put(reply, path[1], one_of(path[2])) end
  end
  for path, value in pairs(without or {}) do
    if value == ABSENT then value = nil else value = json.decode(value) end
    put(reply, path, value)
  end
  for path in pairs(shape.service.embedded or {}) do
    local value = reply[path]
    if type(value) == "table" then reply[path] = json.encode(value) end
  end
  return reply
end

-- Returns every member of the replies of a service, inner ones and the objects that hold them.
local function positions_of(shape)
  local positions, seen = {}, {}
  for _, path in ipairs(shape.paths) do
    local prefix
    for name in path[1]:gmatch("[^.]+") do
      prefix = prefix and prefix .. "." .. name or name
      if not seen[prefix] then positions[#positions + 1] = prefix end
      seen[prefix] = true
    end
  end
  return positions
end

local function check(kind, shape, reply, where)
  local card = decode.card(kind, shape.service, reply)
  check_card(card, shape, where)
  local refused = decode.refusal(card, shape.service)
  if refused then must(refused.code == shape.service.refusal, where, "the code of a refusal") end
end

describe("every service of every kind", function()
  for _, name in ipairs(kinds.list()) do
    local kind = kinds.get(name)
    for index, service in ipairs(kind.services) do
      it(("decodes random replies, also with any member absent, null or of another type: %s, %s"):format(name, service.action), function()
        local shape = shape_of(service)
        state = index
        for round = 1, 60 do check(kind, shape, reply_of(shape), "round " .. round) end
        for _, position in ipairs(positions_of(shape)) do
          for _, value in ipairs(JUNK) do check(kind, shape, reply_of(shape, { [position] = value }), position .. " " .. value) end
        end
      end)
    end
  end
end)
