--- Measures decoding the text of a reply into a card, beside memcpy of the text and a plain Lua program.
---
---   decode.lua ROUNDS REPLY-FILE…     prints "NAME FILE CPU" a line, microseconds per reply

local card = require "idocr.card"
local cjson = require "cjson"
local contestant = require "spec.bench.contestant"
local decode = require "idocr.decode.card"
local kinds = require "idocr.kinds"
local native = require "bench_native"
local tencent = require("idocr.providers.tencent").new {}
local has_mime, mime = pcall(require, "mime")

local kind = kinds.get("passport")
local service = kind.services[1]
local plan = { reads = service }

local function idocr(text)
  local result, _, pictures = assert(tencent:outcome(plan, { status = 200, headers = {}, body = text }))
  local made = card.new(decode.card(kind, service, result, pictures))
  assert(made.number and (made.portrait or #text < 8192))
end

local contenders = {
  { "idocr", idocr },
  { "memcpy", native.memcpy },
  { "lua-cjson", function(text) assert(cjson.decode(text).Response.ID) end },
}
if has_mime then
  contenders[#contenders + 1] = { "lua-cjson + mime", function(text)
    local answer = cjson.decode(text).Response
    assert(#mime.unb64(answer.Image) > 0 or #text < 8192)
  end }
end

for _ = 1, tonumber(arg[1]) do
  for index = 2, #arg do
    local text = contestant.load(arg[index])
    local times = math.max(12, math.floor(5e6 / #text))
    for _, contender in ipairs(contenders) do
      local name, run = contender[1], contender[2]
      local turns = name == "memcpy" and times * 10 or times
      for _ = 1, 24 do run(text) end -- until the allocator has met this length and keeps such blocks
      local began = os.clock()
      for _ = 1, turns do run(text) end
      print(("%s\t%s\t%.4f"):format(name, arg[index], (os.clock() - began) / turns * 1e6))
    end
  end
end
