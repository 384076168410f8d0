--- The targets of spec/fuzz/parsers.lua: for each parser its starting inputs and the function that is fuzzed.
---
---   targets.NAME = { seeds = { text, ... }, run = function(text, random) }    `run` raises where something is wrong

local card = require "idocr.card"
local checks = require("idocr").checks
local decode = require "idocr.decode.card"
local documents = require "spec.support.documents"
local errors = require "idocr.errors"
local kinds = require "idocr.kinds"
local process = require "spec.support.process"

local targets = {}

-- ---- replies

local function reply_target(kind_name, provider_name, site, files)
  local kind = kinds.get(kind_name)
  local service = kinds.service(kind, provider_name, site)
  local provider = require("idocr.providers." .. provider_name).new {}
  local seeds = {}
  for _, file in ipairs(files) do seeds[#seeds + 1] = assert(process.read("spec/responses/" .. file), file) end
  local function run(text, random)
    local response = { status = random(9) == 1 and 502 or 200, headers = {}, body = text }
    local result, err, pictures = provider:outcome({ reads = service }, response)
    if not result then
      assert(errors.is(err), "not an error object")
      assert(#tostring(err) < 2000)
      return
    end
    local made = card.new(decode.card(kind, service, result, pictures))
    local report = made:check()
    assert(type(report.ok) == "boolean" and type(report.findings) == "table")
    made:derived()
  end
  return { seeds = seeds, run = run }
end

targets.reply_passport = reply_target("passport", "tencent", "intl", { "passport/intl_complete.json", "passport/ret_image.json",
  "passport/icao_specimen_valid_mrz.json", "errors/common/message_chinese.json" })
targets.reply_china_id = reply_target("china_id", "tencent", "cn", { "idcard/crop_both.json", "idcard/reflect_detail.json",
  "idcard/front_long_address.json" })
targets.reply_macao_id = reply_target("macao_id", "tencent", "intl", { "macao/ret_image.json", "macao/resident_type_chinese.json" })
targets.reply_ekycpro = reply_target("malaysia_id", "ekycpro", nil, { "ekyc/ok.json", "mlid/seed_shape.json" })

-- Replies of every kind: a mutated reply is read as the reply of any service.
do
  local services, seeds = {}, {}
  for _, name in ipairs(kinds.list()) do
    for _, service in ipairs(kinds.get(name).services) do services[#services + 1] = { kind = kinds.get(name), service = service } end
  end
  for _, example in ipairs(documents.examples()) do seeds[#seeds + 1] = example.reply end
  targets.reply_documents = {
    seeds = seeds,
    run = function(text, random)
      local chosen = services[random(#services)]
      local provider = require("idocr.providers." .. chosen.service.provider).new {}
      local result, err, pictures = provider:outcome({ reads = chosen.service }, { status = 200, headers = {}, body = text })
      if not result then return assert(errors.is(err), "not an error object") end
      local made = card.new(decode.card(chosen.kind, chosen.service, result, pictures))
      made:check()
      made:derived()
      made:plain()
    end,
  }
end

-- ---- zones, names, dates, numbers

targets.mrz = {
  seeds = {
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
    "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6",
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<",
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<",
  },
  run = function(text)
    local zone, message = checks.mrz.parse(text)
    assert(zone and type(zone.valid) == "boolean" or type(message) == "string" or errors.is(message))
  end,
}

targets.numbers = {
  seeds = { "11010519491231002X", "900101-14-5678", "1/228150/7", "1528150(7)", "110105491231002" },
  run = function(text)
    for _, name in ipairs { "china_id", "malaysia_id", "macao_id" } do
      local result, message = checks[name].parse(text)
      assert(result and type(result.valid) == "boolean" or message ~= nil)
    end
  end,
}

targets.names = {
  seeds = { "古丽米热·艾比布力", "MOHD. ALI @ ABU", "KUMAR A/L RAJA", "عبّاس", "José Álvarez-Núñez", "Ерёменко Вячеслав", "O'CONNOR" },
  run = function(text, random)
    local names = require "idocr.checks.names"
    assert(type(names.same(text, targets.names.seeds[random(#targets.names.seeds)])) == "string")
    assert(names.same(text, text) ~= "differ")
  end,
}

targets.dates = {
  seeds = { "2012-04-15", "15/04/2012", "15 APR 2012", "15 AVR/APR 2012", "20120415", "2012年4月15日", "长期", "15.04.12",
    "2016.02.29-2026.02.28" },
  run = function(text)
    local dates = require "idocr.decode.dates"
    for name, convert in pairs(dates) do
      if type(convert) == "function" and name ~= "iso" then
        local value = convert(text)
        assert(value == nil or type(value) == "string" or type(value) == "boolean" or type(value) == "table")
      end
    end
  end,
}

targets.converters = {
  seeds = {
    "9 ธ.ค. 2559", "27 พฤษภาคม 2538", "JAKARTA, 04-03-1990", "29/11/2020 CGPI/DIREX/PF", "(06-03)", "23-09-18", "2022-2032", "2017 01",
    "SEUMUR HIDUP", "LAKI-LAKI", "男M", "March 13,1985", "3 1020 01234 56 6", "2010.07.21-长期", "178 cm", "05.11.20-31.12.2030",
  },
  run = function(text)
    for name, convert in pairs(require("idocr.decode.values").converters) do
      local value = convert(text)
      if type(value) == "string" and name:find("^date") then assert(value:find("^%d%d%d%d%-%d%d%-%d%d$"), name) end
    end
  end,
}

-- ---- HTTP

targets.http1 = {
  seeds = {
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Real: 2\r\n\r\n",
    "HTTP/1.1 103 Early Hints\r\nX: 1\r\n\r\nHTTP/1.1 204 No\r\nConnection: close\r\n\r\n",
    "HTTP/1.0 200 OK\r\nDate: Tue, 15 Nov 1994 08:12:31 GMT\r\n\r\nuntil close",
  },
  -- The reply as a whole and in pieces must end alike.
  run = function(text, random)
    local http1 = require "idocr.transports.http1"
    local function outcome(reader, done, code)
      if done == nil then return code end
      return done and ("done %d %s"):format(reader.status, reader.body) or "more"
    end
    local whole = http1.reader("POST", 65536)
    local expected = outcome(whole, whole:feed(text))
    local reader, at, got = http1.reader("POST", 65536), 1, "more"
    while at <= #text and got == "more" do
      local length = random(40)
      got = outcome(reader, reader:feed(text:sub(at, at + length - 1)))
      at = at + length
    end
    assert(got == expected, "whole: " .. expected:sub(1, 60) .. "; in pieces: " .. got:sub(1, 60))
    if got == "more" then reader:finish() end
  end,
}

-- ---- forms and files

local BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"

-- The parser of forms runs in nginx; all that it needs of it is to yield.
package.loaded["idocr.nginx.runtime"] = package.loaded["idocr.nginx.runtime"] or { pause = function() end }

local function form(...)
  local delimiter = "--" .. BOUNDARY
  return delimiter .. "\r\n" .. table.concat({ ... }, "\r\n" .. delimiter .. "\r\n") .. "\r\n" .. delimiter .. "--\r\n"
end

targets.form = {
  seeds = {
    form('Content-Disposition: form-data; name="image"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\255\216\255\224picture',
      'Content-Disposition: form-data; name="side"\r\n\r\nfront'),
    form("content-disposition: form-data; filename*=UTF-8''a%20b.png; name=back\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo="),
    form('Content-Disposition: form-data; name="image"\r\n\r\ndata:image/png;base64,iVBORw0KGgo='):gsub("\r\n", "\n"),
    "preamble\r\n" .. form('Content-Disposition: form-data;\r\n name="image"; filename="a; name=back; b"\r\n\r\nx') .. "epilogue",
  },
  run = function(text)
    if text == "" then return end
    local core = require "idocr.core"
    local image = assert(core.image_bytes(text))
    local found, err = require("idocr.nginx.multipart").read({ image = image, bytes = text }, BOUNDARY, "image", 65536)
    assert(found and type(found.fields) == "table" or errors.is(err))
    require("idocr.nginx.header_params").boundary(text)
    image:close()
  end,
}

local PROFILE = os.tmpname()

targets.profile = {
  seeds = {
    "[default]\nsecret_id = AKIDexample\nsecret_key = keyOfTheExample\n",
    "[default]\r\nsecret_id=AKIDx ; comment\r\nsecret_key: k\r\ntoken = t\r\n",
    "\239\187\191[ default ]\nSecret_Id = A\n\n# comment\n[other]\nsecret_key = B\n",
  },
  run = function(text)
    local file = assert(io.open(PROFILE, "wb"))
    file:write(text)
    file:close()
    local idocr = require "idocr"
    local client = idocr.new {
      credentials = idocr.credentials.profile { path = PROFILE }, rate = false,
      transport = function() return { status = 200, headers = {}, body = '{"Response":{"RequestId":"r"}}' } end,
    }
    local result, err = client:call("DescribeRegions", {})
    assert(result or errors.is(err) and err.category == "credentials" and err.sent == false)
  end,
}

return targets
