--- Runs the soak test: mixed traffic with faults over libcurl (http and https) and cosockets (http and https), for minutes.
--- Compares every call with the service's count of whole requests; memory and descriptors of each caller must stay flat.
---
---   lua5.4 spec/soak/run.lua MINUTES        the last line is "N passed, N failed"

local nginx = require "spec.support.nginx"
local process = require "spec.support.process"
local soak_service = require "spec.soak.service"

local minutes = tonumber(arg[1]) or 1
local seconds = minutes * 60
local service = soak_service.start()
local folder = process.tempdir()

local SPACING = 50000000 -- numbers for each caller
local GROWTH = 1.10 -- of the memory of the second quarter to that of the last one
local SLACK = 4096 -- KB that an allocator may keep without a leak

local passed, failed = 0, 0
local function check(name, ok, text)
  if ok then passed = passed + 1 else failed = failed + 1 end
  print((ok and "ok     " or "FAILED ") .. name .. (text and ": " .. text or ""))
end

-- ---- the callers

local PROGRAM = [[
  local file = io.open(arg[6], "w")
  file:setvbuf "full"
  require("spec.soak.caller").run { url = arg[1], ca = arg[2], first = tonumber(arg[3]), seconds = tonumber(arg[4]),
    concurrency = tonumber(arg[5]), report = function(line) file:write(line, "\n") end, started = arg[7] == "started" }
  file:close()
]]

local script = process.write(folder .. "/caller.lua", PROGRAM)

local function plain(name, lua, url, first, started)
  local out = folder .. "/" .. name
  local words = { lua, script, url, service.ca, first, seconds, 16, out, started }
  for index, word in ipairs(words) do words[index] = process.quote(word) end
  local modules = os.getenv("BUILD") or "build"
  local program = process.spawn(("LUA_CPATH='%s/%s/?.so;;' exec %s"):format(modules, lua == "luajit" and "luajit" or "5.4",
    table.concat(words, " ")), { stderr = out .. ".err" })
  return { name = name, out = out, first = first, alive = program.alive, stop = program.stop }
end

local function in_nginx(name, first)
  local out = folder .. "/" .. name
  local server = nginx.start {
    vars = { first = first, seconds = seconds, out = out, trust = service.ca, url_http = service.http, url_https = service.https,
      https_first = first + SPACING / 2 },
    http = [[
      lua_ssl_trusted_certificate $trust; lua_ssl_verify_depth 3;
      server { listen 127.0.0.1:$http; location / { return 200; } }
      resolver 127.0.0.1;
      init_worker_by_lua_block {
        ngx.timer.at(0, function()
          local file = io.open("$out", "w")
          local function run(url, host, from)
            require("spec.soak.caller").run { url = url, host = host, first = from, seconds = $seconds, concurrency = 8,
              report = function(line) file:write(line, "\n") end }
          end
          local one = ngx.thread.spawn(run, "$url_http", nil, $first)
          local two = ngx.thread.spawn(run, ("$url_https"):gsub("localhost", "127.0.0.1"), nil, $https_first)
          local ok, why = ngx.thread.wait(one)
          if ok then ok, why = ngx.thread.wait(two) end
          if not ok then ngx.log(ngx.ERR, "soak caller: ", why) end
          file:write("over\n")
          file:close()
        end)
      }]],
  }
  return {
    name = name, out = out, first = first, stop = server.stop, errors = server.errors,
    alive = function() return not (process.read(out) or ""):find("over\n", 1, true) end,
  }
end

local callers = {
  plain("libcurl-http-lua5.4", "lua5.4", service.http, 1 * SPACING),
  plain("libcurl-https-lua5.4", "lua5.4", service.https, 2 * SPACING),
  plain("libcurl-https-luajit", "luajit", service.https, 3 * SPACING),
  in_nginx("cosocket", 4 * SPACING),
  plain("libcurl-started-http-lua5.4", "lua5.4", service.http, 5 * SPACING, "started"),
  plain("libcurl-started-https-luajit", "luajit", service.https, 6 * SPACING, "started"),
}
print(("%d callers for %g minutes"):format(#callers, minutes))
for _, one in ipairs(callers) do
  process.wait_for(function() return not one.alive() end, seconds + 120)
end

-- ---- the account

service.stop() -- writes what its log still holds back
local counts = service.counts()

local function median(list)
  table.sort(list)
  return list[math.ceil(#list / 2)] or 0
end

local function quarter(list, which)
  local part = {}
  for index = math.floor(#list * (which - 1) / 4) + 1, math.ceil(#list * which / 4) do part[#part + 1] = list[index] end
  return median(part)
end

local function is_flat(name, list, unit, slack)
  if #list < 8 then return check(name, true, "too few samples to judge (" .. #list .. ")") end
  local early, late = quarter(list, 2), quarter(list, 4)
  check(name, late <= early * GROWTH + slack, ("%d %s in the second quarter, %d in the last"):format(early, unit, late))
end

for _, one in ipairs(callers) do
  local calls, outcomes, foreign, lost, paid_twice, memory, descriptors = 0, {}, 0, 0, 0, {}, {}
  for line in (process.read(one.out) or ""):gmatch("[^\n]+") do
    local kilobytes, open = line:match("^memory (%d+) (%d+)$")
    local id, result, attempts, sent, billed = line:match("^(%d+) (%S+) (%d+) (%S+) (%S+)")
    if kilobytes then
      memory[#memory + 1], descriptors[#descriptors + 1] = tonumber(kilobytes), tonumber(open)
    elseif id then
      calls = calls + 1
      outcomes[result] = (outcomes[result] or 0) + 1
      local arrived = counts[tonumber(id)] or 0
      if result == "foreign" then foreign = foreign + 1 end
      if result == "card" and arrived == 0 then lost = lost + 1 end
      -- an error whose price is not known to be nothing: at most one request may have arrived, but for a repeat that is allowed
      local most = soak_service.allows_repeat(tonumber(id)) and 2 or 1
      if result ~= "card" and billed ~= "false" and arrived > most then paid_twice = paid_twice + 1 end
      if result ~= "card" and (arrived > tonumber(attempts) or sent == "false" and arrived > 0) then lost = lost + 1 end
    end
  end
  local words = {}
  for result, count in pairs(outcomes) do words[#words + 1] = result .. " " .. count end
  table.sort(words)
  print(("%s: %d calls: %s"):format(one.name, calls, table.concat(words, ", ")))
  check(one.name .. " made calls", calls > 0, process.read(one.out .. ".err"))
  check(one.name .. " got no card of another call", foreign == 0, foreign .. " foreign")
  check(one.name .. " repeated nothing that may be billed", paid_twice == 0, paid_twice .. " calls")
  check(one.name .. " accounts for every request", lost == 0, lost .. " calls")
  is_flat(one.name .. " keeps its memory", memory, "KB", SLACK)
  is_flat(one.name .. " keeps its descriptors", descriptors, "open", 8)
  if one.errors then
    local raised = one.errors():match("[^\n]*soak caller:[^\n]*") or one.errors():match("[^\n]*lua entry thread aborted[^\n]*")
    check(one.name .. " raised nothing", raised == nil, raised)
  end
  one.stop()
end
print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0 and 0 or 1)
