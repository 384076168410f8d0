--- Makes checks of tables: types, names, texts, lists and records, with messages that name the place.
---
--- A check is a function(value, where, context) that raises where the value is wrong. `where` names the place: "idocr/cards/NAME.lua:"
--- for the whole table, and with the path of a member behind it, "…: services[1].outputs". `context` is passed on to inner checks.

local nearest = require "idocr.nearest"

local checks = {}

local function is_root(where) return where:sub(-1) == ":" end
local function join(where, name) return where .. (is_root(where) and " " or ".") .. name end

--- Raises an error that names the place.
function checks.fail(where, problem) error(where .. (is_root(where) and " " or ": ") .. problem, 0) end

--- Returns the type of a value for messages: "a table", "a number".
function checks.type_name(value) return type(value) == "table" and "a table" or "a " .. type(value) end

--- Makes a check of the Lua type.
function checks.is(wanted)
  return function(value, where)
    if type(value) ~= wanted then checks.fail(where, ("must be a %s, not %s"):format(wanted, checks.type_name(value))) end
  end
end

checks.text, checks.boolean = checks.is "string", checks.is "boolean"

--- Checks a finite number above 0.
function checks.number(value, where)
  checks.is "number"(value, where)
  if not (value > 0 and value < math.huge) then checks.fail(where, "must be a number above 0") end
end

--- Accepts every value.
function checks.anything() end

--- Makes a check of a name in a set.
function checks.one_of(names)
  return function(value, where)
    if not names[value] or type(value) ~= "string" then
      local shown = type(value) == "string" and ("%q"):format(value) or checks.type_name(value)
      checks.fail(where, ("cannot be %s%s"):format(shown, nearest.hint(value, names)))
    end
  end
end

--- Makes a check of a text by a Lua pattern; `description` says in messages what it must be.
function checks.pattern(expected, description)
  return function(value, where)
    checks.text(value, where)
    if not value:find(expected) then checks.fail(where, "must be " .. description) end
  end
end

--- Makes a check of a list with at least `least` elements.
function checks.list(check, least)
  return function(value, where, context)
    checks.is "table"(value, where)
    local count = 0
    for key in pairs(value) do
      count = count + 1
      if type(key) ~= "number" then checks.fail(where, ("must be a list, without the key %q"):format(tostring(key))) end
    end
    if count ~= #value then checks.fail(where, "must be a list without gaps") end
    if count < (least or 0) then checks.fail(where, "must not be empty") end
    for index, item in ipairs(value) do check(item, ("%s[%d]"):format(where, index), context) end
  end
end

--- Makes a check of the keys and the values of a table.
function checks.map(check_key, check_value)
  return function(value, where, context)
    checks.is "table"(value, where)
    for key, item in pairs(value) do
      local at = ("%s[%s]"):format(where, type(key) == "string" and ("%q"):format(key) or tostring(key))
      check_key(key, at, context)
      check_value(item, at, context)
    end
  end
end

--- Accepts true.
function checks.true_only(value, where)
  if value ~= true then checks.fail(where, "must be true, or left out") end
end

--- Makes a check of a table with named members: a rule is a check, or `required(check)`. `more` checks the table as a whole.
function checks.record(rules, more)
  return function(value, where, context)
    checks.is "table"(value, where)
    for key in pairs(value) do
      if not rules[key] then checks.fail(where, ("has no member %q%s"):format(tostring(key), nearest.hint(key, rules))) end
    end
    for name, rule in pairs(rules) do
      local check = type(rule) == "table" and rule[1] or rule
      if value[name] ~= nil then
        check(value[name], join(where, name), context)
      elseif type(rule) == "table" then
        checks.fail(where, name .. " is missing")
      end
    end
    if more then more(value, where, context) end
  end
end

--- Marks the check of a member that must be there.
function checks.required(check) return { check, required = true } end

return checks
