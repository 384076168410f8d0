local growth = require "spec.support.growth"
local mask = require "idocr.checks.mask"
local names = require "idocr.checks.names"
local telecode = require "idocr.checks.telecode"
local transliteration = require "idocr.checks.transliteration"

describe("names of a printed zone against a machine readable one", function()
  local function is(expected, printed, zone, truncated)
    assert.are.equal(expected, names.compare(printed, zone, truncated), tostring(printed) .. " " .. tostring(zone))
  end

  it("agree in every spelling that the standard allows", function()
    for _, zone in ipairs { "MUELLER", "MULLER", "MUXXLLER" } do
      is("agree", "Müller", zone)
      is("agree", "MÜLLER", zone)
    end
    is("agree", "Núñez", "NUNEZ")
    is("agree", "Núñez", "NUNXXEZ")
    is("agree", "Åse Ødegård", "AASE OEDEGAARD")
    is("agree", "Åse Ødegård", "ASE OEDEGARD")
    is("agree", "Straße", "STRASSE")
    is("agree", "Þór", "THOR")
    is("agree", "Łukasz Żółć", "LUKASZ ZOLC")
    is("agree", "İpek Işık", "IPEK ISIK")
    is("agree", "Nguyễn Thị Ánh", "NGUYEN THI ANH")
    is("agree", "Шевченко", "SHEVCHENKO")
    is("agree", "e\204\129va", "EVA") -- a combining accent
    is("agree", "محمد", "MXHMD")
  end)

  it("agree whatever stands between the parts", function()
    is("agree", "O'Connor, Enya Siobhan", "OCONNOR ENYA SIOBHAN")
    is("agree", "Smith-Jones", "SMITH JONES")
    is("agree", "SMITH JONES", "SMITH<JONES")
    is("agree", "Martin Jr.", "MARTIN JR")
  end)

  it("differ otherwise", function()
    is("differ", "MULLER", "MUELLER")
    is("differ", "ANNA", "ANNE")
    is("differ", "ANNA MARIA", "ANNA")
    is("differ", "ANNA", "ANNA MARIA", true)
  end)

  it("agree when the zone is cut, and only then", function()
    is("agree", "NILAVADHANANANDA CHAYAPA DEJTHAMRONG KRASUANG", "NILAVADHANANANDA CHAYAPA DEJTHAMRONG K", true)
    is("agree", "Papandropoulous Jonathon Alec", "PAPANDROPOULOUS J A", true)
    is("agree", "Müller-Lüdenscheidt", "MUELLER LUED", true)
    is("differ", "Papandropoulous Jonathon", "PAPANDROPOULOUS J", false)
    is("differ", "Papandropoulous Jonathon", "PAPANDROPOULOUS B", true)
  end)

  it("of other scripts agree by the standard's table, and are never held against a zone that follows another one", function()
    is("agree", "Сергей", "SERGEI")
    is("agree", "Сергей", "SERGEY")
    is("not_compared", "Александр", "ALEXANDER")
    is("not_compared", "محمد", "MOHAMED")
    is("not_compared", "Евгений / EVGENII", "EVGENII")
    is("not_compared", "Παπαδόπουλος", "PAPADOPOULOS")
    assert.are.equal("differ", names.same("Иван", "Пётр"))
  end)

  it("agree without titles, which do not go into the zone", function()
    is("agree", "Dr. Erika Mustermann", "ERIKA MUSTERMANN")
    is("agree", "DR.MÜLLER", "MUELLER")
    is("agree", "Martin King Jr.", "MARTIN KING")
    is("differ", "Dr.", "KING")
    is("differ", "Drago King", "KING")
  end)

  it("agree where one side was taken from the zone, in any order of a full name's words", function()
    assert.are.equal("agree", names.same("MULLER", "Müller"))
    assert.are.equal("agree", names.same("Müller", "MUELLER"))
    assert.are.equal(names.sorted("CARTER, Esther"), names.sorted("esther carter"))
    assert.are.equal("differ", names.same("MULLER", "MILLER"))
  end)

  it("are not compared across scripts or with nothing", function()
    is("not_compared", "李明", "LI MING")
    is("not_compared", "", "LI")
    is("not_compared", "LI", "")
    is("not_compared", nil, "LI")
    is("not_compared", "\255\254", "LI")
    is("not_compared", ("A"):rep(1e5), "A")
    assert.are.equal("agree", names.same("José Álvarez", "JOSE ALVAREZ"))
    assert.are.equal("agree", names.same("李明", "李 明"))
    assert.are.equal("differ", names.same("李明", "李民"))
    assert.are.equal("not_compared", names.same("李明", "LI MING"))
  end)

  it("take time in proportion to their length", function()
    assert.is_true(growth.is_linear(function(n) names.compare(("Ü"):rep(n), ("UE"):rep(n - 10) .. "X", true) end, 38))
  end)
end)

describe("transliteration", function()
  it("writes the first spelling of the standard", function()
    assert.are.equal("MUELLER<LUEDENSCHEIDT", transliteration.zone("Müller-Lüdenscheidt"))
    assert.are.equal("DARTAGNAN", transliteration.zone("d'Artagnan"))
    assert.are.equal("IJSSEL", transliteration.zone("Ĳssel"))
    assert.is_nil(transliteration.zone("李"))
  end)

  it("splits any bytes", function()
    assert.are.same({ "a", "é", "李", "\240\159\152\128", "\255", "\226", "\130" },
      transliteration.characters("aé李\240\159\152\128\255\226\130"))
  end)
end)

describe("telegraph codes", function()
  it("mean the characters of both tables", function()
    for code, character in pairs { ["0149"] = "何", ["7115"] = "陳", ["2621"] = "李", ["3769"] = "王", ["7806"] = "黃", ["2651"] = "林",
      ["2733"] = "梁", ["6774"] = "鄭", ["0719"] = "周", ["7458"] = "馮" } do
      assert.are.equal(character, telecode.decode(code))
      assert.are.equal("agree", telecode.compare(character, code))
    end
    assert.are.equal("agree", telecode.compare("陈", "7115")) -- simplified, in the mainland's table only
    assert.are.equal("agree", telecode.compare("吴", "0702")) -- the mainland's code
    assert.are.equal("agree", telecode.compare("吴", "8160")) -- Taiwan's, where 0702 is 吳
    assert.are.equal("differ", telecode.compare("吴", "0703"))
    assert.are.equal("agree", telecode.compare("陳大文", "7115 1129 2429"))
  end)

  it("leave out what is masked", function()
    assert.are.equal("not_compared", telecode.compare("*珍", "37****27"))
    assert.are.equal("differ", telecode.compare("王珍", "0149****"))
    assert.are.equal("agree", telecode.compare("何珍", "0149****"))
  end)

  it("need the right count, and never raise", function()
    assert.are.equal("differ", telecode.compare("何", "01490149"))
    for _, pair in ipairs { { "*", "37****27" }, { "何*", "014901490149" }, { "何珍", "0149****0149" } } do
      assert.are.equal("not_compared", telecode.compare(pair[1], pair[2])) -- one star may stand for several characters
    end
    for _, value in ipairs { "", "149", "abcd", ("0"):rep(1000), 5, {}, false } do
      assert.are.equal("not_compared", telecode.compare("何", value))
      assert.is_nil(telecode.decode(value))
    end
  end)
end)

describe("masks", function()
  it("show enough to find a value again and no more", function()
    assert.are.equal("A12•••67", mask.number("A1234567"))
    assert.are.equal("4••••", mask.number("45671"))
    assert.are.equal("••", mask.number("ab"))
    assert.are.equal("•", mask.name("何"))
    assert.are.equal("FRA", mask.state("France"))
    assert.are.equal("CAR••••••••ER", mask.state("CARTER ESTHER"))
    assert.are.equal("E•••••", mask.open("ERIKSS"))
    assert.are.equal("birth_date", mask.word("birth_date"))
    assert.are.equal("ERI•••ON", mask.word("ERIKSSON"))
    assert.are.equal("C••••• E•••••", mask.name("CARTER ESTHER"))
    assert.are.equal("李•", mask.name("李明"))
    assert.are.equal("1990-••-••", mask.date("1990-04-11"))
    assert.is_nil(mask.number(nil))
    assert.is_true(#mask.number(("9"):rep(1e5)) < 64)
  end)
end)
