-- Replies broken at random (always the same way): a card or an error object, never an exception.
local decode = require "idocr.decode.card"
local errors = require "idocr.errors"
local kinds = require "idocr.kinds"

local SEEDS = {
  { "china_id", "tencent", "cn", "idcard/crop_both.json" },
  { "china_id", "tencent", "cn", "idcard/reflect_detail.json" },
  { "passport", "tencent", "intl", "passport/intl_complete.json" },
  { "passport", "tencent", "cn", "passport/seed_shape.json" },
  { "macao_id", "tencent", "intl", "macao/ret_image.json" },
  { "malaysia_id", "tencent", "intl", "mlid/seed_shape.json" },
  { "malaysia_id", "ekycpro", nil, "ekyc/ok.json" },
  { "passport", "tencent", "intl", "errors/common/message_chinese.json" },
}
local ROUNDS = tonumber(os.getenv "IDOCR_FUZZ_ROUNDS") or 300 -- per reply

local state = 42
local function random(n)
  state = (state * 1103515245 + 12345) % 2147483648
  return math.floor(state / 65536) % n + 1
end

local SPLINTERS = {
  "null", "true", "[]", "{}", "-9102", "\"", "\\", "\\ud800", "1e999", ",", ":", "{", "]", "\255", "\0", "\"1\"", "0.5", "长期",
  "<", "\1270", "\2550", "/",
}

local function broken(text)
  for _ = 1, random(4) do
    local at, length = random(#text), random(12) - 1
    text = text:sub(1, at - 1) .. (random(3) > 1 and SPLINTERS[random(#SPLINTERS)] or "") .. text:sub(at + length)
    if text == "" then return text end
  end
  return text
end

-- A whole value exchanged: stays valid JSON, so that it gets as far as the card.
local function exchanged(text)
  local values = {}
  for from, to in text:gmatch('":()"[^"\\]*"()') do values[#values + 1] = { from, to } end
  local place = values[random(math.max(#values, 1))]
  if not place then return text end
  local value = ({ "null", "true", "[]", "{}", "-9102", '"1"', "0.5", '"长期"', '"<"', '"20200230"', "[[]]", '"\\u0000"' })[random(12)]
  return text:sub(1, place[1] - 1) .. value .. text:sub(place[2])
end

describe("broken replies", function()
  for _, seed in ipairs(SEEDS) do
    it("of " .. seed[4] .. " end as a card or an error", function()
      local file = assert(io.open("spec/responses/" .. seed[4], "rb"))
      local text = file:read("*a")
      file:close()
      local kind = kinds.get(seed[1])
      local service = kinds.service(kind, seed[2], seed[3])
      local provider = require("idocr.providers." .. seed[2]).new {}
      local cards = 0
      for round = 1, ROUNDS do
        local body = round % 2 == 0 and broken(text) or exchanged(exchanged(text))
        local response = { status = round % 7 == 0 and 500 or 200, headers = {}, body = body }
        local result, err, pictures = provider:outcome({ reads = service }, response)
        if result then
          cards = cards + 1
          for name, value in pairs(decode.card(kind, service, result, pictures)) do
            assert.not_equal("userdata", type(value), name)
          end
        else
          assert.is_true(errors.is(err))
          assert.is_string(tostring(err))
        end
      end
      assert.is_true(cards > 0 or seed[4]:find("errors/", 1, true) ~= nil)
    end)
  end
end)
