--- Runs one part a given number of times, so that callgrind can count its instructions; nothing is sent.
---
---   counts.lua WHAT TIMES PICTURE REPLY-FILE

local contestant = require "spec.bench.contestant"
local core = require "idocr.core"
local idocr = require "idocr"
local tencent = require("idocr.providers.tencent").new {}
local decode = require "idocr.decode.card"
local kinds = require "idocr.kinds"

local what, times, picture, reply_file = arg[1], tonumber(arg[2]), arg[3], arg[4]
local text = contestant.load(reply_file)

local function new_client(transport)
  return idocr.new {
    endpoint = "http://127.0.0.1:1", transport = transport, rate = false,
    credentials = { secret_id = "AKID" .. ("x"):rep(32), secret_key = ("k"):rep(32) }, clock = function() return 1767225600 end,
  }
end

local parts = {}

--- A whole call with a transport that answers at once and a picture of 1 KB.
function parts.call()
  local client = new_client(function() return { status = 200, headers = {}, body = text } end)
  local params = { image = idocr.bytes(contestant.load(picture):sub(1, 1020) .. "\255\217"), portrait = true, precheck = false }
  return function() assert(client:passport(params)) end
end

function parts.decode()
  local kind = kinds.get("passport")
  local plan = { reads = kind.services[1] }
  return function()
    local result, _, pictures = assert(tencent:outcome(plan, { status = 200, headers = {}, body = text }))
    assert(decode.card(kind, plan.reads, result, pictures).number)
  end
end

function parts.sign()
  local signer = core.signer("AKID" .. ("x"):rep(32), ("k"):rep(32))
  local request = {
    method = "POST", headers = { { "content-type", "application/json" }, { "host", "ocr.intl.tencentcloudapi.com" } },
    payload_hash = core.EMPTY_SHA256, timestamp = 1767225600, service = "ocr",
  }
  return function() assert(signer:authorization(request)) end
end

local run = parts[what]()
for _ = 1, times do run() end
