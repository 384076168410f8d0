-- Tests zones with small defects: what is restored, what stays uncertain, what is rejected.

local mrz = require "idocr.checks.mrz"

local TODAY = { today = "2026-01-01" }

local CLEAN = {
  TD1 = { "I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<" },
  TD2 = { "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6" },
  TD3 = { "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10" },
  ["MRV-A"] = { "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<" },
  ["MRV-B"] = { "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<" },
}
local NAME_LINE = { TD1 = 3, TD2 = 1, TD3 = 1, ["MRV-A"] = 1, ["MRV-B"] = 1 }
local FIELDS = { "format", "document_code", "issuing_country", "number", "surname", "given_name", "nationality", "birth_date", "sex",
  "expiry_date", "optional", "optional2" }

local function copy(lines)
  local list = {}
  for i = 1, #lines do list[i] = lines[i] end
  return list
end

local function has(list, value)
  for _, item in ipairs(list) do if item == value then return true end end
  return false
end

local function restored(format, zone, problem, label)
  local clean = assert(mrz.parse(CLEAN[format], TODAY))
  local result, message = mrz.parse(zone, TODAY)
  label = format .. " " .. (label or problem or "")
  assert(result, label .. ": " .. tostring(message))
  assert.is_true(result.valid, label .. ": " .. table.concat(result.problems, " "))
  for _, field in ipairs(FIELDS) do assert.are.equal(clean[field], result[field], label .. " " .. field) end
  assert.are.same(clean.checks, result.checks, label)
  if problem then assert.is_true(has(result.problems, problem), label .. " names " .. table.concat(result.problems, " ")) end
  return result
end

--- Runs a case on the clean zone of every format: change(lines, name line) -> zone.
local function each(problem, change, label)
  for format, lines in pairs(CLEAN) do
    local list = copy(lines)
    local zone = change(list, NAME_LINE[format]) or list
    restored(format, zone, problem, label)
    if type(zone) == "table" then
      for _, separator in ipairs { "\n", "\r\n", "\r", "\226\128\168", "\194\133", "\n\n \n" } do
        restored(format, table.concat(zone, separator), problem, label)
      end
    end
  end
end

local function all(lines, from, to)
  for i = 1, #lines do lines[i] = lines[i]:gsub(from, to) end
end

describe("a zone with small defects", function()
  it("gets trailing fillers of its name line added or removed", function()
    for off = -9, 6 do
      if off ~= 0 then
        each("restored.filler_count", function(lines, name)
          lines[name] = off < 0 and lines[name]:sub(1, off - 1) or lines[name] .. ("<"):rep(off)
        end, off .. " fillers")
      end
    end
    each("restored.filler_count", function(lines, name) lines[name] = lines[name]:gsub("<+$", "") end, "no fillers")
    each("restored.filler_count", function(lines, name)
      lines[name] = lines[name]:sub(1, -3)
      return { table.concat(lines) }
    end, "one run of characters")
  end)

  it("gets fillers of its optional data added or removed where the check digits confirm it", function()
    restored("TD3", { CLEAN.TD3[1], "L898902C36UTO7408122F1204159ZE184226B<<<<10" }, "restored.filler_count")
    restored("TD3", { CLEAN.TD3[1], "L898902C36UTO7408122F1204159ZE184226B<<<<<<<10" }, "restored.filler_count")
    restored("TD2", { CLEAN.TD2[1], "D231458907UTO7408122F1204159<<<<6" }, "restored.filler_count")
    restored("TD2", { CLEAN.TD2[1], "D231458907UTO7408122F12041596" }, "restored.filler_count")
    restored("TD1", { "I<UTOD231458907<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<" }, "restored.filler_count")
    restored("MRV-B", { CLEAN["MRV-B"][1], "L8988901C4XXX4009078F9612109<<<<<" }, "restored.filler_count")
    restored("MRV-A", { CLEAN["MRV-A"][1]:sub(1, 40), "L8988901C4XXX4009078F96121096ZE184226B<<<" }, "restored.filler_count")
    local result = assert(mrz.parse({ "P<CANSPECIMEN<<ANDREW<DAVID<<<<<<<<<<<<<<<<<",
      "AC000749<<8CAN7612220M2710257<<<<<<<<<<<<<<00" }, TODAY))
    assert.are.same({ true, "AC000749" }, { result.valid, result.number })
  end)

  it("gets a filler of the document code or the state added where that gives a known state", function()
    restored("TD3", { "PUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", CLEAN.TD3[2] }, "restored.filler_count")
    restored("TD3", { "P<<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", CLEAN.TD3[2] }, "restored.filler_count")
    local result = assert(mrz.parse({ "P<D<MUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<",
      "C01X0006H1D<<6408125F1710319<<<<<<<<<<<<<<<0" }, TODAY))
    assert.are.same({ true, "D", "MUSTERMANN", "ERIKA" }, { result.valid, result.issuing_country, result.surname, result.given_name })
  end)

  it("keeps the length of its number, because its check digit does not show what is missing", function()
    local result, message, part = mrz.parse({ CLEAN.TD3[1], "L89890C36UTO7408122F1204159ZE184226B<<<<<10" }, TODAY)
    assert.is_nil(result)
    assert.is_string(message)
    assert.are.same({ "1974-08-12", "2012-04-15", "F", "UTO", "ERIKSSON", false, true }, {
      part.birth_date, part.expiry_date, part.sex, part.nationality, part.surname, part.valid, part.partial })
    assert.is_nil(part.number)
    assert.is_nil((mrz.parse({ "P<CANSPECIMEN<<ANDREW<DAVID<<<<<<<<<<<<<<<<<", "AC0007498CAN7612220M2710257<<<<<<<<<<<<<<00" }, TODAY)))
  end)

  it("has an uncertain name where the missing filler may be a separator", function()
    local result = assert(mrz.parse({ "P<UTOERIKSSON<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", CLEAN.TD3[2] }, TODAY))
    assert.is_true(has(result.problems, "name_separator"))
    assert.is_false(result.valid)
    result = assert(mrz.parse({ "P<UTOARKFREITH<<<<<<<<<<<<<<<<<<<<<<<<<<<<", CLEAN.TD3[2] }, TODAY))
    assert.are.same({ true, "ARKFREITH" }, { result.valid, result.surname })
  end)

  it("may have blanks instead of fillers", function()
    local result = assert(mrz.parse({ "P<CANSPECIMEN<<ANDREW DAVID<<<<<<<<<<<<<<<<<",
      "AC000749<8CAN7612220M2710257<<<<<<<<<<<<<<00" }, TODAY))
    assert.are.same({ true, "ANDREW DAVID", { "restored.fillers" } }, { result.valid, result.given_name, result.problems })
    result = assert(mrz.parse({ "P<CANSPECIMEN<<ANDREW<DAVID<<<<<<<<<<<<<<<<<",
      "AC000749 8CAN7612220M2710257              00" }, TODAY))
    assert.are.same({ true, "AC000749" }, { result.valid, result.number })
    each("restored.fillers", function(lines) all(lines, "<", " ") end, "blanks")
    each("restored.fillers", function(lines) all(lines, "<", "　") end, "ideographic blanks")
    each("restored.fillers", function(lines) all(lines, "<", "\194\160") end, "no-break spaces")
    result = assert(mrz.parse("P<CANSPECIMEN<<ANDREW DAVID<<<<<<<<<<<<<<<<< AC000749<8CAN7612220M2710257<<<<<<<<<<<<<<00", TODAY))
    assert.are.same({ true, "ANDREW DAVID" }, { result.valid, result.given_name })
  end)

  it("may have blanks between its characters", function()
    each("restored.blanks", function(lines)
      for i = 1, #lines do lines[i] = lines[i]:sub(1, 5) .. " " .. lines[i]:sub(6, 14) .. "\t" .. lines[i]:sub(15) end
    end, "groups")
    each("restored.blanks", function(lines) all(lines, ".", "%0 ") end, "spaced out")
    each(nil, function(lines) all(lines, "$", "   ") end, "blanks at the end")
  end)

  it("may have other characters of the same shape or meaning", function()
    for _, sign in ipairs { "＜", "‹", "〈", "⟨", "˂", "ᐸ", "❮", "&lt;", "\\u003c", "%3C", "&#60;" } do
      each("restored.characters", function(lines) all(lines, "<", (sign:gsub("%%", "%%%%"))) end, sign)
    end
    for _, sign in ipairs { "«", "≪", "《" } do
      each("restored.characters", function(lines, name)
        local head = lines[name]:sub(1, 5)
        lines[name] = head .. lines[name]:sub(6):gsub("<<", sign)
      end, sign)
    end
    each("restored.characters", function(lines, name) lines[name] = lines[name]:gsub("N<<A", "N\171A") end, "« in ISO 8859-1")
    each("restored.characters", function(lines)
      all(lines, "[A-Z0-9<]", function(c) return "\239\188" .. string.char(c:byte() + 0x60) end)
    end, "full width")
    each("restored.characters", function(lines) all(lines, "[ABEKMHOPCTX]", { A = "А", B = "В", E = "Е", K = "К", M = "М", H = "Н", O = "О",
      P = "Р", C = "С", T = "Т", X = "Х" }) end, "Cyrillic")
    each("restored.characters", function(lines) all(lines, "[AEZIKMNOT]", { A = "Α", E = "Ε", Z = "Ζ", I = "Ι", K = "Κ", M = "Μ", N = "Ν",
      O = "Ο", T = "Τ" }) end, "Greek")
    each("restored.characters", function(lines, name) lines[name] = lines[name]:gsub("E", "É"):gsub("O", "Ö") end, "marks")
    each("restored.case", function(lines) for i = 1, #lines do lines[i] = lines[i]:lower() end end, "small letters")
  end)

  it("may contain invisible characters", function()
    for _, sign in ipairs { "\239\187\191", "\226\128\139", "\194\173", "\226\128\142", "\226\129\160", "\226\128\141" } do
      each("restored.characters", function(lines)
        lines[1] = sign .. lines[1]
        lines[2] = lines[2]:sub(1, 7) .. sign .. lines[2]:sub(8) .. sign
      end, "invisible")
    end
    local text = table.concat(CLEAN.TD3, "\r\n")
    restored("TD3", "\255\254" .. text:gsub(".", "%0\0"), "restored.characters")
  end)

  it("may have another character for all its fillers", function()
    for _, sign in ipairs { ">", "(", "[", "{", "-", "_", "*", "=", "–", "·" } do
      restored("TD3", { (CLEAN.TD3[1]:gsub("<", sign)), CLEAN.TD3[2] }, nil, sign)
      assert.is_true(#mrz.parse({ (CLEAN.TD3[1]:gsub("<", sign)), CLEAN.TD3[2] }, TODAY).problems > 0)
    end
    restored("TD3", { (CLEAN.TD3[1]:gsub("<<<<$", "<((<")), CLEAN.TD3[2] }, "restored.fillers")
    restored("TD3", { "P(UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", CLEAN.TD3[2] }, "restored.fillers")
    local result = assert(mrz.parse({ "P<UTOERI(SSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", CLEAN.TD3[2] }, TODAY))
    assert.are.same({ false, true }, { result.valid, has(result.problems, "character") }) -- a C or a K: cannot be decided
  end)

  it("may have its lines in another order", function()
    each("restored.line_order", function(lines) lines[1], lines[2] = lines[2], lines[1] end, "1 and 2")
    each("restored.line_order", function(lines) lines[1], lines[#lines] = lines[#lines], lines[1] end, "first and last")
    local td1 = CLEAN.TD1
    for _, order in ipairs { { 1, 3, 2 }, { 2, 3, 1 }, { 3, 1, 2 } } do
      restored("TD1", { td1[order[1]], td1[order[2]], td1[order[3]] }, "restored.line_order")
    end
    each("restored.line_order", function(lines, name)
      lines[name] = lines[name]:sub(1, -2)
      lines[1], lines[2] = lines[2], lines[1]
    end, "with a filler missing")
    -- one wrong digit is still a wrong digit
    local result = assert(mrz.parse({ (CLEAN.TD3[2]:gsub("740812", "740813")), CLEAN.TD3[1] }, TODAY))
    assert.are.same({ "ERIKSSON", false, true, false }, {
      result.surname, result.checks.birth_date, result.checks.document_number, result.valid })
  end)

  it("may have other text around it", function()
    for _, text in ipairs { "PASSPORT", "Machine readable zone", "ERIKSSON", "Date of birth / Date de naissance 12 AUG 1974", "L898902C3",
      "---",
      "IDENTITY CARD OF UTOPIA NR 12345", "Unterschrift des Inhabers", "护照 / PASSPORT" } do
      for place = 1, 3 do
        each(text ~= "---" and "restored.other_text" or nil, function(lines) table.insert(lines, place, text) end, text)
      end
    end
    each("restored.other_text", function(lines) for i = 1, #lines do lines[i] = "MRZ" .. i .. ": " .. lines[i] end end, "labels")
    each("restored.other_text", function(lines) for i = 1, #lines do lines[i] = "Line " .. i .. " " .. lines[i] end end, "numbered")
    each("restored.other_text", function(lines) for i = 1, #lines do lines[i] = lines[i] .. " (line " .. i .. ")" end end, "remarks")
    each(nil, function(lines) return '["' .. table.concat(lines, '", "') .. '"]' end, "a JSON list")
    each(nil, function(lines) return "'" .. table.concat(lines, "','") .. "'" end, "quoted")
    each(nil, function(lines) return table.concat(lines, "\\n") end, "escaped line ends")
    each(nil, function(lines) return table.concat(lines, "<br>") end, "HTML")
    each("restored.other_text", function(lines)
      return "UTOPIA\nPASSPORT\nSurname ERIKSSON\nGiven names ANNA MARIA\nDate of birth 12 AUG 1974\nSex F\n" .. table.concat(lines, "\n")
        .. "\nSignature of bearer"
    end, "a page")
  end)

  it("may have joined lines or other line breaks", function()
    each(nil, function(lines) return table.concat(lines) end, "joined")
    each(nil, function(lines) return { table.concat(lines) } end, "one line of a list")
    each(nil, function(lines) return { table.concat(lines, "\n") } end, "line ends in a list")
    each("restored.line_breaks", function(lines)
      local text, width = table.concat(lines), #lines[1]
      local parts = {}
      for at = 1, #text, width / 2 do parts[#parts + 1] = text:sub(at, at + width / 2 - 1) end
      return parts
    end, "halves")
    for _, width in ipairs { 20, 25, 40, 60 } do
      restored("TD3", (table.concat(CLEAN.TD3):gsub(("."):rep(width), "%0\n")), "restored.line_breaks")
    end
  end)

  it("is not joined with text between its lines", function()
    for _, format in ipairs { "TD2", "TD3", "MRV-A", "MRV-B" } do
      local one, two = CLEAN[format][1], CLEAN[format][2]
      for _, text in ipairs { "PASSPORT", "P<", "UTO", "<<<<" } do
        local result = assert(mrz.parse({ one:sub(1, -1 - #text), text, two }, TODAY))
        assert.are.same({ true, "ERIKSSON", "ANNA MARIA" }, { result.valid, result.surname, result.given_name }, format .. text)
      end
      local result = mrz.parse({ "<<<<<<", one:sub(1, -7), two }, TODAY)
      assert.are.same({ "UTO", "ERIKSSON", "ANNA MARIA" }, { result.issuing_country, result.surname, result.given_name }, format)
    end
  end)

  it("may be broken anywhere in a line", function()
    for _, format in ipairs { "TD2", "TD3", "MRV-A", "MRV-B" } do
      for at = 1, #CLEAN[format][1] - 1 do
        restored(format, { CLEAN[format][1], CLEAN[format][2]:sub(1, at), CLEAN[format][2]:sub(at + 1) }, "restored.line_breaks", at)
      end
    end
  end)

  it("is not read from a text with two zones", function()
    local result, message = mrz.parse({ CLEAN.TD3[1], CLEAN.TD3[2], "P<UTODOE<<JANE<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "L898902C<3UTO6908061F9406236ZE184226B<<<<<14" }, TODAY)
    assert.is_nil(result)
    assert.matches("more than one", message)
    restored("TD3", { CLEAN.TD3[1], CLEAN.TD3[2], CLEAN.TD3[1], CLEAN.TD3[2] }, "restored.other_text", "the same twice")
  end)

  it("keeps the original lines beside the restored ones", function()
    local given = { CLEAN.TD3[1]:sub(1, 40), CLEAN.TD3[2] }
    local result = assert(mrz.parse(given, TODAY))
    assert.are.same(given, result.given)
    assert.are.same(CLEAN.TD3, result.lines)
    assert.is_nil(mrz.parse(CLEAN.TD3, TODAY).given)
    assert.are.same(CLEAN.TD3, assert(mrz.compose(result)))
  end)

  it("keeps its wrong check digits", function()
    local result = assert(mrz.parse({ CLEAN.TD3[1]:sub(1, 43), (CLEAN.TD3[2]:gsub("740812", "740813")) }, TODAY))
    assert.are.same({ false, false, true }, { result.valid, result.checks.birth_date, result.checks.document_number })
    assert.is_true(has(result.problems, "restored.filler_count"))
  end)

  it("gives lengths in characters in its message, not bytes", function()
    local _, message = mrz.parse((CLEAN.TD3[1]:gsub("<", "＜")))
    assert.matches("one line of 44 characters", message)
    _, message = mrz.parse { CLEAN.TD3[1], CLEAN.TD3[2]:sub(1, 20) }
    assert.matches("lines of 44, 20 characters", message)
    _, message = mrz.parse { "", " " }
    assert.matches("no line", message)
  end)
end)

describe("letters in place of fillers", function()
  local second = CLEAN.TD3[2]
  local function parse(first) return assert(mrz.parse({ first, second }, TODAY)) end

  it("are restored where only fillers can stand", function()
    for _, tail in ipairs { "<<<<<<<<<<<<<<<<<<K", "<<<<<KK<<<<C<<<<<S<", "<<<KKKKKKKKKKKKKKKK", "<<CCCCCCCCCCCCCCCCC",
      "<<<<<<<LLLLLLLLLLLL",
      "<<<<<<<<EEEEEEEEEEE", "<<<<<<<S<<S<<SSS<<<", "<<<<<<<<<<<<<X<<<<<", "<<<<<<<KC<LL<<<<<<<", "<<<<<<G<<<<<<<<<Z<<" } do
      local result = parse("P<UTOERIKSSON<<ANNA<MARIA" .. tail)
      assert.are.same({ true, "ERIKSSON", "ANNA MARIA", { "restored.filler_letters" } },
        { result.valid, result.surname, result.given_name, result.problems }, tail)
    end
    for format, lines in pairs(CLEAN) do
      local list = copy(lines)
      local name = NAME_LINE[format]
      list[name] = list[name]:gsub("<<<<<$", "<K<<<"):gsub("MARIA<", "MARIA<<"):sub(1, #lines[1])
      local result = assert(mrz.parse(list, TODAY))
      assert.are.same({ true, "ANNA MARIA" }, { result.valid, result.given_name }, format)
    end
  end)

  it("make the name uncertain where they touch it", function()
    for _, case in ipairs {
      { "P<UTOERIKSSONKKANNAKMARIAKKKKKKKKKKKKKKKKKKK", "ERIKSSON", "ANNAKMARIA" },
      { "P<UTODOECCJANECMARYCCCCCCCCCCCCCCCCCCCCCCCCC", "DOE", "JANECMARY" },
      { "P<UTOERIKSSON<<ANNA<MARIAKKKKKKKKKKKKKKKKKKK", "ERIKSSON", "ANNA MARIA" },
      { "P<UTOERIKSSON<<ANNA<MARIASSSSSSSSSSSSSSSSSSS", "ERIKSSON", "ANNA MARIA" },
      { "P<UTOERIKSSON<<ANNA<MARIAKKCKKLKKKCKKKSKKKKK", "ERIKSSON", "ANNA MARIA" },
    } do
      local result = parse(case[1])
      assert.are.same({ false, case[2], case[3] }, { result.valid, result.surname, result.given_name })
      assert.is_true(has(result.problems, "filler_letters"))
    end
    for _, first in ipairs { "P<UTOERIKSSONKKANNA<MARIA<<<<<<<<<<<<<<<<<<<", "P<UTOERIKSSON<<ANNA<MARIA<L<L<L<<<<<<<<<<<<<",
      "P<UTOERIKSSON<<ANNA<MARIA<<K<<<<<<<<<<<<<<<<" } do
      assert.is_true(has(parse(first).problems, "name_doubt"), first)
    end
  end)

  it("are not assumed in names with such letters", function()
    for _, names in ipairs { "HAKKINEN<<MIKKA", "AKKAMMA", "SMITH<<K", "LEE<<C<K", "SMITH<<JOHN<K", "MARKKU<<KALLE<KK", "ZS<<X",
      "SCHMIDT<<LUKAS<X<K",
      "ABDULLAH", "CLESS<<ELLE<SS" } do
      local first = "P<UTO" .. names .. ("<"):rep(39 - #names)
      local result = parse(first)
      assert.are.same({ true, {} }, { result.valid, result.problems }, names)
    end
    local cut = parse("P<UTONILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K")
    assert.are.same({ true, true, {} }, { cut.valid, cut.name_truncated, cut.problems })
  end)

  it("are restored in dates, codes of states and optional data", function()
    local result = assert(mrz.parse({ "P<D<<MUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<",
      "C01X0006H1DKK6408125F1710319KKKKKKKKKKKKKK00" }, TODAY))
    assert.are.same({ true, "D" }, { result.valid, result.nationality })
    assert.is_nil(result.optional)
    for _, letter in ipairs { "C", "S", "L", "X", "E" } do -- of another value than a filler
      result = assert(mrz.parse({ CLEAN.TD3[1], "L898902C36UTO7408122F1204159ZE184226B" .. letter:rep(5) .. "10" }, TODAY))
      assert.are.same({ true, "ZE184226B", { "restored.filler_letters" } }, { result.valid, result.optional, result.problems })
    end
    local lines = assert(mrz.compose { format = "TD3", issuing_country = "UTO", number = "A1", surname = "A", nationality = "UTO",
      birth_date = "1974-08", expiry_date = "2030-01-01" })
    result = assert(mrz.parse({ lines[1], (lines[2]:gsub("7408<<", "7408KK")) }, TODAY))
    assert.are.same({ true, "1974-08", { "restored.filler_letters" } }, { result.valid, result.birth_date_known, result.problems })
  end)
end)

describe("separators of a name", function()
  local function parse(first) return assert(mrz.parse({ first, CLEAN.TD3[2] }, TODAY)) end

  it("may have an extra filler", function()
    local result = parse("P<UTOERIKSSON<<<ANNA<MARIA<<<<<<<<<<<<<<<<<<")
    assert.are.same({ true, "ERIKSSON", "ANNA MARIA", { "restored.filler_count" } },
      { result.valid, result.surname, result.given_name, result.problems })
  end)

  it("make the name uncertain where there are several", function()
    assert.are.same({ "name_separator" }, parse("P<UTOERIKSSON<<ANNA<<MARIA<<<<<<<<<<<<<<<<<<").problems)
    assert.are.same({}, parse("P<UTO<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<<<<<<<<<").problems)
  end)
end)

describe("digits in names", function()
  it("make a zone invalid", function()
    local result = assert(mrz.parse({ "P<UTO3RIKSS0N<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", CLEAN.TD3[2] }, TODAY))
    assert.are.same({ false, "3RIKSS0N", { "name_digit" } }, { result.valid, result.surname, result.problems })
    for format, lines in pairs(CLEAN) do
      local list = copy(lines)
      local name = NAME_LINE[format]
      list[name] = list[name]:gsub("ANNA", "ANN4")
      result = assert(mrz.parse(list, TODAY))
      assert.are.same({ false, { "name_digit" } }, { result.valid, result.problems }, format)
    end
  end)

  it("stand for letters in the Russian national passport", function()
    local result = assert(mrz.parse({ "PNRUSSMIRNOV<<IL8A<IVANOVI3<<<<<<<<<<<<<<<<<",
      "3919353498RUS7207233M<<<<<<<4151218910003<50" }, TODAY))
    assert.are.same({ true, "IL8A IVANOVI3", { "name_digit_national" } }, { result.valid, result.given_name, result.problems })
  end)
end)

describe("a sex written X", function()
  it("is listed as a problem, because a zone has a filler there", function()
    for _, format in ipairs { "TD1", "TD2", "TD3", "MRV-A", "MRV-B" } do
      local list = copy(CLEAN[format])
      list[2] = list[2]:gsub("([2-8])F(%d)", "%1X%2")
      local result = assert(mrz.parse(list, TODAY))
      assert.are.same({ true, "X", { "sex_letter" } }, { result.valid, result.sex, result.problems }, format)
    end
  end)
end)

describe("a missing expiry date", function()
  it("may have a filler as its check digit", function()
    for _, format in ipairs { "TD1", "TD2", "TD3", "MRV-A", "MRV-B" } do
      for _, filler in ipairs { true, false } do
        local lines = assert(mrz.compose { format = format, issuing_country = "UTO", number = "A1234567", surname = "DOE",
          given_name = "JANE", nationality = "UTO", birth_date = "1990-01-01", sex = "F", expiry_filler = filler or nil })
        local result = assert(mrz.parse(lines, TODAY))
        assert.are.same({ true, true, {} }, { result.valid, result.checks.expiry_date, result.problems }, format)
        assert.are.equal(filler or nil, result.expiry_filler)
        assert.are.same(lines, assert(mrz.compose(result)))
      end
    end
    local lines = copy(CLEAN.TD3)
    lines[2] = lines[2]:gsub("F1204159", "F120415<")
    assert.is_false(mrz.parse(lines, TODAY).checks.expiry_date)
  end)
end)

describe("a repair of positions for one class of characters", function()
  local function repaired(lines, ...)
    local proposal = assert(mrz.repair(lines, TODAY))
    assert.are.same({ ... }, { proposal.changes[1].from, proposal.changes[1].to, proposal.changes[1].check })
    return proposal
  end

  it("replaces letters by digits of the same shape", function()
    local one, two = CLEAN.TD3[1], CLEAN.TD3[2]
    assert.are.same(CLEAN.TD3, repaired({ one, (two:gsub("10$", "1D")) }, "D", "0", "composite").lines)
    assert.are.same(CLEAN.TD3, repaired({ one, (two:gsub("10$", "1Q")) }, "Q", "0", "composite").lines)
    assert.are.same(CLEAN.TD3, repaired({ one, (two:gsub("10$", "1O")) }, "O", "0", "composite").lines)
    assert.are.same(CLEAN.TD3, repaired({ one, (two:gsub("740812", "7408L2")) }, "L", "1", "birth_date").lines) -- L and 1: the same sum
    assert.are.same(CLEAN.TD3, repaired({ one, (two:gsub("740812", "74O8I2")) }, "O", "0", "birth_date").lines)
    assert.are.same(CLEAN.TD3, repaired({ one, (two:gsub("120415", "|2O4IS")) }, "|", "1", "expiry_date").lines)
    assert.are.same(CLEAN.TD3, repaired({ one, (two:gsub("740812", "T4DBIZ")) }, "T", "7", "birth_date").lines)
    local ukr = assert(mrz.compose { format = "TD1", issuing_country = "UKR", number = "010203045", surname = "PETRENKO",
      given_name = "OLENA", nationality = "UKR", birth_date = "2001-04-02", sex = "F", expiry_date = "2031-10-06" })
    local last = ukr[2]:sub(30)
    local look = ({ ["0"] = "D", ["1"] = "L", ["2"] = "Z", ["4"] = "A", ["5"] = "S", ["6"] = "G", ["7"] = "T", ["8"] = "B" })[last]
    if look then assert.are.same(ukr, assert(mrz.repair({ ukr[1], ukr[2]:sub(1, 29) .. look, ukr[3] }, TODAY)).lines) end
  end)

  it("replaces digits by letters of the same shape", function()
    local two = CLEAN.TD3[2]
    assert.are.same(CLEAN.TD3, repaired({ (CLEAN.TD3[1]:gsub("ERIKSSON", "ERIKSS0N")), two }, "0", "O", "name").lines)
    assert.are.same(CLEAN.TD3, repaired({ (CLEAN.TD3[1]:gsub("UTO", "UT0")), two }, "0", "O", "issuing_country").lines)
    assert.are.same(CLEAN.TD3, repaired({ CLEAN.TD3[1], (two:gsub("UTO", "U7O")) }, "7", "T", "nationality").lines)
    assert.is_nil((mrz.repair({ (CLEAN.TD3[1]:gsub("ERIKSSON", "3RIKSS0N")), two }, TODAY))) -- 3 has no letter of its shape
    assert.is_nil((mrz.repair({ "PNRUSSMIRNOV<<IL8A<IVANOVI3<<<<<<<<<<<<<<<<<", "3919353498RUS7207233M<<<<<<<4151218910003<50" }, TODAY)))
  end)

  it("is not proposed where the check digits would still be wrong", function()
    assert.is_nil((mrz.repair({ CLEAN.TD3[1], (CLEAN.TD3[2]:gsub("740812", "7408S2")) }, TODAY)))
    assert.is_nil((mrz.repair({ CLEAN.TD3[1], (CLEAN.TD3[2]:gsub("10$", "1B")) }, TODAY)))
  end)
end)

describe("any text", function()
  it("never makes the parser raise, and is not read as a zone", function()
    local seed = 11
    local function random(n)
      seed = seed * 16807 % 2147483647
      return seed % n + 1
    end
    local pieces = { "\n", " ", "«", "‹", "＜", "K", "<", "&lt;", "\\n", "\0", "\255", "PASSPORT", "Line 1: ", "(", "\"", "О", ":", "=",
      CLEAN.TD1[1], CLEAN.TD1[2], CLEAN.TD1[3], CLEAN.TD3[1], CLEAN.TD3[2], CLEAN.TD2[1], CLEAN.TD2[2] }
    for _ = 1, 1500 do
      local parts = {}
      for i = 1, random(10) do
        local piece = pieces[random(#pieces)]
        if random(3) == 1 then
          local at = random(#piece)
          piece = piece:sub(1, at - 1) .. string.char(random(256) - 1) .. piece:sub(at + random(3) - 1)
        end
        parts[i] = piece
      end
      local zone = random(2) == 1 and parts or table.concat(parts, random(2) == 1 and "\n" or "")
      local result, message, part = mrz.parse(zone, TODAY)
      assert(result or type(message) == "string")
      if result and result.valid then
        assert.is_true(result.birth_date == "1974-08-12" or result.birth_date_known ~= nil or result.birth_date == nil)
      end
      if part then assert.is_false(part.valid) end
      mrz.repair(zone, TODAY)
    end
  end)

  it("is rejected where it is too long", function()
    assert.is_nil((mrz.parse(("<"):rep(5000))))
    local many = {}
    for i = 1, 50 do many[i] = "A" end
    local _, message = mrz.parse(many)
    assert.matches("more than 40 lines", message)
  end)
end)
