--- Tests the comparison of names: normal forms, transliteration, telecodes, masks.

local growth = require "spec.support.growth"
local characters = require "idocr.utf8_characters"
local mask = require "idocr.checks.mask"
local names = require "idocr.checks.names"
local telecode = require "idocr.checks.telecode"
local transliteration = require "idocr.checks.names.transliteration"

describe("names of a printed zone against a machine readable one", function()
  local function is(expected, printed, zone, truncated)
    assert.are.equal(expected, names.compare(printed, zone, truncated), tostring(printed) .. " " .. tostring(zone))
  end

  it("agree in every spelling of the standard", function()
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

  it("agree with any separator between the parts", function()
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

  it("agree with the beginning of a name only when the zone is truncated", function()
    is("agree", "NILAVADHANANANDA CHAYAPA DEJTHAMRONG KRASUANG", "NILAVADHANANANDA CHAYAPA DEJTHAMRONG K", true)
    is("agree", "Papandropoulous Jonathon Alec", "PAPANDROPOULOUS J A", true)
    is("agree", "Müller-Lüdenscheidt", "MUELLER LUED", true)
    is("differ", "Papandropoulous Jonathon", "PAPANDROPOULOUS J", false)
    is("differ", "Papandropoulous Jonathon", "PAPANDROPOULOUS B", true)
  end)

  it("of other scripts agree by the standard's table, and never differ from a zone that follows another table", function()
    is("agree", "Сергей", "SERGEI")
    is("agree", "Сергей", "SERGEY")
    is("not_compared", "Александр", "ALEXANDER")
    is("not_compared", "محمد", "MOHAMED")
    is("not_compared", "Евгений / EVGENII", "EVGENII")
    is("not_compared", "Παπαδόπουλος", "PAPADOPOULOS")
    assert.are.equal("differ", names.same("Иван", "Пётр"))
  end)

  it("agree without titles, which the zone omits", function()
    is("agree", "Dr. Erika Mustermann", "ERIKA MUSTERMANN")
    is("agree", "DR.MÜLLER", "MUELLER")
    is("agree", "Martin King Jr.", "MARTIN KING")
    is("differ", "Dr.", "KING")
    is("differ", "Drago King", "KING")
  end)

  it("agree where one was taken from the zone, in any order of a full name's words", function()
    assert.are.equal("agree", names.same("MULLER", "Müller"))
    assert.are.equal("agree", names.same("Müller", "MUELLER"))
    assert.are.equal(names.sorted("CARTER, Esther"), names.sorted("esther carter"))
    assert.are.equal("differ", names.same("MULLER", "MILLER"))
  end)

  it("are not compared across scripts or with an empty name", function()
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

  it("are compared in linear time", function()
    assert.is_true(growth.is_linear(function(n) names.compare(("Ü"):rep(n), ("UE"):rep(n - 10) .. "X", true) end, 38))
  end)
end)

describe("printed names of two sources", function()
  local function each(expected, pairs_of)
    for _, pair in ipairs(pairs_of) do
      assert.are.equal(expected, names.same(pair[1], pair[2]), pair[1] .. " | " .. pair[2])
      assert.are.equal(expected, names.same(pair[2], pair[1]), pair[2] .. " | " .. pair[1])
    end
  end

  it("agree with any dot or blank in them", function()
    local plain = "古丽米热艾比布力"
    for _, dot in ipairs { "·", "•", "・", "･", "‧", "∙", "⋅", "●", "．", ".", "。", " ", "　", "\194\160", "\226\128\137",
      "\226\128\139", "-", "˙", "◦", "⸰", "⸳", "ᐧ", "ㆍ" } do
      each("agree", { { "古丽米热·艾比布力", "古丽米热" .. dot .. "艾比布力" }, { plain, "古丽米热" .. dot .. "艾比布力" } })
    end
    each("agree", { { "何　大文", "何大文" }, { "José\194\160Álvarez", "JOSE ALVAREZ" }, { "JEAN‑PIERRE", "Jean Pierre" } })
  end)

  it("agree with and without punctuation, and by one of two aliases", function()
    each("agree", {
      { "MOHD. ALI @ ABU", "MOHD ALI @ ABU" }, { "ALI @ ABU", "ALI@ABU" }, { "ALI ＠ ABU", "ALI @ ABU" }, { "ALI @ ABU", "ALI" },
      { "KUMAR A/L RAJA", "KUMAR AL RAJA" }, { "PRIYA A/P RAVI", "PRIYA AP RAVI" }, { "D'ARTAGNAN", "D’Artagnan" },
      { "NURUL `AIN", "NURUL AIN" }, { "SMITH (JONES)", "SMITH JONES" },
      { "KUMAR A/L RAJA", "KUMAR A∕L RAJA" }, { "DATO' ALI", "ALI" }, { "John Smith Esq.", "JOHN SMITH" },
    })
    each("differ", {
      { "MOHD ALI @ ABU", "MOHD ALI @ HASSAN" }, { "ALI @ ABU", "HASSAN" }, { "KUMAR A/L RAJA", "KUMAR A/L RAVI" },
      { "KUMAR A/L RAJA", "KUMARI A/P RAJA" },
    })
  end)

  it("agree in capitals and small letters of every alphabet", function()
    each("agree", {
      { "Қайрат", "ҚАЙРАТ" }, { "Өмүрбек", "ӨМҮРБЕК" }, { "Ғалым Әбіш", "ҒАЛЫМ ӘБІШ" }, { "Ҷамшед", "ҶАМШЕД" }, { "Ҳасан", "ҲАСАН" },
      { "Γεώργιος", "ΓΕΩΡΓΙΟΣ" }, { "Έλλη", "ΕΛΛΗ" }, { "Հայկ", "ՀԱՅԿ" }, { "Семён", "СЕМЕН" }, { "Цэцэг", "ЦЭЦЭГ" },
    })
    each("differ", { { "Қанат", "Ханат" }, { "Әлия", "Алия" }, { "Қайрат", "Ерлан" }, { "Γιάννης", "Γιάννα" }, { "Хасан", "Ҳусан" } })
    each("not_compared", { { "Қайрат", "QAIRAT" }, { "Али", "علي" }, { "李明", "Ли Мин" }, { "李明", "LI MING" } })
    assert.are.equal(names.sorted("Пётр Иванов"), names.sorted("ИВАНОВ ПЁТР"))
  end)

  it("agree in letters that Arabic keyboards interchange", function()
    each("agree", {
      { "أحمد", "احمد" }, { "إبراهيم", "ابراهيم" }, { "آمنة", "امنه" }, { "مؤمن", "مومن" }, { "علي", "على" }, { "علي", "علی" },
      { "كريم", "کریم" }, { "فاطمة", "فاطمه" }, { "مُحَمَّد", "محمد" }, { "محمـد", "محمد" }, { "ﷲ", "الله" }, { "عبد الله", "عبدالله" },
      { "ئادىل", "ﺋﺎﺩﯨﻞ" }, { "ئۆمەر", "ﺋﯚﻣﻪﺭ" }, { "אברהם", "אַבְרָהָם" },
    })
    each("differ", {
      { "محمد", "محمود" }, { "علي", "عالي" }, { "حسن", "حسين" }, { "علاء", "علا" }, { "نجيب", "نجيبة" }, { "ئەھمەت", "ئەخمەت" },
      { "مەمەت", "محمد" }, { "שרה", "שירה" },
    })
  end)

  it("agree with composed and decomposed letters", function()
    each("agree", {
      { "\225\132\128\225\133\181\225\134\183\225\132\134\225\133\181\225\134\171", "김민" }, -- Hangul
      { "\227\130\171\227\130\153", "\227\130\172" }, { "ｶﾞ", "\227\130\172" }, -- ガ
      { "\224\174\149\224\175\134\224\174\190", "\224\174\149\224\175\138" }, -- Tamil KO
      { "\224\164\149\224\164\188", "\224\165\152" }, -- Devanagari QA
      { "\224\184\129\224\185\141\224\184\178", "\224\184\129\224\184\179" }, -- Thai KAM
      { "བཀྲ་ཤིས", "བཀྲ་ཤིས་" }, { "བཀྲ་ཤིས", "བཀྲ༌ཤིས།" }, { "ᠪᠠᠶᠠᠷ", "ᠪᠠᠶᠠᠷ\225\160\139" },
    })
    each("differ", {
      { "김민수", "김민주" }, { "ガク", "カク" }, { "ராஜா", "ராசா" }, { "राम", "रम" }, { "แก้ว", "แกว" }, { "བཀྲ་ཤིས", "བཀྲ་ཤིག" },
      { "ᠪᠠᠶᠠᠷ", "ᠪᠠᠶᠠᠨ" },
    })
  end)

  it("agree with variants of a character", function()
    each("agree", {
      { "\238\161\163", "䶮" }, { "李\238\161\163", "李䶮" }, -- U+E863, as GB 18030-2000 encoded it
      { "⻢明", "马明" }, { "⼀平", "一平" }, { "\239\164\128明", "豈明" }, -- a radical, a Kangxi radical, U+F900
      { "㑳", "\238\160\154" }, { "李\243\160\132\128明", "李明" }, -- a variation selector
      { "ＬＩＭＩＮＧ", "LI MING" }, { "ﬁona", "FIONA" }, { "Mu\204\136ller", "MUELLER" }, { "Mu\204\136ller", "Müller" },
      { "Nguye\204\130\204\131n", "Nguyễn" }, { "ﻣﺤﻤﺪ", "محمد" },
    })
    each("not_compared", { { "李\238\128\128", "李明" }, { "J*** SMITH", "MARY JONES" } }) -- another private use; a mask
    each("differ", { { "李\238\161\163", "李明" }, { "马明", "⻢民" }, { "古丽米热·艾比布力", "古丽米热·艾比布" }, { "陈明", "陳明" } })
  end)
end)

describe("transliteration", function()
  it("omits punctuation, by 9303-3 4.6", function()
    for text, zone in pairs {
      ["KUMAR A/L RAJA"] = "KUMAR<AL<RAJA", ["MOHD. ALI @ ABU"] = "MOHD<ALI<ABU", ["O'NEILL-SMITH"] = "ONEILL<SMITH",
      ["ANNA (MARIA)"] = "ANNA<MARIA", ["J. R. EWING"] = "J<R<EWING", ["古"] = false, ["LI·MING"] = "LI<MING", ["\"BOB\" HOPE"] = "BOB<HOPE",
    } do
      assert.are.equal(zone or nil, transliteration.zone(text), text)
    end
  end)

  it("writes Arabic with the shadda doubled and teh marbuta by its position", function()
    for text, zone in pairs {
      ["عبّاس"] = "EBBAS", ["عبَّاس"] = "EBBAS", ["محمّد"] = "MXHMMD", ["فاطمة"] = "FAXTTMXAH", ["فاطمة علي"] = "FAXTTMXAH<ELY",
      ["مكة المكرمة"] = "MKXAH<ALMKRMXAH", ["آل"] = "XAAL", ["ا\217\147ل"] = "XAAL", ["عـلـي"] = "ELY",
    } do
      assert.are.equal(zone, transliteration.zone(text), text)
    end
    assert.are.equal("EBBAS", transliteration.zone("عب" .. ("\217\145"):rep(180) .. "اس")) -- a mark doubles once
    assert.are.equal("agree", names.compare("عبّاس", "EBAS")) -- an issuer that writes the letter once
  end)

  it("writes every Latin letter with marks, and the Cyrillic letters of the standard", function()
    for text, zone in pairs {
      ["Ȧȁ"] = "AA", ["Ḱ"] = "K", ["ſ"] = "S", ["ĸ"] = "Q", ["Ŋ"] = "N", ["Þ"] = "TH", ["ẞ"] = "SS", ["ŉ"] = "N", ["Ǆ"] = "DZ",
      ["Щербакова"] = "SHCHERBAKOVA", ["Ёлкин"] = "ELKIN", ["Їжак"] = "IZHAK", ["Ъ"] = "IE", ["Ѓорѓи"] = "GORGI",
      ["Ќе"] = "KE", ["Љуба"] = "LJUBA",
      ["и\204\134"] = "I", ["Ѐ"] = "E",
    } do
      assert.are.equal(zone, transliteration.zone(text), text)
    end
    for code = 0xC0, 0x17F do
      if code ~= 0xD7 and code ~= 0xF7 then
        local letter = string.char(0xC0 + math.floor(code / 64), 0x80 + code % 64)
        assert.matches("^%u+$", transliteration.zone(letter), letter)
      end
    end
  end)

  it("never raises on any bytes", function()
    for _, bytes in ipairs { "\217", "\204", "\216", "\239", "\217\217", "A\217", "\243\160", "\217\145", "\216\169" } do
      assert.has_no.errors(function() transliteration.zone(bytes) end)
      assert.has_no.errors(function() names.same(bytes, "ALI") names.compare(bytes, "ALI") end)
    end
  end)

  it("writes the first spelling of the standard", function()
    assert.are.equal("MUELLER<LUEDENSCHEIDT", transliteration.zone("Müller-Lüdenscheidt"))
    assert.are.equal("DARTAGNAN", transliteration.zone("d'Artagnan"))
    assert.are.equal("IJSSEL", transliteration.zone("Ĳssel"))
    assert.is_nil(transliteration.zone("李"))
  end)
end)

describe("UTF-8 text", function()
  it("is split into characters, with invalid bytes alone", function()
    assert.are.same({ "a", "é", "李", "\240\159\152\128", "\255", "\226", "\130" }, characters("aé李\240\159\152\128\255\226\130"))
  end)
end)

describe("telegraph codes", function()
  it("decode to the characters of both tables", function()
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

  it("ignore blanks and dots in a name", function()
    for _, name in ipairs { "陳　大文", "陳 大文", "陳·大文", "陳\194\160大文" } do
      assert.are.equal("agree", telecode.compare(name, "7115 1129 2429"))
    end
  end)

  it("skip masked characters", function()
    assert.are.equal("not_compared", telecode.compare("*珍", "37****27"))
    assert.are.equal("differ", telecode.compare("王珍", "0149****"))
    assert.are.equal("agree", telecode.compare("何珍", "0149****"))
  end)

  it("must have the same number as the characters, and never raise", function()
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
  it("show enough to recognise a value and no more", function()
    assert.are.equal("A12•••67", mask.number("A1234567"))
    assert.are.equal("4••••", mask.number("45671"))
    assert.are.equal("••", mask.number("ab"))
    assert.are.equal("•", mask.name("何"))
    assert.are.equal("FRA", mask.state("France"))
    assert.are.equal("CAR••••••••ER", mask.state("CARTER ESTHER"))
    assert.are.equal("E•••••", mask.open("ERIKSS"))
    assert.are.equal("birth_date", mask.field_name("birth_date"))
    assert.are.equal("ERI•••ON", mask.field_name("ERIKSSON"))
    assert.are.equal("C••••• E•••••", mask.name("CARTER ESTHER"))
    assert.are.equal("李•", mask.name("李明"))
    assert.are.equal("1990-••-••", mask.date("1990-04-11"))
    assert.is_nil(mask.number(nil))
    assert.is_true(#mask.number(("9"):rep(1e5)) < 64)
  end)
end)
