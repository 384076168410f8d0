-- Tests that every reply in spec/responses has the outcome that its manifest names.
local unpack = table.unpack or unpack -- luacheck: ignore
local decode = require "idocr.decode.card"
local json = require "idocr.json"
local kinds = require "idocr.kinds"
local mrz = require "idocr.checks.mrz"
local process = require "spec.support.process"

local HERE = "spec/responses/"

local READERS = {
  IDCardOCR = { "china_id", "tencent", "cn" },
  RecognizeMainlandIDCardOCR = { "china_id", "tencent", "intl" },
  MLIDCardOCR = { "malaysia_id", "tencent", "intl" },
  MLIDPassportOCR = { "passport", "tencent", "intl" },
  RecognizeMacaoIDCardOCR = { "macao_id", "tencent", "intl" },
  my_ocr = { "malaysia_id", "ekycpro" },
  ["*"] = { "passport", "tencent", "intl" },
}

local function read(entry)
  local kind_name, provider, site = unpack(READERS[entry.action], 1, 3)
  local kind = kinds.get(kind_name)
  local service = kinds.service(kind, provider, site)
  local result, err, pictures = require("idocr.providers." .. provider).new({}):outcome({ reads = service }, {
    status = entry.http_status,
    headers = { ["content-type"] = entry.content_type },
    body = process.read(HERE .. entry.file),
  })
  return result and decode.card(kind, service, result, pictures), err
end

-- Returns the codes that a list has, whatever their order among the lists.
local function codes(card, list)
  local found = {}
  for _, warning in ipairs(card.warnings) do
    assert.equal("string", type(warning.message))
    if (warning.list == "Warn") == (list == "Warn") then found[#found + 1] = warning.code end
  end
  return found
end

local function same_codes(expected, found)
  assert.equal(#expected, #found)
  for position, code in ipairs(expected) do assert.equal(code, found[position]) end
end

local no_userdata
function no_userdata(value)
  assert.not_equal("userdata", type(value))
  if type(value) ~= "table" then return end
  for name, member in pairs(value) do
    if name ~= "raw" then no_userdata(member) end
  end
end

local NULLABLE = { Surname = "surname", GivenName = "given_name", RetImage = "portrait", Angle = "angle" }

local EXPECTATIONS = {
  request_id = function(card, value) assert.equal(value, card.request_id) end,
  warn = function(card, value) same_codes(value, codes(card)) end,
  legacy_warn = function(card, value) same_codes(value, codes(card, "Warn")) end,
  sex = function(card, value) assert.equal(value, card.sex) end,
  birth = function(card, value) assert.equal(value, card.birth_date) end,
  valid_from = function(card, value) assert.equal(value, card.issue_date) end,
  valid_to = function(card, value) assert.equal(value, card.expiry_date) end,
  long_term = function(card, value) assert.equal(value, card.long_term) end,
  quality = function(card, value) assert.equal(value, card.quality) end,
  border = function(card, value) assert.equal(value, card.border_score) end,
  reflect = function(card, value) assert.same(value, card.reflections) end,
  card_count = function(card, value) assert.equal(value, card.card_count) end,
  is_complete = function(card, value) assert.equal(value, card.complete) end,
  mykad_number = function(card, value) assert.equal(value, card.back_number) end,
  name_utf8 = function(card, value) assert.equal(value, card.name) end,
  type = function(card, value) assert.equal(value, card.document_type) end,
  confidence = function(card, value) assert.equal(value.Name, card.confidence.name) end,
  adv_keys = function(card, names)
    for _, name in ipairs(names) do assert.matches("^\255\216\255", card.raw.AdvancedInfo[name]) end
    assert.equal(card.raw.AdvancedInfo.Portrait, card.portrait)
    assert.equal(card.raw.AdvancedInfo.IdCard, card.card_image)
  end,
  null = function(card, names)
    for _, name in ipairs(names) do
      assert.equal(json.null, card.raw[name])
      assert.is_nil(card[NULLABLE[name]])
    end
  end,
  mrz_len = function(card, value) assert.same(value, { #card.mrz[1], #card.mrz[2] }) end,
  mrz_valid = function(card, value)
    local parsed = mrz.parse(card.mrz)
    assert.equal(value, parsed ~= nil and parsed.valid)
  end,
  -- ekycpro
  status_ = function(card, value, err) assert.equal(value, card and "OK" or err.code) end,
  charged = function(card, value, err)
    if value == json.null then value = nil end -- unknown
    if not card then assert.equal(value, err.billed) end
  end,
}

local RETRY = { no = { false }, maybe = { true, "backoff" }, throttle = { true, "throttle" }, clock = { true, "clock" } }

local CLASSES = {
  ok = function(card) assert.is_table(card) end,
  parse = function(card, err) assert.is_true(card == nil and err.category == "protocol") end,
  envelope = function(card, err) assert.is_true(card == nil and err.category == "protocol") end,
  http_status = function(card, err, entry)
    assert.is_nil(card)
    assert.equal("http", err.category)
    assert.equal(entry.http_status, err.http_status)
  end,
  ok_or_parse = function(card, err) assert.is_true(card ~= nil or err.category == "protocol") end,
}
CLASSES.parse_or_ok = CLASSES.ok_or_parse

local function check_error(err, expected)
  assert.equal(expected.code, err.code)
  if expected.request_id ~= nil then
    assert.equal(expected.request_id ~= json.null and expected.request_id or nil, err.request_id)
  end
  local retry = RETRY[expected.retry]
  if retry then
    assert.equal(retry[1], err.retryable)
    -- the manifest does not distinguish the vendor's "repeat it" (our "advised") from its "maybe"
    if err.retry ~= "token" and err.retry ~= "advised" then assert.equal(retry[2], err.retry) end
  end
end

describe("replies", function()
  local manifest = json.decode(process.read(HERE .. "manifest.json"))

  it("are complete", function() assert.equal(manifest.count, #manifest.fixtures) end)

  for _, entry in ipairs(manifest.fixtures) do
    if entry.kind ~= "credential" then
      it(entry.file .. " (" .. entry.kind .. ")", function()
        local card, err = read(entry)
        local expected = entry.expect
        if expected.code then
          assert.is_nil(card)
          return check_error(err, expected)
        end
        if expected.class_ then CLASSES[expected.class_](card, err, entry) end
        if entry.kind == "success" then assert.is_nil(err) end
        for name, value in pairs(expected) do
          if name ~= "class_" and name ~= "retry" then
            assert(EXPECTATIONS[name], "the manifest expects something new: " .. name)(card, value, err)
          end
        end
        if expected.retry then assert.equal(RETRY[expected.retry][2], err.retry) end
        if card then no_userdata(card) end
      end)
    end
  end
end)
