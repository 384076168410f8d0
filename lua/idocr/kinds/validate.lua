--- Validates the table of a kind when it is loaded: unknown keys, missing members, wrong types, converters and date formats are
--- errors that name the place and the nearest right name.

local checks = require "idocr.kinds.checks"
local common_params = require "idocr.kinds.common_params"
local constants = require "idocr.constants"
local nearest = require "idocr.nearest"
local providers = require "idocr.providers"
local values = require "idocr.decode.values"
local word_set = require "idocr.word_set"

local SITES = word_set(table.concat(constants.SITES, " "))
local FORMATS = word_set "jpeg png bmp gif pdf webp heic heif avif tiff"
local PICTURES = word_set "image back"
local WITH_FORMATS = word_set "date date_dmy date_mdy date_at_start date_at_end period_start period_end period_open open_end"

local CONVERTERS = { picture = true }
for name in pairs(values.converters) do CONVERTERS[name] = true end

local fail, is, type_name = checks.fail, checks.is, checks.type_name
local text, boolean, number, anything, true_only = checks.text, checks.boolean, checks.number, checks.anything, checks.true_only
local one_of, pattern, list, map = checks.one_of, checks.pattern, checks.list, checks.map
local record, required = checks.record, checks.required

local function path(value, where)
  text(value, where)
  if value == "" or value:find("^%.") or value:find("%.$") or value:find("..", 1, true) then
    fail(where, "must be a dotted path such as \"Card.Number\"")
  end
end

local field = pattern("^%l[%l%d_]*$", "a field name such as \"birth_date\"")
local function output_field(value, where)
  text(value, where)
  if not (value:find("^%l[%l%d_]*$") or value:find("^%l[%l%d_]*%[[1-9]%]$")) then
    fail(where, "must be a field name such as \"birth_date\", or an element such as \"mrz[1]\"")
  end
end
local warning = pattern("^%l[%l%d_]*$", "a warning name such as \"glare\"")

local function by_site(check)
  return function(value, where, context)
    if type(value) == "table" and (value.intl ~= nil or value.cn ~= nil) then
      return map(one_of(SITES), check)(value, where, context)
    end
    check(value, where, context)
  end
end

-- Makes a check of a value for all picture formats, or of a table by format.
local function by_format(check)
  return function(value, where, context)
    if type(value) == "table" then return map(one_of(FORMATS), check)(value, where, context) end
    check(value, where, context)
  end
end

-- ---- dates

local DATE_PARTS = { "YYYY", "YY", "MM", "Mon", "M", "DD", "D", "长期", "年", "月", "日" }
local SEPARATOR = "^[ ./,-]"

-- Checks how a service writes dates: "YYYYMMDD", "D Mon YYYY", "YYYY.MM.DD-YYYY.MM.DD", "YYYY.MM.DD-长期".
local function date_format(value, where)
  text(value, where)
  local rest = value
  while rest ~= "" do
    local taken = rest:match(SEPARATOR)
    for _, part in ipairs(DATE_PARTS) do
      if not taken and rest:sub(1, #part) == part then taken = part end
    end
    if not taken then
      fail(where, ("%q is no date format: it is made of YYYY, YY, MM, M, Mon, DD, D, blanks and any of . / , -"):format(value))
    end
    rest = rest:sub(#taken + 1)
  end
  if not (value:find("YY", 1, true) and value:find("M", 1, true) and value:find("D", 1, true)) then
    fail(where, ("%q is no date format: it must have a year, a month and a day"):format(value))
  end
end

-- ---- what a kind is made of: see the classes in idocr/kinds.lua

local function scalar(value, where)
  if type(value) == "table" or type(value) == "function" then fail(where, "must be a text, a number or a boolean") end
end

local output = record({
  wire = required(path), field = required(output_field), as = required(one_of(CONVERTERS)), formats = list(text, 1),
  values = map(text, scalar), confidence = path,
}, function(value, where)
  if value.formats and not WITH_FORMATS[value.as] then fail(where, "formats are for dates and periods only") end
  for index, format in ipairs(value.as ~= "open_end" and value.formats or {}) do
    date_format(format, ("%s.formats[%d]"):format(where, index))
  end
  if value.as == "picture" and value.field:find("[", 1, true) then fail(where, "a picture cannot be an element of a list") end
end)

local function param_name(value, where, context)
  text(value, where)
  local name = value:match("^warn%.(.+)$") and "warn" or value
  if not context.params[name] then fail(where, ("names no param of this kind: %q%s"):format(value, nearest.hint(name, context.params))) end
end

local function whole(value, where)
  is "number"(value, where)
  if value % 1 ~= 0 then fail(where, "must be a whole number") end
end

-- What a constant of each type of input is in Lua.
local CONSTANTS = { boolean = boolean, string = text, integer = whole, list = list(scalar) }

local input_rules = {
  wire = required(text), type = required(one_of(word_set "boolean string integer json list")), param = param_name,
  when = list(param_name, 1), value = anything, values = list(scalar), fields = anything, constant = anything,
  required = true_only,
}
local input = record(input_rules, function(value, where)
  if (value.type == "json") ~= (value.fields ~= nil) then fail(where, "fields are for the type \"json\", which needs them") end
  if value.constant == nil then return end
  if value.type == "json" then fail(where, "a constant of the type \"json\" is a constant of its fields") end
  CONSTANTS[value.type](value.constant, where .. ".constant")
end)
input_rules.fields = list(input, 1)

-- Limits of the pictures of a service; of one picture; and of a call with a param. The later ones count before the earlier ones.
local function with_limits(rules)
  rules.formats, rules.max_base64, rules.max_bytes = by_site(map(one_of(FORMATS), true_only)), by_site(number), number
  rules.min_side, rules.max_side = by_format(number), by_format(number)
  rules.advised = record { short = number, long = number, bytes = number }
  return rules
end

local picture_input = record(with_limits {
  param = required(one_of(PICTURES)), base64 = required(text), url = text, side = one_of(word_set "back either"),
})

local composed = record { field = required(field), from = required(list(field, 1)), separator = required(text) }

local function code(value, where)
  if type(value) ~= "string" or tonumber(value) then whole(value, where) end
end

local function warning_or_false(value, where)
  if value ~= false then warning(value, where) end
end

local function shown_kinds(value, where, context)
  map(text, field)(value, where, context)
  for _, name in pairs(value) do
    if name == context.kind then return end
  end
  fail(where, ("must name this kind, %q, too"):format(context.kind))
end

local service = record(with_limits {
  provider = required(one_of(providers.FACTS)), action = required(text), sites = map(one_of(SITES), true_only),
  removed = map(one_of(SITES), pattern("^%d%d%d%d%-%d%d%-%d%d$", "a date such as \"2026-07-06\"")),
  when = param_name, rate = by_site(number), pictures = required(list(picture_input, 1)), inputs = list(input),
  embedded = map(path, true_only),
  limits = list(record(with_limits { when = required(param_name) }), 1),
  outputs = required(list(output)), composed = list(composed), visual = list(output), confidence = map(text, field),
  warnings = map(path, map(code, warning_or_false)), refusal = text,
  shows = record { wire = required(path), kinds = required(shown_kinds) },
  result = record {
    action = required(text), token = required(text), status = required(text), pending = required(map(text, true_only)),
  },
}, function(value, where)
  for site in pairs(value.removed or {}) do
    if value.sites and value.sites[site] then fail(where, ("the site %q cannot be in sites and in removed"):format(site)) end
  end
end)

local param = record({
  type = required(one_of(word_set "boolean string warnings")), values = map(text, scalar), default = boolean, all = list(warning),
  required = true_only, help = required(text),
}, function(value, where)
  if value.values and value.type ~= "string" then fail(where, "values are for the type \"string\"") end
  if value.all and value.type ~= "warnings" then fail(where, "all is for the type \"warnings\"") end
  if value.default ~= nil and value.type ~= "boolean" then fail(where, "default is for the type \"boolean\"") end
end)

local function own_param_name(value, where)
  field(value, where)
  if PICTURES[value] or common_params[value] then fail(where, "is a param of every kind and cannot be declared") end
end

local function country(value, where)
  if value ~= "*" then pattern("^%u%u%u$", "an alpha-3 code such as \"MYS\", or \"*\" for any country")(value, where) end
end

local kind = record {
  title = text, country = country, document_type = text, params = map(own_param_name, param), services = required(list(service, 1)),
  show = list(field),
}

-- Returns the names of the fields that any service of the kind fills.
local function filled(value)
  local names = { visual = true }
  for _, each in ipairs(value.services) do
    for _, one in ipairs(each.outputs) do names[one.field:match("^[%w_]+")] = true end
    for _, rule in ipairs(each.composed or {}) do names[rule.field] = true end
  end
  return names
end

-- Fields that are named somewhere must be filled by an output.
local function check_fields(value, where)
  local names = filled(value)
  local function must(name, at)
    if not names[name] then fail(at, ("no output fills the field %q%s"):format(name, nearest.hint(name, names))) end
  end
  for index, name in ipairs(value.show or {}) do must(name, ("%s show[%d]"):format(where, index)) end
  for number_of, each in ipairs(value.services) do
    local at = ("%s services[%d]"):format(where, number_of)
    for member, name in pairs(each.confidence or {}) do must(name, ("%s.confidence[%q]"):format(at, member)) end
    for position, rule in ipairs(each.composed or {}) do
      for _, name in ipairs(rule.from) do must(name, ("%s.composed[%d].from"):format(at, position)) end
    end
  end
end

--- Validates what `idocr/cards/NAME.lua` returned. Raises the first mistake, without a position.
---@param name string
---@param value any
return function(name, value)
  local where = ("idocr/cards/%s.lua:"):format(name)
  if type(value) ~= "table" then fail(where, "must return a table, not " .. type_name(value)) end
  local context = { kind = name, params = { portrait = true } }
  if type(value.params) == "table" then
    for declared in pairs(value.params) do context.params[declared] = true end
  end
  kind(value, where, context)
  check_fields(value, where)
end
