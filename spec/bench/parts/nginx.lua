--- Measures calls inside an nginx worker: idocr over cosockets, a bare cosocket loop that sends ready bytes (with and without OpenSSL's
--- SHA-256 of them), and a plain script. CPU is the worker's.

local nginx = require "spec.support.nginx"
local process = require "spec.support.process"

local COUNTS = { ["20KB"] = 300, ["200KB"] = 100, ["1MB"] = 30, ["5MB"] = 8 }
local WHO = {
  { "bare", "bare cosocket" }, { "bare-sha", "bare cosocket + SHA-256" }, { "idocr", "idocr" }, { "idocr-file", "idocr, from a file" },
  { "script", "plain script" },
}

return function(bench)
  if not nginx.available() then
    bench.say("skipped nginx: it is not installed with its Lua module")
    return
  end
  local front = nginx.start {
    main = bench.client_core and ("worker_cpu_affinity %s;"):format(("1" .. ("0"):rep(bench.client_core))) or "",
    http = [[
      init_by_lua_block { package.cpath = "$root/build/bench/luajit/?.so;" .. package.cpath }
      server { listen 127.0.0.1:$http; location / { content_by_lua_block { require("spec.bench.nginx_side").serve() } } }
    ]],
    vars = { root = process.capture("pwd") },
  }
  local server = bench.server(bench.data.replies["1KB"])
  local root = process.capture("pwd") .. "/"
  local script = select(2, process.capture("luajit -e 'require \"openssl.hmac\"' 2>&1")) == 0
  if not script then bench.say("skipped the plain script: luaossl is not installed (make bench-deps)") end
  for round = 1, bench.rounds do
    for _, size in ipairs(bench.quick and { "200KB", "5MB" } or { "20KB", "200KB", "1MB", "5MB" }) do
      for _, in_flight in ipairs { 1, 16 } do
        for _, who in ipairs(WHO) do
          if who[1] ~= "script" or script then
            local count = math.max(math.floor(COUNTS[size] / (who[1] == "script" and 3 or 1)), in_flight)
            local files = ("picture=%s&body=%s"):format(root .. bench.data.pictures[size], root .. bench.data.bodies[size])
            local answer = process.run(("curl -sf 'http://127.0.0.1:%d/?who=%s&port=%d&in_flight=%d&count=%d&%s'"):format(
              front.port.http, who[1], server.port.http, in_flight, count, files))
            local cpu, wall = answer:match("^([%d.]+) ([%d.]+)")
            bench.row("nginx", who[2], "http", size, in_flight, round, tonumber(cpu), tonumber(wall))
          end
        end
      end
    end
  end
  server.stop()
  front.stop()
end
