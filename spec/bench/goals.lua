--- Compares the measurements with the goals of idocr. Ratios are of CPU time, medians over interleaved rounds.

local ALL = { "20KB", "200KB", "1MB", "5MB" }
local LARGE = { "200KB", "1MB", "5MB" }
local SDK = { ["20KB"] = 12, ["200KB"] = 8, ["1MB"] = 5.5, ["5MB"] = 5.5 }

--- Returns rows { what, goal, measured, "met"|"missed at SIZE…"|"" }. A row without a goal is the bound of the goal above it.
---@param rows table as of spec.bench.stats
return function(rows)
  local list = {}

  local function add(what, goal, limit, at_least, sizes, measure, form)
    local texts, missed = {}, {}
    for _, size in ipairs(sizes) do
      local value = measure(size)
      if value then
        texts[#texts + 1] = (#sizes > 1 and size .. " " or "") .. (form or "%.2f"):format(value)
        local wanted = type(limit) == "table" and limit[size] or limit
        local ok = not wanted or at_least and value >= wanted or not at_least and value <= wanted
        if not ok then missed[#missed + 1] = size end
      end
    end
    if texts[1] then
      local verdict = missed[1] and "missed at " .. table.concat(missed, ", ") or limit and "met" or ""
      list[#list + 1] = { what, goal, table.concat(texts, ", "), verdict }
    end
  end

  local function bound(what, sizes, measure) add("(" .. what .. ")", "", nil, true, sizes, measure, "%.1f") end

  local function ratio(part, who, other, scheme, in_flight, invert)
    return function(size)
      local above, below = who, other
      if invert then above, below = other, who end
      local found = rows:ratio(part, above, below, scheme, size, in_flight)
      return found and found.median
    end
  end

  local function prepare(build, column)
    return function(size)
      return ratio("prepare", column, "OpenSSL's SHA-256", build, 1)(size)
    end
  end

  add("prepare, in memory / SHA-256", "≤ 1.03", 1.03, false, ALL, prepare("idocr", "memory"), "%.3f")
  add("the same, AVX2 only", "≤ 1.10", 1.10, false, ALL, prepare("idocr, AVX2 only", "memory"), "%.3f")
  add("the same, portable", "≤ 1.40", 1.40, false, ALL, prepare("idocr, portable", "memory"), "%.3f")
  add("prepare, from a file / SHA-256", "≤ 1.08", 1.08, false, ALL, prepare("idocr", "file"), "%.3f")
  add("sign, payload hash known, µs", "≤ 1", 1, false, { "20KB" }, function(size)
    local found = rows:of("prepare", "sign", "idocr", size, 1)
    return found and found.median
  end)
  for _, scheme in ipairs { "http", "https" } do
    for _, in_flight in ipairs { 1, 16 } do
      local where = (", %s, %d in flight"):format(scheme:upper(), in_flight)
      local to_floor = ratio("calls", "idocr", "libcurl + SHA-256", scheme, in_flight)
      add("signed call / (libcurl + SHA-256)" .. where, "≤ 1.10", 1.10, false, LARGE, to_floor, "%.3f")
      add("signed call / (libcurl + SHA-256)" .. where, "≤ 1.25", 1.25, false, { "20KB" }, to_floor, "%.3f")
      add("Node SDK / idocr, from a file" .. where, "≥ 12, 8, 5.5, 5.5", SDK, true, ALL,
        ratio("calls", "idocr, from a file", "Node SDK", scheme, in_flight, true), "%.1f")
      bound("Node SDK / libcurl + SHA-256" .. where, ALL,
        ratio("calls", "libcurl + SHA-256", "Node SDK", scheme, in_flight, true))
    end
    add("plain Lua recipe / idocr, from a file, " .. scheme:upper(), "≥ 3, 5", { ["20KB"] = 3, ["5MB"] = 5 }, true, { "20KB", "5MB" },
      ratio("calls", "idocr, from a file", "plain Lua recipe", scheme, 1, true), "%.1f")
    bound("plain Lua recipe / libcurl + SHA-256, " .. scheme:upper(), { "20KB", "5MB" },
      ratio("calls", "libcurl + SHA-256", "plain Lua recipe", scheme, 1, true))
  end
  add("unsigned payload / libcurl, HTTPS, 1 in flight", "≤ 1.05", 1.05, false, { "5MB" },
    ratio("calls", "idocr, unsigned payload", "libcurl", "https", 1), "%.3f")
  for _, limit in ipairs { { "http", 96 }, { "https", 144 } } do
    add("KB of memory per 5 MB call in flight, " .. limit[1]:upper(), "≤ " .. limit[2], limit[2], false, { "5MB" }, function(size)
      local one, many, n = rows:of("memory", "idocr, from a file", limit[1], size, 1), nil, nil
      for _, in_flight in ipairs { 256, 64, 16 } do
        if not many then many, n = rows:of("memory", "idocr, from a file", limit[1], size, in_flight), in_flight end
      end
      return one and many and (many.median - one.median) / (n - 1)
    end, "%.0f")
  end
  add("3 MB reply to a card / memcpy, Lua 5.4", "≤ 3", 3, false, { "3MB" }, ratio("decode", "idocr", "memcpy", "5.4", 1))
  add("3 MB reply to a card / memcpy, LuaJIT", "≤ 3", 3, false, { "3MB" }, ratio("decode", "idocr", "memcpy", "luajit", 1))
  add("3 MB reply, whole round: plain Lua recipe / idocr", "≥ 12", 12, true, { "3MB" },
    ratio("round", "idocr", "plain Lua recipe", "http", 1, true), "%.1f")
  for _, in_flight in ipairs { 1, 16 } do
    add(("nginx: signed call / (bare cosocket + SHA-256), %d in flight"):format(in_flight), "≤ 1.25", 1.25, false, LARGE,
      ratio("nginx", "idocr", "bare cosocket + SHA-256", "http", in_flight), "%.3f")
    add(("nginx: plain script / idocr, from a file, %d in flight"):format(in_flight), "≥ 3", 3, true, LARGE,
      ratio("nginx", "idocr, from a file", "plain script", "http", in_flight, true), "%.1f")
    bound(("nginx: plain script / bare cosocket + SHA-256, %d in flight"):format(in_flight), LARGE,
      ratio("nginx", "bare cosocket + SHA-256", "plain script", "http", in_flight, true))
  end
  return list
end
