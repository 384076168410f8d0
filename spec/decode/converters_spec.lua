-- Converters of printed values: each reads what documents print and what services make of it, and nothing else.
local convert = require("idocr.decode.values").converters
local json = require "idocr.json"

-- converter -> printed value -> value of the card; false: nothing
local CASES = {
  date = {
    ["9 ธ.ค. 2559"] = "2016-12-09", ["9ธ.ค.2559"] = "2016-12-09", ["9 ธ. ค. 2559"] = "2016-12-09", ["9 ธค 2559"] = "2016-12-09",
    ["27 พฤษภาคม 2538"] = "1995-05-27", ["9 ธันวาคม พ.ศ. 2559"] = "2016-12-09", ["๙ ธ.ค. ๒๕๕๙"] = "2016-12-09",
    ["9\194\160ธ.ค.　2559"] = "2016-12-09", ["9\194\160Dec.\194\1602016"] = "2016-12-09",
    ["9 ธ.ค. 2016"] = "2016-12-09", ["9 Dec. 2016"] = "2016-12-09", ["9 Dec. 2559"] = "2016-12-09", ["09/12/2559"] = "2016-12-09",
    ["29 ก.พ. 2563"] = "2020-02-29", ["29/02/2563"] = "2020-02-29", ["29 ก.พ. 2564"] = false, ["31 เม.ย. 2560"] = false,
    ["9 ธ.ค."] = false, ["ธ.ค. 2559"] = false, ["9 ฮฮ 2559"] = false,
    ["March 13,1985"] = "1985-03-13", ["MAY 3,1979"] = "1979-05-03", ["March 13 , 1985"] = "1985-03-13", ["March 32,1985"] = false,
    ["20-ENE-2009"] = "2009-01-20", ["4 MARET 1990"] = "1990-03-04", ["17 AGUSTUS 1995"] = "1995-08-17",
    ["01/01/8207"] = false, ["30/02/2020"] = false, ["30 Feb 2020"] = false, ["01/01/1799"] = false, ["01/01/1800"] = "1800-01-01",
    ["31/12/2199"] = "2199-12-31", ["2200-01-01"] = false, ["SEUMUR HIDUP"] = false, ["无"] = false,
  },
  date_dmy = {
    ["23-09-18"] = "2018-09-23", ["23/09/98"] = "1998-09-23", ["11-02-26"] = "2026-02-11", ["12-02-26"] = "1926-02-12",
    ["01-01-27"] = "1927-01-01", ["29-02-00"] = "2000-02-29", ["29-02-27"] = false,
    ["23-09-2018"] = "2018-09-23", ["23 Sep 2018"] = "2018-09-23", ["31-09-18"] = false, ["09-23-18"] = false, ["18"] = false,
  },
  date_mdy = {
    ["07/05/1991"] = "1991-07-05", ["09/04/1994"] = "1994-09-04",
    ["11-03-2016"] = "2016-11-03", ["11/03/16"] = "2016-11-03", ["02/11/26"] = "2026-02-11",
    ["02/12/26"] = "1926-02-12", ["25/12/91"] = "1991-12-25",
    ["25/12/1991"] = "1991-12-25", ["June 15,1971"] = "1971-06-15", ["1991/07/05"] = "1991-07-05", ["13/13/1991"] = false,
    ["02/30/1991"] = false, ["01/01/8207"] = false,
  },
  date_at_end = {
    ["JAKARTA 04-03-1990"] = "1990-03-04", ["JAKARTA, 04-03-1990"] = "1990-03-04", ["JAKARTA04-03-1990"] = "1990-03-04",
    ["KAB. 2 ILIR, 4 MARET 1990"] = "1990-03-04", ["04-03-1990"] = "1990-03-04", ["31.12.2030"] = "2030-12-31",
    ["05.11.20-31.12.2030"] = "2030-12-31", ["JAKARTA"] = false, ["JAKARTA 31-02-1990"] = false, ["JAKARTA 04-03-1990 X"] = false,
  },
  text_before_date = {
    ["JAKARTA 04-03-1990"] = "JAKARTA", ["JAKARTA , 04-03-1990"] = "JAKARTA", ["JAKARTA.04-03-1990"] = "JAKARTA",
    ["TANJUNG PRIOK, 4 MARET 1990"] = "TANJUNG PRIOK", ["JAKARTA"] = "JAKARTA", ["JAKARTA, 31-02-1990"] = "JAKARTA",
    ["04-03-1990"] = false, [", 04-03-1990"] = false,
  },
  date_at_start = {
    ["29/11/2020 CGPI/DIREX/PF"] = "2020-11-29", ["29/11/2020"] = "2020-11-29", ["29/11/2020CGPI"] = "2020-11-29",
    ["2020-11-29 X"] = "2020-11-29", ["CGPI/DIREX/PF"] = false, ["X 29/11/2020"] = false, ["31/11/2020 CGPI"] = false,
  },
  text_after_date = {
    ["29/11/2020 CGPI/DIREX/PF"] = "CGPI/DIREX/PF", ["29/11/2020 - SSP"] = "SSP", ["CGPI/DIREX/PF"] = "CGPI/DIREX/PF",
    ["31/11/2020 CGPI"] = "CGPI", ["29/11/2020"] = false,
  },
  month_year = {
    ["(06-03)"] = "2003-06", ["06-03"] = "2003-06", ["(11-79)"] = "1979-11",
    ["06/2003"] = "2003-06", ["( 6 - 03 )"] = "2003-06", ["（06-03）"] = "2003-06",
    ["(02-26)"] = "2026-02", ["(03-26)"] = "1926-03", ["(05-49)"] = "1949-05",
    ["(13-03)"] = false, ["(00-03)"] = false, ["2003"] = false, ["06-03-2018"] = false,
  },
  year = { ["2017 01"] = "2017", ["201701"] = "2017", ["2017"] = "2017", ["17"] = false, ["0000"] = false, ["9999 01"] = false },
  last_year = { ["2022-2032"] = "2032", ["2032"] = "2032", ["2022 - 2032"] = "2032", ["20222032"] = false, ["2022-"] = "2022" },
  open_end = {
    ["SEUMUR HIDUP"] = true, ["Seumur Hidup"] = true, ["INDETERMINADA"] = true, ["Indeterminado"] = true, ["长期"] = true,
    ["ตลอดชีพ"] = true, ["LIFELONG"] = true, ["Life Long"] = true, ["Lifetime"] = true, ["NO CADUCA"] = true,
    ["26/10/2030"] = false, ["HIDUP"] = false, ["无"] = false,
  },
  sex = {
    ["M"] = "M", ["f"] = "F", ["X"] = "X", ["男"] = "M", ["女"] = "F", ["男M"] = "M", ["女F"] = "F", ["男/M"] = "M", ["F女"] = "F",
    ["LAKI-LAKI"] = "M", ["Laki-laki"] = "M", ["LAKI - LAKI"] = "M", ["LAKI LAKI"] = "M", ["LAKILAKI"] = "M", ["LAKEI"] = "M",
    ["LAKEI AKI"] = "M", ["LELAKI"] = "M", ["LEAKI"] = "M", ["1AKI-LAKI"] = "M", ["LAK1-LAK1"] = "M",
    ["PEREMPUAN"] = "F", ["PEREMPLAN"] = "F", ["WANITA"] = "F", ["MASCULINO"] = "M", ["FEMININO"] = "F", ["Femenino"] = "F",
    ["ชาย"] = "M", ["หญิง"] = "F", ["M/F"] = false, ["男F"] = false, ["未知"] = false, ["<"] = false, ["-"] = false, ["1"] = false,
  },
  sex_es = {
    ["H"] = "M", ["M"] = "F", ["h"] = "M", ["m"] = "F", ["HOMBRE"] = "M", ["MUJER"] = "F", ["X"] = "X", ["MASCULINO"] = "M",
    ["FEMENINO"] = "F", ["F"] = "F", ["?"] = false, [""] = false,
    ["SEXO M"] = "F", ["SEXO: H"] = "M", ["H/HOMBRE"] = "M", ["M (MUJER)"] = "F", ["H M"] = false, ["HOMBRE M"] = false,
  },
  compact = {
    ["3 1020 01234 56 6"] = "3102001234566", ["00 8401 123456 7"] = "0084011234567", ["1-1037-00987-65-7"] = "1103700987657",
    ["๓ ๑๐๒๐ ๐๑๒๓๔ ๕๖ ๖"] = "3102001234566", ["1 1037 XXXXX 65 7"] = "11037XXXXX657", [" - "] = false,
  },
  centimetres = {
    ["178"] = 1.78, ["178cm"] = 1.78, ["178 CM"] = 1.78, ["178厘米"] = 1.78, ["165.5"] = 1.655, ["1.78"] = 1.78, ["1.78米"] = 1.78,
    ["0"] = false, ["-178"] = false, ["300"] = false, ["5'11"] = false, ["cm"] = false, ["1.7.8"] = false,
  },
  resident_type = {
    ["1"] = "permanent", ["0"] = "non-permanent", ["-1"] = false, ["Permanent"] = "permanent", ["永久性居民身份證"] = "permanent",
    ["2"] = false,
  },
  period_start = {
    ["自2023年09月15日至2033年09月14日"] = "2023-09-15", ["2023年9月15日起至2033年9月14日"] = "2023-09-15", ["28/02/2020~27/08/2020"] = "2020-02-28",
    ["28.02.2020-27.08.2020"] = "2020-02-28", ["自2023年09月15日至长期"] = "2023-09-15", ["长期"] = false, ["31/02/2020~27/08/2020"] = false,
    ["2023.02.30-2033.02.28"] = false, ["01/01/8207~01/01/8217"] = false,
  },
  period_end = {
    ["自2023年09月15日至2033年09月14日"] = "2033-09-14", ["2023年9月15日起至2033年9月14日"] = "2033-09-14", ["28/02/2020~27/08/2020"] = "2020-08-27",
    ["28/02/2020 ～ 27/08/2020"] = "2020-08-27", ["自2023年09月15日至长期"] = false, ["28/02/2020"] = false, ["2018.10.09-01/01/8207"] = false,
  },
  period_open = {
    ["2010.07.21-长期"] = true, ["自2023年09月15日至长期"] = true, ["2010.07.21至長期"] = true, ["长期"] = true, ["2010.07.21-2020.07.21"] = false,
  },
  text = {
    ["无"] = false, ["無"] = false, [" 无 "] = false, ["-"] = false, ["  IPIL,ZAMBOANGA CITY "] = "IPIL,ZAMBOANGA CITY", ["0123A"] = "0123A",
    ["无锡"] = "无锡", ["***"] = "***", ["O-"] = "O-",
  },
}

local HINT = { latest = "2026-02-11" } -- for years of two digits

describe("the converter", function()
  for name, cases in pairs(CASES) do
    for printed, expected in pairs(cases) do
      it(("%s reads %q"):format(name, printed), function()
        local read = (convert[name](printed, HINT))
        assert.equal(expected or nil, read)
        assert.equal(read, (convert[name]("  " .. printed .. " ", HINT))) -- services leave blanks
      end)
    end
    it(name .. " ignores what is no text", function()
      for _, value in ipairs { true, false, {}, json.null, "", " ", "\255", ("1 "):rep(5000), ("JAN "):rep(5000), ("0/"):rep(100) } do
        if name ~= "text" and name ~= "compact" then assert.is_nil((convert[name](value))) else convert[name](value) end
      end
    end)
  end
end)
