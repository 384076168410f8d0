-- Data of the invented people on the specimens: `printed` is the text on the card, `fields` the expected card fields, `face` the
-- parameters of the portrait.

-- Computes a check digit (ICAO 9303-3).
local function check_digit(text)
  local sum, weights = 0, { 7, 3, 1 }
  for i = 1, #text do
    local c = text:sub(i, i)
    local value = c == "<" and 0 or c:match("%d") and tonumber(c) or c:byte() - 55
    sum = sum + value * weights[(i - 1) % 3 + 1]
  end
  return tostring(sum % 10)
end

local function mrz(p)
  local function pad(text, length) return text .. ("<"):rep(length - #text) end
  local number, optional = pad(p.number, 9), pad("", 14)
  local birth, expiry = p.birth .. check_digit(p.birth), p.expiry .. check_digit(p.expiry)
  number = number .. check_digit(number)
  optional = optional .. check_digit(optional)
  return {
    pad("P<" .. p.country .. p.surname .. "<<" .. p.given:gsub(" ", "<"), 44),
    number .. p.country .. birth .. p.sex .. expiry .. optional .. check_digit(number .. birth .. expiry .. optional),
  }
end

-- Computes the last character of a Chinese number (GB 11643).
local function china_number(first17)
  local weights, sum = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 }, 0
  for i = 1, 17 do sum = sum + tonumber(first17:sub(i, i)) * weights[i] end
  return first17 .. ("10X98765432"):sub(sum % 11 + 1, sum % 11 + 1)
end

local china = china_number("11000019900101000")

return {
  {
    file = "malaysia_id.jpg", kind = "malaysia_id", painter = "malaysia_id",
    face = { skin = "#c98f68", shade = "#a86f4c", hair = "#3f5f8f", scarf = true, top = "#7a3f63", eyes = "#2b1a12", ground = "#cfdde9" },
    printed = {
      number = "880229-14-0000", name = { "NURUL SPECIMEN", "BINTI CONTOH" }, sex = "PEREMPUAN",
      address = { "NO 1 JALAN CONTOH 1", "TAMAN SPECIMEN", "50000 KOTA REKAAN" },
    },
    fields = {
      number = "880229-14-0000", name = "NURUL SPECIMEN BINTI CONTOH", sex = "F", birth_date = "1988-02-29",
      address = "NO 1 JALAN CONTOH 1 TAMAN SPECIMEN 50000 KOTA REKAAN", document_type = "MyKad",
    },
  },
  {
    file = "passport.jpg", kind = "passport", painter = "passport",
    face = { skin = "#efc7a6", shade = "#d19f78", hair = "#7a4a24", long = true, top = "#31506e", eyes = "#40618a", ground = "#e8e4dc" },
    printed = {
      type = "P", country = "UTO", number = "X00000000", surname = "SPECIMEN", given_name = "MIRA ELENA",
      nationality = "UTOPIAN",
      sex = "F", birth = "14 FEB 1989", birth_place = "ZENITH", issued = "01 JUN 2021", expires = "31 MAY 2031",
      authority = "PASSPORT OFFICE ZENITH",
    },
    fields = {
      document_code = "P", number = "X00000000", name = "SPECIMEN MIRA ELENA", surname = "SPECIMEN", given_name = "MIRA ELENA",
      sex = "F", birth_date = "1989-02-14", issue_date = "2021-06-01", expiry_date = "2031-05-31", nationality = "UTO",
      issuing_country = "UTO",
      mrz = mrz { country = "UTO", surname = "SPECIMEN", given = "MIRA ELENA", number = "X00000000", birth = "890214", sex = "F",
        expiry = "310531" },
      complete = true, card_count = 1,
      visual = {
        document_code = "P", issuing_country = "UTO", number = "X00000000", surname = "SPECIMEN", given_name = "MIRA ELENA",
        nationality = "UTOPIAN", birth_date = "1989-02-14", sex = "F", issue_date = "2021-06-01", expiry_date = "2031-05-31",
        birth_place = "ZENITH",
      },
    },
  },
  {
    file = "macao_id.jpg", kind = "macao_id", painter = "macao_id",
    face = { skin = "#e9bf98", shade = "#c99a70", hair = "#1d1a1c", top = "#2d2d33", eyes = "#2b1a12", glasses = true, ground = "#dfe9e4" },
    printed = {
      cn_last = "何", last = "HO", last_code = "0149", cn_first = "大文", first = "TAI MAN", first_code = "1129 2429",
      number = "1000000(0)",
      birth = "08-07-1985", sex = "M", first_issued = "01-08-2003", issued = "15-03-2022", expires = "15-03-2032", symbol = "C",
      height = "1.72",
    },
    fields = {
      number = "1000000(0)", name = "HO TAI MAN", surname = "HO", given_name = "TAI MAN", native_name = "何大文", native_surname = "何",
      native_given_name = "大文", surname_telecode = "0149", given_name_telecode = "11292429", sex = "M", birth_date = "1985-07-08",
      first_issue_date = "2003-08-01", issue_date = "2022-03-15", expiry_date = "2032-03-15", symbol = "C", height = 1.72,
      resident_type = "permanent",
    },
  },
  {
    file = "china_id.jpg", kind = "china_id", side = "front", painter = "china_id",
    face = { skin = "#f0cda9", shade = "#d2a57d", hair = "#17151a", long = true, top = "#8c3040", eyes = "#2b1a12", ground = "#f4f6f7" },
    printed = {
      name = "范例", sex = "女", nation = "汉", birth = "1990 年 1 月 1 日", number = china,
      address = { "示例省样本市虚构区", "测试路1号" },
    },
    fields = {
      name = "范例", sex = "F", ethnicity = "汉", birth_date = "1990-01-01", address = "示例省样本市虚构区测试路1号",
      number = china, quality = 99, border_score = 2, -- of the drawing itself
    },
  },
  {
    file = "china_id_back.jpg", kind = "china_id", side = "back", painter = "china_id_back",
    printed = { authority = "样本市公安局虚构分局", validity = "2020.01.01-2040.01.01" },
    fields = { issuing_authority = "样本市公安局虚构分局", issue_date = "2020-01-01", expiry_date = "2040-01-01" },
  },
  {
    file = "malaysia_id_man.jpg", kind = "malaysia_id", painter = "malaysia_id",
    face = { skin = "#a9744e", shade = "#875637", hair = "#141113", top = "#e6e2d6", eyes = "#22140d", beard = true, ground = "#d7dfe6" },
    printed = {
      number = "911231-12-0001", name = { "SPECIMEN A/L CONTOH" }, sex = "LELAKI",
      address = { "LOT 2 KAMPUNG REKAAN", "JALAN SPECIMEN", "88000 KOTA CONTOH" },
    },
    fields = {
      number = "911231-12-0001", name = "SPECIMEN A/L CONTOH", sex = "M", birth_date = "1991-12-31",
      address = "LOT 2 KAMPUNG REKAAN JALAN SPECIMEN 88000 KOTA CONTOH", document_type = "MyKad",
    },
  },
}
