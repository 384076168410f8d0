--- Checks dates: issue <= today <= expiry, birth before issue, age, and the validity periods of issuers.

local dates = require "idocr.checks.dates"
local fields = require "idocr.checks.fields"
local validity_periods = require "idocr.checks.data.validity_periods"

local function check_expiry(context, date)
  local ok = date >= context.today
  context.add {
    check = "dates.expired", ok = ok, field = "expiry_date", expected = context.today .. " or later", found = context.mask.date(date),
    message = ok and "the document has not expired" or "the document has expired",
  }
end

local function check_past(context, field, date)
  local ok = date <= context.today
  context.add {
    check = "dates.future." .. field, ok = ok, field = field, expected = context.today .. " or earlier", found = context.mask.date(date),
    message = ok and ("%s is in the past"):format(field) or ("%s is in the future"):format(field),
  }
end

local function check_order(context, first, second, earlier, later)
  if not earlier or not later then return end
  local ok = earlier <= later
  context.add {
    check = "dates.order", ok = ok, field = second, fields = { first, second },
    expected = context.mask.date(earlier) .. " or later", found = context.mask.date(later),
    message = ok and ("%s is not before %s"):format(second, first) or ("%s is before %s"):format(second, first),
  }
end

-- Returns the days by which a validity period differs from a number of whole years.
local function off_by(issue, expiry_date, years)
  local y, m, d = dates.split(issue)
  local target = dates.iso(y + years, m, d) or dates.iso(y + years, 3, 1)
  return math.abs(dates.day_number(expiry_date) - dates.day_number(target))
end

local function check_period(context, issue, expiry_date)
  local rule = validity_periods[context.card.kind]
  if not rule or not issue or not expiry_date or expiry_date < issue then return end
  local ok, message = true, "the validity period is one that issuers use"
  if rule.years then
    ok = false
    for _, years in ipairs(rule.years) do ok = ok or off_by(issue, expiry_date, years) <= 1 end
    if not ok then message = "the validity period is not 5, 10 or 20 years, as the law requires" end
  elseif rule.most then
    local y, m, d = dates.split(issue)
    local last = dates.day_number(dates.iso(y + rule.most, m, d) or dates.iso(y + rule.most, 3, 1)) + (rule.slack_days or 1)
    ok = dates.day_number(expiry_date) <= last
    if not ok then message = ("documents of this kind are valid for at most %d years"):format(rule.most) end
  end
  context.add {
    check = "dates.span", ok = ok, field = "expiry_date", fields = { "issue_date", "expiry_date" },
    found = context.mask.date(issue) .. " to " .. context.mask.date(expiry_date), message = message,
  }
end

-- Checks the validity period of a Chinese card, which the law sets by the age on the date of issue.
local function check_period_by_age(context, birth, issue, expiry_date)
  local rule = validity_periods[context.card.kind]
  if not (rule and rule.by_age and birth and issue) or birth > issue then return end
  local number = context.numbers[1]
  if number and number.parsed and number.parsed.kind ~= "resident" then return end
  local long_term = context.card.long_term == true
  if not expiry_date and not long_term then return end
  local age = dates.years(birth, issue)
  for _, step in ipairs(rule.by_age) do
    if age < step.below then
      local ok
      if step.years then
        ok = not long_term and off_by(issue, expiry_date, step.years) <= 1
      else
        ok = long_term
      end
      context.add {
        check = "dates.span.age", ok = ok, field = "expiry_date", fields = { "birth_date", "issue_date", "expiry_date" },
        expected = step.years and (step.years .. " years") or "unlimited",
        message = ok and "the validity period fits the holder's age on the date of issue"
          or "the validity period does not fit the holder's age on the date of issue",
      }
      return
    end
  end
end

--- Adds the findings about dates.
---@param context idocr.checks.Context
return function(context)
  local function best(field)
    local value = fields.best(context.fields, field)
    return dates.split(value) and value or nil
  end
  local birth, issue, first_issue, expires = best("birth_date"), best("issue_date"), best("first_issue_date"), best("expiry_date")
  if context.card.long_term then expires = nil end

  if expires then check_expiry(context, expires) end
  if issue then check_past(context, "issue_date", issue) end
  if first_issue then check_past(context, "first_issue_date", first_issue) end
  if birth then
    check_past(context, "birth_date", birth)
    local age = dates.years(birth, context.today)
    context.add {
      check = "dates.age", ok = age <= dates.OLDEST, field = "birth_date",
      message = age <= dates.OLDEST and "the holder's age is possible" or "the holder's age is impossible",
    }
  end
  check_order(context, "birth_date", "issue_date", birth, issue)
  check_order(context, "first_issue_date", "issue_date", first_issue, issue)
  check_order(context, "issue_date", "expiry_date", issue, expires)
  check_period(context, issue, expires)
  check_period_by_age(context, birth, issue, expires)
end
