-- Replies that the examples do not show: older forms of a reply, null and absent members, other layouts of a value, another document.
local documents = require "spec.support.documents"
local idocr = require "idocr"
local scripted = require "spec.support.scripted"

local PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

-- Reads a reply: a Response of Tencent's site, or a message of ekycpro.
local function read(kind, site, reply)
  local options = { provider = "tencent", site = site, credentials = scripted.KEYS }
  local body = '{"Response":' .. reply .. "}"
  if site == "ekycpro" then
    options, body = { provider = "ekycpro", credentials = { api_key = "k" } }, '{"status":"OK","message":' .. reply .. "}"
  end
  options.rate, options.transport = false, function() return documents.response(body) end
  return idocr.new(options):read(kind, { image = idocr.bytes(scripted.PNG) })
end

-- { what, kind, site, reply, fields of the card (with `warnings` by name, and `unread`) }
local CASES = {
  { "confidence as objects with text", "thailand_id", "cn",
    [[{"ID":"3 1020 01234 56 6","AdvancedInfo":"{\"ID\":{\"Confidence\":\"0.98\"},\"Birthday\":{\"Confidence\":\"0.5\"}}"}]],
    { number = "3102001234566", confidence = { number = 0.98, birth_date = 0.5 } } },
  { "confidence as numbers in text", "brazil_driving_licence", "intl", [[{"NOME":"MARIA","AdvancedInfo":"{\"NOME\":\"0.99\"}"}]],
    { name = "MARIA", confidence = { name = 0.99 } } },
  { "no confidence any more", "thailand_pink_card", "intl", [[{"EnName":"Mr. Tan Tun","AdvancedInfo":"1"}]], { name = "Mr. Tan Tun" } },
  { "malformed JSON in a string", "thailand_pink_card", "intl", [[{"EnName":"Mr. Tan Tun","AdvancedInfo":"{\"En"}]],
    { name = "Mr. Tan Tun" } },
  { "Thai dates only", "thailand_id", "intl",
    [[{"Birthday":" 5 พ.ย. 2513 ","IssueDate":"7ต.ค.2562","ExpirationDate":"๔ พ.ย. ๒๕๗๐","EnBirthday":"","EnIssueDate":null}]],
    { birth_date = "1970-11-05", issue_date = "2019-10-07", expiry_date = "2027-11-04" } },
  { "a card for life", "thailand_id", "intl", [[{"ExpirationDate":"ตลอดชีพ","EnExpirationDate":"LIFELONG"}]], { long_term = true } },
  { "a card for life, in Thai only", "thailand_id", "ekycpro", [[{"idNumber":"1-1037-00987-65-7","expiryDateTH":"ตลอดชีพ"}]],
    { number = "1103700987657", long_term = true } },
  { "nulls", "thailand_id", "intl",
    [[{"ID":null,"EnFirstName":"Mr. A","EnLastName":null,"WarnCardInfos":null,"CardCount":null,"IsComplete":null,"PortraitImage":null}]],
    { given_name = "Mr. A" } },
  { "a known and an unknown warning", "thailand_id", "intl", [[{"WarnCardInfos":[-9101,-1],"IsComplete":false}]],
    { complete = false, warnings = "incomplete unknown" } },
  { "a picture as a data URL", "philippines_voter_id", "intl", '{"HeadPortrait":{"Value":"data:image/png;base64,' .. PNG .. '"}}',
    { portrait = scripted.PNG } },
  { "the address of a picture", "singapore_id", "intl", [[{"ID":"S8812345Z","Photo":"https://example.com/a.jpg"}]],
    { number = "S8812345Z", warnings = "unreadable_picture" } },
  { "values without an object", "philippines_voter_id", "intl",
    [[{"VIN":{"Value":"1"},"LastName":null,"FirstName":"JOSE","Birthday":{"Value":null}}]],
    { number = "1" } },
  { "a name without a middle name", "philippines_umid", "intl",
    [[{"Surname":{"Value":"SANTOS"},"GivenName":{"Value":"JOSE"},"MiddleName":{"Value":""}}]],
    { surname = "SANTOS", given_name = "JOSE", name = "JOSE SANTOS" } },
  { "dates that cannot lie in the future", "hong_kong_id", "cn",
    [[{"IdNum":"A123456(3)","Sex":"女F","FirstIssueDate":"(05-49)","CurrentIssueDate":"31-12-83","Permanent":-1,"WarningCode":[-9102]}]],
    { number = "A123456(3)", sex = "F", first_issue_date = "1949-05", issue_date = "1983-12-31", warnings = "photocopy" } },
  { "years of four digits and wide signs", "hong_kong_id", "intl",
    [[{"TelexCode":"7115 1129 2429","FirstIssueDate":"（06-2003）","CurrentIssueDate":"23-09-2018","Permanent":0,"WarnCardInfos":[-9109]}]],
    { name_telecode = "7115 1129 2429", first_issue_date = "2003-06", issue_date = "2018-09-23", resident_type = "non-permanent",
      warnings = "not_enabled" } },
  { "impossible months and days", "hong_kong_id", "cn", [[{"FirstIssueDate":"(13-03)","CurrentIssueDate":"31-02-18"}]],
    { unread = "first_issue_date issue_date" } },
  { "numbers in place of words, the month first", "philippines_tin_id", "intl",
    [[{"Birthday":{"Value":"07/25/1991"},"IssueDate":{"Value":"11/03/16"}}]], { birth_date = "1991-07-25", issue_date = "2016-11-03" } },
  { "a decimal comma", "colombia_id", "ekycpro", [[{"Height":"1,72","Gender":"M"}]], { height = 1.72, sex = "M" } },
  { "the preposition before the word for no end", "china_driving_licence", "cn", [[{"StartDate":"2017-10-01","EndDate":"至长期"}]],
    { valid_from = "2017-10-01", long_term = true } },
  { "a span of years that begins on 29 February", "china_driving_licence", "cn", [[{"StartDate":"2016-02-29","EndDate":"6年"}]],
    { valid_from = "2016-02-29", expiry_date = "2022-02-28" } },
  { "a confidence and flags per value", "china_temporary_id", "cn",
    [[{"Type":"临时身份证人像面","IDCardInfo":null,"TemporaryIDCardInfo":{"Name":{"Content":"李明","Confidence":90},]]
      .. [["Birth":{"Content":"1990/3/7","Confidence":0},"WarnInfos":{"ReshootCheck":true,"BlurCheck":1,"BlurScore":0.9,"CopyCheck":0}}}]],
    { name = "李明", birth_date = "1990-03-07", confidence = { name = 0.9, birth_date = 0 }, warnings = "blurry recaptured" } },
  { "an empty object of another document beside it", "hmt_residence_permit", "cn",
    [[{"IDCardInfo":{"Name":{"Content":"","Confidence":0}},"ResidencePermitInfo":{"PassNum":{"Content":"M12345678","Confidence":80},]]
      .. [["IssueNum":{"Content":"02","Confidence":70}}}]],
    { permit_number = "M12345678", issue_count = 2, confidence = { permit_number = 0.8, issue_count = 0.7 } } },
  { "the back of a permit", "mainland_travel_permit", "intl",
    [[{"Type":"","Name":"","MainlandTravelPermitBackInfos":{"Type":"港澳居民来往内地通行证","Name":"陳大文","IDNumber":"A123456(3)",]]
      .. [["HistoryNumber":"无"},"WarnCardInfos":[-9104,-9109]}]],
    { native_name = "陳大文", personal_number = "A123456(3)", warnings = "tampered not_enabled" } },
  { "the label beside the sex", "mexico_voter_id", "intl", [[{"Sex":"SEXO M"}]], { sex = "F" } },
  { "the other spelling of a member", "philippines_umid", "ekycpro", [[{"surname":"SANTOS","givenName":"JOSE","middleName":"CRUZ"}]],
    { surname = "SANTOS", given_name = "JOSE", middle_name = "CRUZ", name = "JOSE CRUZ SANTOS" } },
  { "the month first", "philippines_tin_id", "ekycpro", [[{"fullName":"Santos,Ana","birthday":"09/04/1994","issueDate":"02/30/2016"}]],
    { name = "Santos,Ana", birth_date = "1994-09-04", unread = "issue_date" } },
  { "place and date, both sexes misread", "indonesia_id", "intl",
    [[{"TempatTglLahir":"BANDUNG, 17-08-1945","JenisKelamin":"LAKEI AKI","GolDarah":"-","BerlakuHingga":"22-02-2017",]]
      .. [["WarnCardInfos":[-8101,-8102]}]],
    { birth_place = "BANDUNG", birth_date = "1945-08-17", sex = "M", expiry_date = "2017-02-22",
      warnings = "format_invalid inconsistent" } },
  { "a place without a date", "indonesia_id", "intl", [[{"TempatTglLahir":"BANDUNG","JenisKelamin":"PEREMPUAN"}]],
    { birth_place = "BANDUNG", sex = "F" } },
  { "a place with a misread date", "indonesia_id", "intl", [[{"TempatTglLahir":"BANDUNG, 31-02-1945"}]],
    { birth_place = "BANDUNG", unread = "birth_date" } },
  { "one half of the neighbourhood", "indonesia_id", "ekycpro", [[{"id":"3171014403900001","rt":"","rw":"002"}]],
    { number = "3171014403900001", neighbourhood_rw = "002" } },
  { "no end", "brazil_rne", "intl", [[{"VALIDADE":"INDETERMINADA","VIA":"2"}]], { long_term = true, copy_number = 2 } },
  { "a residence without end", "brazil_rnm", "intl", [[{"PRAZODERESIDENCIA":"Indeterminado","ISSUANCE":"15/10/2021","SEXO":"MASCULINO"}]],
    { issue_date = "2021-10-15", sex = "M" } },
  { "H is hombre", "mexico_voter_id", "intl", [[{"Sex":"H","ValidDate":"2032","IssueDate":"2017","State":"09"}]],
    { sex = "M", expiry_year = "2032", registration_year = "2017", state_code = "09" } },
  { "the front", "mexico_voter_id", "ekycpro",
    [[{"gender":"M","idNumber":"RATS990216MDFMRF08","voterId":"RMTRSF99021609M100",]]
      .. [["registrationYearAndMonth":"201701","placeNumber":"0001"}]],
    { sex = "F", personal_number = "RATS990216MDFMRF08", number = "RMTRSF99021609M100", registration_year = "2017",
      locality_code = "0001" } },
  { "the front", "colombia_id", "ekycpro",
    [[{"CardNumber":"1.012.345.678","GivenNames":"CARLOS ANDRES","Surname":"GOMEZ PRUEBA","DateOfBirth":"19900214","DateOfExpiry":""}]],
    { number = "1.012.345.678", given_name = "CARLOS ANDRES", surname = "GOMEZ PRUEBA", name = "CARLOS ANDRES GOMEZ PRUEBA",
      birth_date = "1990-02-14" } },
  { "all members", "ghana_id", "ekycpro",
    [[{"personalId":"GHA-712345678-9","documentId":"AC1234567","surname":"MENSAH","firstname":"KWAME","gender":"M",]]
      .. [["nationality":"GHANAIAN",]]
      .. [["placeOfIssue":"ACCRA","dateOfBirth":"03/04/1991","dateOfIssue":"17/06/2019","dateOfExpiry":"16/06/2029"}]],
    { number = "GHA-712345678-9", document_number = "AC1234567", surname = "MENSAH", given_name = "KWAME", name = "KWAME MENSAH", sex = "M",
      nationality = "GHANAIAN", issue_place = "ACCRA", birth_date = "1991-04-03", issue_date = "2019-06-17", expiry_date = "2029-06-16" } },
  { "all members", "thailand_driving_licence", "ekycpro",
    [[{"cardTypeTh":"ใบอนุญาตขับรถ","cardTypeEn":"Driving License","licenseNumber":"61001234","idNumber":"1103700987657",]]
      .. [["nameTh":"นาย สมชาย ใจดี","nameEn":"MR. SOMCHAI JAIDEE","birthTh":"8 มิถุนายน 2535","birthEn":"","issueDate":"4 January 2019",]]
      .. [["expiryDate":"4 January 2021"}]],
    { document_type = "Driving License", number = "61001234", personal_number = "1103700987657", native_name = "นาย สมชาย ใจดี",
      name = "MR. SOMCHAI JAIDEE", birth_date = "1992-06-08", issue_date = "2019-01-04", expiry_date = "2021-01-04" } },
  { "a validity for life", "pakistan_id", "ekycpro", [[{"idNumber":"42101-1234567-2","expiryDay":"Lifetime"}]],
    { number = "42101-1234567-2", long_term = true } },
  { "a person with one surname", "peru_id", "ekycpro", [[{"ForeNames":"LUIS","Surname":"QUISPE","SecondSurname":""}]],
    { given_name = "LUIS", surname = "QUISPE", name = "LUIS QUISPE" } },
  { "a period", "romania_id", "ekycpro", [[{"validity":"05.11.20-31.12.2030"}]], { expiry_date = "2030-12-31" } },
  { "a number in groups", "bangladesh_id", "ekycpro", [[{"id_number":"505 123 4567"}]], { number = "5051234567" } },
  { "a number in groups", "india_aadhaar", "ekycpro", [[{"CardNumber":"XXXX XXXX 0124","VID":"9123 4567 8901 2346"}]],
    { number = "XXXXXXXX0124", virtual_number = "9123456789012346" } },
  { "a number as a JSON number", "peru_id", "ekycpro", [[{"CardNumber":40123456}]], { number = "40123456" } },
  { "blanks and the word for nothing", "singapore_id", "intl", [[{"EnName":" TAN ","ChName":"无","Sex":"男","Address":" BLK 1 "}]],
    { name = "TAN", sex = "M", address = "BLK 1" } },
  { "an empty reply", "brazil_id", "intl", [[{"RequestId":"r"}]], { request_id = "r" } },
}

local APART = { kind = true, provider = true, raw = true, document_type = true, warnings = true, unread = true }

local function fields_of(card)
  local fields, names = {}, {}
  for name, value in pairs(card) do
    if not APART[name] then fields[name] = value end
  end
  for position, warning in ipairs(card.warnings) do names[position] = warning.name end
  fields.warnings = names[1] and table.concat(names, " ")
  fields.unread = card.unread and table.concat(card.unread, " ")
  return fields
end

describe("a reply with", function()
  for _, case in ipairs(CASES) do
    it(("%s (%s, %s)"):format(case[1], case[2], case[3]), function()
      local card, err = read(case[2], case[3], case[4])
      assert.is_nil(err)
      local fields = fields_of(card)
      fields.document_type = case[5].document_type and card.document_type
      assert.same(case[5], fields)
    end)
  end

  it("the other document of a shared path is refused, and was billed", function()
    local licence, identity = [[{"cardTypeEn":"Driving License","licenseNumber":"61001234"}]],
      [[{"cardTypeEn":"Thai National ID Card","idNumber":"3102001234566"}]]
    for kind, reply in pairs { thailand_id = licence, thailand_driving_licence = identity } do
      local card, err = read(kind, "ekycpro", reply)
      assert.is_nil(card)
      assert.same({ "service", "FAIL", true, false }, { err.category, err.code, err.billed, err.retryable })
      assert.is_nil(tostring(err):find("61001234", 1, true) or tostring(err):find("3102001234566", 1, true))
    end
  end)
end)
