--- Contestant: idocr through its public API.
---
---   idocr.lua memory|file|unsigned CA-FILE     memory: the picture is a string; file: a path; unsigned: as memory,
---                                              without hashing the body (only over https)

local contestant = require "spec.bench.contestant"
local core = require "idocr.core"
local idocr = require "idocr"

local mode, ca_file = arg[1], arg[2]
local clients, pictures = {}, {}

local function client_for(url)
  clients[url] = clients[url] or idocr.new {
    endpoint = url, ca_file = ca_file, proxy = false, rate = false, transport = "curl", timeout = { total = 120 },
    unsigned_payload = mode == "unsigned",
    credentials = { secret_id = "AKID" .. ("x"):rep(32), secret_key = ("k"):rep(32) },
  }
  return clients[url]
end

local function picture_at(path)
  if mode == "file" then return path end
  pictures[path] = pictures[path] or idocr.bytes(contestant.load(path))
  return pictures[path]
end

contestant.serve(core.monotonic, function(url, path, in_flight, count)
  local client, params = client_for(url), { image = picture_at(path), portrait = true }
  if in_flight == 1 then
    for _ = 1, count do assert(client:passport(params)) end
    return
  end
  local left = count
  local function next_one()
    left = left - 1
    if left >= 0 then return params end
  end
  for _, card, err in client:each("passport", next_one, { concurrency = in_flight }) do assert(card, err) end
end)
