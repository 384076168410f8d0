-- Compares summaries of the official SDKs with the tables of cards and prints what differs; the status is 1 where the vendor changed
-- something. With "keep" as the first word it writes the summaries in place of the kept ones, without what no table uses.
--   lua5.4 spec/drift/drift.lua [keep] SUMMARY…

local cjson = require "cjson"
local compare = dofile "spec/drift/compare.lua"

local function read(path)
  local file = io.open(path)
  local text = file and file:read("*a")
  if file then file:close() end
  return text and cjson.decode(text)
end

local function kept_path(site) return ("spec/drift/kept-%s.json"):format(site) end

-- Encodes JSON with sorted keys, one action a line, so that a change is one changed line.
local function encode(value, depth)
  if type(value) ~= "table" then return cjson.encode(value) end
  local parts = {}
  if value[1] ~= nil then
    for index, item in ipairs(value) do parts[index] = encode(item, depth + 1) end
    return "[" .. table.concat(parts, ", ") .. "]"
  end
  local names = {}
  for name in pairs(value) do names[#names + 1] = name end
  table.sort(names)
  for index, name in ipairs(names) do parts[index] = ("%q: %s"):format(name, encode(value[name], depth + 1)) end
  local join = depth < 2 and ",\n" .. ("  "):rep(depth + 1) or ", "
  return depth < 2 and "{\n" .. ("  "):rep(depth + 1) .. table.concat(parts, join) .. "\n" .. ("  "):rep(depth) .. "}"
    or "{" .. table.concat(parts, join) .. "}"
end

local keep = arg[1] == "keep"
local changed, summaries = false, {}
for index = keep and 2 or 1, #arg do summaries[#summaries + 1] = assert(read(arg[index]), arg[index]) end
for index, summary in ipairs(summaries) do
  if keep then
    local known = compare.known(summary.site)
    for action in pairs(summary.actions) do
      if not known[action] then summary.actions[action] = nil end
    end
    local file = assert(io.open(kept_path(summary.site), "w"))
    file:write(encode(summary, 0), "\n")
    file:close()
  else
    local kept = read(kept_path(summary.site))
    print(("%s: %s %s%s"):format(summary.site, summary.package, summary.version, kept and ", kept: " .. kept.version or ""))
    local count = 0
    for _, finding in ipairs(compare.run(summary, kept, summaries[3 - index])) do
      print("  " .. compare.line(finding))
      changed, count = changed or finding.drift, count + 1
    end
    if count == 0 then print("  no difference") end
  end
end
os.exit(changed and 1 or 0)
