--- Makes the report from build/bench/rows.tsv: text on standard output, Markdown and the chart in the given files.
---
---   report.lua COMMAND RESULTS.md CHART.svg

local chart = require "spec.bench.chart"
local data = require "spec.bench.data"
local goals = require "spec.bench.goals"
local process = require "spec.support.process"
local stats = require "spec.bench.stats"

local rows = stats.read("build/bench/rows.tsv")
local out = {}
local function say(...) out[#out + 1] = string.format(...) end

local function width(text) return select(2, text:gsub("[^\128-\191]", "")) end

--- A table whose columns line up: readable as text and as Markdown.
local function table_of(titles, lines)
  local widths = {}
  for _, line in ipairs { titles, table.unpack(lines) } do
    for column, text in ipairs(line) do widths[column] = math.max(widths[column] or 3, width(text)) end
  end
  local function row(line)
    local cells = {}
    for column, text in ipairs(line) do cells[column] = text .. (" "):rep(widths[column] - width(text)) end
    say("| %s |", table.concat(cells, " | "))
  end
  row(titles)
  local rule = {}
  for column in ipairs(titles) do rule[column] = ("-"):rep(widths[column]) end
  row(rule)
  for _, line in ipairs(lines) do row(line) end
  say("")
end

local function number(value) return (value < 9.995 and "%.2f" or value < 99.95 and "%.1f" or "%.0f"):format(value) end

local function spread(found) return found and ("%s (%s..%s)"):format(number(found.median), number(found.min), number(found.max)) or "" end

local function milliseconds(found)
  return found and spread { median = found.median / 1000, min = found.min / 1000, max = found.max / 1000 } or ""
end

local function sizes_of(part, whos, scheme, in_flight, names)
  local list = {}
  for _, entry in ipairs(names) do
    for _, who in ipairs(whos) do
      if rows:of(part, who, scheme, entry[1], in_flight) then
        list[#list + 1] = entry[1]
        break
      end
    end
  end
  return list
end

--- Contestants down, sizes across.
local function grid(part, title, whos, scheme, in_flight, names, form, second)
  local sizes = sizes_of(part, whos, scheme, in_flight, names)
  if #sizes == 0 then return end
  local lines = {}
  for _, who in ipairs(whos) do
    local line, any = { who }, false
    for _, size in ipairs(sizes) do
      local found = rows:of(part, who, scheme, size, in_flight, second)
      any = any or found ~= nil
      line[#line + 1] = form(found)
    end
    if any then lines[#lines + 1] = line end
  end
  say("%s\n", title)
  table_of({ "", table.unpack(sizes) }, lines)
end

local CALLS = {
  "libcurl", "libcurl + SHA-256", "idocr", "idocr, from a file", "idocr, LuaJIT", "idocr, unsigned payload", "plain Lua recipe", "Node SDK",
}
local NGINX = { "bare cosocket", "bare cosocket + SHA-256", "idocr", "idocr, from a file", "plain script" }

local function machine()
  local cpu = (process.read("/proc/cpuinfo") or ""):match("model name%s*:%s*([^\n]+)") or "unknown processor"
  local load = (process.read("/proc/loadavg") or ""):match("^%S+") or "?"
  return ("%s, %s processors, load %s at the end; %s; %s"):format(cpu, process.capture("nproc"), load,
    process.capture("openssl version | cut -d' ' -f1,2"), process.capture("curl --version | head -1 | cut -d' ' -f1,2"))
end

say("# What idocr costs\n")
say("Written by `%s` on %s, on %s.\n", arg[1], os.date("!%Y-%m-%d"), machine())
say("CPU time is what counts; wall time on a shared machine only gives a hint. Values are the median of interleaved rounds, with")
say("the least and the most in brackets; a ratio is the median of the ratios within each round. The server throws bodies")
say("away on another core.\n")

local reached = goals(rows)
if reached[1] then
  say("## Goals\n")
  table_of({ "what", "goal", "measured", "" }, reached)
  say("A line in brackets is no goal but its bound: what the bare loop would reach that does nothing besides sending and hashing.\n")
end
-- notes on the missed goals, written by hand
if rows.known.calls and rows.known.prepare then out[#out + 1] = process.read("spec/bench/limits.md") end

if rows.known.prepare then
  say("## Prepare: encode, wrap, hash, sign (µs of CPU)\n")
  for _, build in ipairs { "idocr", "idocr, AVX2 only", "idocr, portable" } do
    grid("prepare", build, { "OpenSSL's SHA-256", "memory", "file", "sign", "encode" }, build, 1, data.sizes, spread)
  end
end

if rows.known.calls then
  say("## Whole calls (ms of CPU of the client, a call)\n")
  for _, scheme in ipairs { "http", "https" } do
    for _, in_flight in ipairs { 1, 16, 64 } do
      grid("calls", ("### %s, %d in flight"):format(scheme:upper(), in_flight), CALLS, scheme, in_flight, data.sizes, milliseconds)
      grid("calls", "The same, wall time:", CALLS, scheme, in_flight, data.sizes, milliseconds, true)
    end
  end
  say("## Whole rounds with a large answer (20 KB up; ms of CPU, a call)\n")
  for _, in_flight in ipairs { 1, 16 } do
    grid("round", ("%d in flight"):format(in_flight), CALLS, "http", in_flight, data.replies, milliseconds)
  end
end

if rows.known.waiting then
  say("## At a service that takes 0.1 to 0.3 s (20 KB up, n calls in flight; µs of CPU a call)\n")
  local lines, flights, titles = {}, {}, { "" }
  for _, n in ipairs { 16, 64, 256 } do
    if rows:of("waiting", "idocr", "http", "20KB", n) then
      flights[#flights + 1] = n
      titles[#titles + 1] = tostring(n)
    end
  end
  for _, scheme in ipairs { "http", "https" } do
    for _, who in ipairs(CALLS) do
      local line, any = { who .. ", " .. scheme:upper() }, false
      for _, n in ipairs(flights) do
        local found = rows:of("waiting", who, scheme, "20KB", n)
        any = any or found ~= nil
        line[#line + 1] = spread(found)
      end
      if any then lines[#lines + 1] = line end
    end
  end
  table_of(titles, lines)
end

if rows.known.memory then
  say("## Memory: peak of the process with n calls of 5 MB in flight (MB), and KB for each further call\n")
  local flights = {}
  for _, n in ipairs { 1, 4, 16, 64, 256 } do
    if rows:of("memory", "idocr, from a file", "http", "5MB", n) then flights[#flights + 1] = n end
  end
  local lines = {}
  for _, scheme in ipairs { "http", "https" } do
    for _, who in ipairs(CALLS) do
      local line, first, last, most = { who .. ", " .. scheme:upper() }, nil, nil, nil
      for _, n in ipairs(flights) do
        local found = rows:of("memory", who, scheme, "5MB", n)
        line[#line + 1] = found and ("%.1f"):format(found.median / 1024) or ""
        if found then first, last, most = first or found.median, found.median, n end
      end
      line[#line + 1] = most and most > 1 and ("%.0f"):format((last - first) / (most - 1)) or ""
      if most then lines[#lines + 1] = line end
    end
  end
  local titles = { "" }
  for _, n in ipairs(flights) do titles[#titles + 1] = tostring(n) end
  titles[#titles + 1] = "KB a call"
  table_of(titles, lines)
end

if rows.known.decode then
  say("## A reply's text into a card (µs of CPU)\n")
  for _, lua in ipairs { "5.4", "luajit" } do
    local title = lua == "5.4" and "Lua 5.4" or "LuaJIT"
    grid("decode", title, { "memcpy", "idocr", "lua-cjson", "lua-cjson + mime" }, lua, 1, data.replies, spread)
  end
end

if rows.known.nginx then
  say("## In nginx (ms of CPU of the worker, a call)\n")
  for _, in_flight in ipairs { 1, 16 } do
    grid("nginx", ("%d in flight"):format(in_flight), NGINX, "http", in_flight, data.sizes, milliseconds)
  end
end

if rows.known.stores then
  say("## What is shared: a rate limit and a passport call of 90 KB with a stub transport (µs of wall time; round trips to Redis)\n")
  local lines = {}
  for _, who in ipairs { "limit, memory", "limit, redis", "call, no cache", "call, memory", "call, redis" } do
    local trips = rows:of("stores", who, "5.4", "", 1, true)
    if trips then
      lines[#lines + 1] = {
        (who:gsub("^call, ([mr])", "cached call, %1")), spread(rows:of("stores", who, "5.4", "")),
        spread(rows:of("stores", who, "luajit", "")), ("%.0f"):format(trips.median),
      }
    end
  end
  table_of({ "", "Lua 5.4", "LuaJIT", "round trips" }, lines)
end

if rows.known.fit then
  local files = { { "12 MP JPEG" }, { "48 MP JPEG" }, { "20 MP PNG" }, { "12 MP HEIC" } }
  local function megabytes(found) return found and number(found.median / 1024) or "" end
  say("## A picture made to fit: 2400 pixels, quality 90, one core\n")
  local whos = { "idocr", "sharp", "ImageMagick" }
  grid("fit", "ms of CPU", whos, "", 1, files, milliseconds)
  grid("fit", "MB of memory (ImageMagick: of the whole process)", whos, "", 1, files, megabytes, true)
end

if rows.known.queue then
  say("## A picture of 90 KB through a queue and in a plain loop, with a stub transport (µs of wall time; pictures a second in Lua 5.4)\n")
  local lines = {}
  for _, who in ipairs { "plain loop, in memory", "enqueue with upload, in memory", "work, in memory",
    "enqueue with upload, appendfsync always", "work, appendfsync always" } do
    local found = rows:of("queue", who, "5.4", "", 1)
    if found then
      lines[#lines + 1] = {
        (who:gsub("^plain loop, in memory", "plain loop")), spread(rows:of("queue", who, "5.4", "")),
        spread(rows:of("queue", who, "luajit", "")), ("%.0f"):format(1e6 / found.median),
      }
    end
  end
  table_of({ "", "Lua 5.4", "LuaJIT", "pictures a second" }, lines)
end

local function line_of(who, points_at)
  local points = {}
  points_at(function(x, found) if found then points[#points + 1] = { x, found.median / 1000 } end end, who)
  return #points > 1 and { name = who, points = points } or nil
end

local function lines_of(points_at)
  local lines = {}
  for _, who in ipairs { "Node SDK", "plain Lua recipe", "idocr, from a file", "idocr", "libcurl + SHA-256", "libcurl" } do
    lines[#lines + 1] = line_of(who, points_at)
  end
  return lines
end

local panels = {}
local by_size = lines_of(function(put, who)
  for _, entry in ipairs(data.sizes) do put(entry[2] / 1024, rows:of("calls", who, "http", entry[1], 1)) end
end)
if #by_size > 0 then
  panels[1] = { title = "CPU of a call over HTTP, ms", x_title = "size of the picture (one in flight)",
    ticks = { { "20 KB", 20 }, { "200 KB", 200 }, { "1 MB", 1024 }, { "5 MB", 5120 } }, lines = by_size }
end
local by_flight = lines_of(function(put, who)
  for _, n in ipairs { 1, 16, 64 } do put(n, rows:of("calls", who, "http", "5MB", n)) end
end)
if #by_flight > 0 then
  panels[#panels + 1] = { title = "CPU of a 5 MB call over HTTP, ms", x_title = "calls in flight",
    ticks = { { "1", 1 }, { "16", 16 }, { "64", 64 } }, lines = by_flight }
end

local text = table.concat(out, "\n") .. "\n"
io.write(text)
if #panels > 0 then
  process.write(arg[3], chart.draw(panels))
  text = text .. ("![CPU by size and by calls in flight](%s)\n"):format(arg[3]:match("[^/]+$"))
end
process.write(arg[2], text)
