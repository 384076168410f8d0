-- Checks cards whose zone has small defects: which fields are compared, and what the report says about restorations.

local report = require "idocr.checks.report"

local TODAY = { today = "2010-01-01" }
local ONE, TWO = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
local TD1 = { "I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<" }

local HOLDER = {
  kind = "passport", number = "L898902C3", surname = "ERIKSSON", given_name = "ANNA MARIA", name = "ERIKSSON ANNA MARIA",
  birth_date = "1974-08-12", sex = "F", expiry_date = "2012-04-15", nationality = "UTO", issuing_country = "UTO", document_code = "P",
  visual = { surname = "Eriksson", given_name = "Anna Maria", birth_date = "1974-08-12" },
}
local ANOTHER = {
  kind = "passport", number = "X1234567", surname = "SMITH", given_name = "JOHN", name = "SMITH JOHN", birth_date = "1980-01-01", sex = "M",
  expiry_date = "2020-04-15", nationality = "USA", issuing_country = "USA", document_code = "P",
}

local function check(base, zone, changes)
  local card = {}
  for name, value in pairs(base) do card[name] = value end
  for name, value in pairs(changes or {}) do card[name] = value end
  card.mrz = zone
  return report.make(card, TODAY)
end

local function failed(r)
  local set = {}
  for _, f in ipairs(r.findings) do
    if not f.ok then set[f.check] = f.severity end
  end
  return set
end

local function errors(r, ...)
  local set = failed(r)
  for _, field in ipairs { ... } do assert.are.equal("error", set["match." .. field], field) end
end

local function no_errors(r, label)
  for name, severity in pairs(failed(r)) do assert.are_not.equal("error", severity, (label or "") .. " " .. name) end
  assert.is_true(r.ok)
end

local SECOND = { "number", "birth_date", "expiry_date", "sex", "nationality" }

describe("a card whose zone has small defects", function()
  it("is compared with a zone in which only fillers of the name line are missing or extra", function()
    for _, zone in ipairs { { ONE:sub(1, 43), TWO }, { ONE:sub(1, 30), TWO }, { ONE .. "<<", TWO }, ONE:sub(1, 40) .. "\n" .. TWO } do
      local r = check(ANOTHER, zone)
      errors(r, "number", "birth_date", "expiry_date", "sex", "nationality", "surname", "given_name", "issuing_country")
      assert.is_false(r.ok)
      r = check(HOLDER, zone)
      no_errors(r)
      assert.are.equal("warning", failed(r)["mrz.restored.filler_count"])
      assert.are.equal("L898902C3", r.mrz.number)
      assert.is_table(r.mrz.given)
    end
  end)

  it("is compared with the second line where the first is damaged", function()
    for _, first in ipairs { "P<UTOERIKXXSSON<<ANNA<MARIAANNAMARIAANNAMARIA", "P<UTOERIKSSON", "XXXX", "", ("9"):rep(44) } do
      local r = check(ANOTHER, { first, TWO })
      errors(r, unpack and unpack(SECOND) or table.unpack(SECOND))
      assert.is_false(r.ok)
      no_errors(check(HOLDER, { first, TWO }), first)
    end
    local r = check(HOLDER, { "P<UTOERIKXXSSON<<ANNA<MARIAANNAMARIAANNAMARIA", (TWO:gsub("740812", "740813")) })
    assert.are.equal("error", failed(r)["mrz.check_digit.birth_date"])
    assert.is_nil(r.mrz)
    assert.are.equal("1974-08-13", r.mrz_part.birth_date)
  end)

  it("is compared with the first line where the second is damaged", function()
    for _, zone in ipairs { { ONE }, { ONE, "1357" }, { ONE, TWO:sub(1, 9) } } do
      local r = check(ANOTHER, zone)
      errors(r, "surname", "given_name", "name", "issuing_country")
      assert.are.equal("warning", failed(r)["mrz.shape"])
      no_errors(check(HOLDER, zone))
    end
  end)

  it("is compared with the certain fields of a damaged second line", function()
    errors(check(ANOTHER, { ONE, TWO:sub(1, 30) }), unpack and unpack(SECOND) or table.unpack(SECOND))
    errors(check(ANOTHER, { ONE, TWO:sub(1, 43) }), unpack and unpack(SECOND) or table.unpack(SECOND))
    errors(check(ANOTHER, { ONE, "L89890C36UTO7408122F1204159ZE184226B<<<<<10" }), "birth_date", "expiry_date", "sex", "nationality")
    errors(check(ANOTHER, { ONE, "L898902C36UTO740812F1204159ZE184226B<<<<<10" }), "number", "expiry_date", "nationality")
    for _, second in ipairs { TWO:sub(1, 30), TWO:sub(1, 43), "L89890C36UTO7408122F1204159ZE184226B<<<<<10",
      "L898902C36UTO740812F1204159ZE184226B<<<<<10" } do
      local r = check(HOLDER, { ONE, second })
      no_errors(r, second)
      assert.are.equal("warning", failed(r)["mrz.shape"])
    end
  end)

  it("is compared with the undamaged lines of a zone with three", function()
    local base = { number = "D23145890", document_code = "I" }
    local other = { document_code = "I" }
    for _, zone in ipairs { { TD1[1], TD1[2] }, { TD1[1], TD1[2], "ERIKSSON" }, { TD1[2], "X" } } do
      errors(check(ANOTHER, zone, other), "birth_date", "sex", "nationality", "expiry_date")
      no_errors(check(HOLDER, zone, base))
    end
    errors(check(ANOTHER, { TD1[1]:sub(1, 20), TD1[3] }, other), "number", "issuing_country")
    errors(check(ANOTHER, { TD1[1], "7408122F120415UTO<<<<<<<<<<<6", TD1[3] }, other), "number", "birth_date")
  end)

  it("has a warning where fillers were read as letters, unless the printed name agrees", function()
    local zone = { "P<UTOERIKSSONKKANNAKMARIAKKKKKKKKKKKKKKKKKKK", TWO }
    local r = check(HOLDER, zone, { surname = false, given_name = false, name = false, visual = {} })
    assert.are.same({ true, "warning" }, { r.ok, failed(r)["mrz.name.filler_letters"] })
    r = check(HOLDER, zone)
    assert.are.same({ true, "agree", "agree" }, { r.ok, r.fields.surname.status, r.fields.given_name.status })
    errors(check(HOLDER, zone, { visual = { surname = "SMITH", given_name = "JANE" } }), "surname", "given_name")
    r = check(HOLDER, { ONE:gsub("<<<<<$", "<<K<<"), TWO })
    assert.are.same({ true, "warning" }, { r.ok, failed(r)["mrz.restored.filler_letters"] })
  end)

  it("has a warning where a name of the zone contains digits", function()
    local zone = { (ONE:gsub("ERIKSSON", "ERIKSS0N")), TWO }
    local r = check(HOLDER, zone, { surname = false, given_name = false, name = false, visual = {} })
    assert.are.same({ true, "warning", "info" }, { r.ok, failed(r)["mrz.name.digit"], failed(r)["mrz.repair"] })
    r = check(HOLDER, zone)
    assert.are.equal("agree", r.fields.surname.status) -- the printed zone has an O
    errors(check(HOLDER, zone, { surname = "SMITH" }), "surname")
    r = check({ kind = "passport", number = "391935349", birth_date = "1972-07-23", sex = "M",
      visual = { surname = "Смирнов", given_name = "Илья Иванович" } },
      { "PNRUSSMIRNOV<<IL8A<IVANOVI3<<<<<<<<<<<<<<<<<", "3919353498RUS7207233M<<<<<<<4151218910003<50" })
    no_errors(r)
    assert.are.equal("warning", failed(r)["mrz.name.digit"])
  end)

  it("has a finding for a zone without an expiry date", function()
    local r = check({ kind = "passport" }, { "PNRUSIVANOV<<IVAN<<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "3919353498RUS7207233M<<<<<<<4151218910003<50" })
    assert.is_true(r.ok)
    local found
    for _, f in ipairs(r.findings) do
      assert.is_true(f.ok, f.check)
      if f.check == "mrz.no_expiry" then found = f.message end
    end
    assert.matches("fillers instead of an expiry date", found)
  end)

  it("has a warning for the sex X and none for a filler", function()
    local x = check(HOLDER, { ONE, (TWO:gsub("F", "X")) }, { sex = "X" })
    assert.are.same({ true, "warning" }, { x.ok, failed(x)["mrz.character.sex_letter"] })
    assert.are.same({}, failed(check(HOLDER, { ONE, (TWO:gsub("F", "<")) }, { sex = "X" })))
  end)

  it("is compared with a line of names alone", function()
    for _, zone in ipairs { { TD1[3] }, { "I<UT0D23145", "74081", TD1[3] }, "IDENTITY CARD\n" .. TD1[3] } do
      errors(check(ANOTHER, zone), "surname", "given_name", "name")
      no_errors(check(HOLDER, zone))
    end
  end)

  it("is compared with names of which the surname is unknown", function()
    for _, first in ipairs { "P<UTOERIKSSON<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "P<UTOERIKSSON<<ANNA<<MARIA<<<<<<<<<<<<<<<<<<" } do
      for _, second in ipairs { TWO, TWO:sub(1, 9) .. "?" } do
        for _, other in ipairs { { surname = "SMITH" }, { surname = "SMITH", given_name = "JOHN" }, { visual = { surname = "SMITH" } } } do
          local r = report.make({ kind = "passport", mrz = { first, second }, surname = other.surname, given_name = other.given_name,
            visual = other.visual }, TODAY)
          errors(r, "surname", other.given_name and "given_name")
        end
        local r = check(HOLDER, { first, second }, { name = false })
        no_errors(r)
        assert.are.equal("warning", failed(r)["mrz.name.separator"])
      end
    end
  end)

  it("is not compared with a zone of another date or format", function()
    -- a piece of a second line: the expiry date stands where a birth date would
    no_errors(check(HOLDER, { ONE, TWO:sub(1, 6), "?", TWO:sub(7) }))
    local r = check(HOLDER, { ONE, TWO:sub(1, 36) }) -- as wide as the second line of TD2, which has other check digits
    no_errors(r)
    assert.is_nil(failed(r)["mrz.check_digit.composite"])
    errors(check(ANOTHER, { ONE, TWO:sub(1, 36) }), "number", "birth_date", "sex", "nationality")
  end)

  it("has a warning where a name line was joined, because no check digit covers it", function()
    local r = check(HOLDER, { ONE:sub(1, 20), ONE:sub(21), TWO })
    assert.are.same({ true, "warning" }, { r.ok, failed(r)["mrz.restored.line_breaks"] })
  end)

  it("is not compared with uncertain fields", function()
    local r = check(HOLDER, { "P<UTOERIKSSON<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", TWO })
    no_errors(r)
    assert.are.equal("warning", failed(r)["mrz.name.separator"])
    errors(check(ANOTHER, { "P<UTOERIKSSON<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", TWO }), "name", "number")
  end)

  it("has certain restorations as information", function()
    for zone, id in pairs {
      [ONE:lower() .. "\n" .. TWO] = "case", [TWO .. "\n" .. ONE] = "line_order", [ONE:gsub("<", "＜") .. "\n" .. TWO] = "characters",
      ["PASSPORT\n" .. ONE .. "\nMRZ\n" .. TWO] = "other_text",
    } do
      local r = check(HOLDER, zone)
      assert.are.same({ true, "info" }, { r.ok, failed(r)["mrz.restored." .. id] }, id)
    end
    local r = check(HOLDER, { "1", "2", "3", ONE, "4", TWO }) -- more than three lines
    no_errors(r)
  end)

  it("never shows a value in findings about the zone", function()
    for _, zone in ipairs { { ONE:sub(1, 43), TWO }, { "XX", TWO }, { ONE, "1357" }, { (ONE:gsub("O", "0")), TWO }, { TWO, ONE } } do
      for _, f in ipairs(check(ANOTHER, zone).findings) do
        for _, secret in ipairs { "ERIKSSON", "L898902C3", "1974-08", "740812", "SMITH", "X1234567" } do
          assert.is_nil((f.message .. (f.found or "") .. (f.expected or "")):find(secret, 1, true), f.check)
        end
      end
    end
  end)
end)
