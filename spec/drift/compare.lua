-- Compares the models of an official SDK with the tables of cards, member by member, and with the summary of an SDK that was kept.
-- Because a package may be older than the tables, a member that it lacks is only "removed" where the kept summary, of an older
-- package, had it.

local kinds = require "idocr.kinds"

local compare = {}

---@class idocr.drift.Finding
---@field what string    "removed", "added", "renamed", "retyped", "newer", "wrong_type", "action_removed", "action_added", "action_back"
---@field action string
---@field member string? dotted path; inputs begin with "input "
---@field detail string?
---@field drift boolean  true: the vendor changed it; false: for information

local function older(a, b)
  local left, right = {}, {}
  for part in a:gmatch("%d+") do left[#left + 1] = tonumber(part) end
  for part in b:gmatch("%d+") do right[#right + 1] = tonumber(part) end
  for index = 1, math.max(#left, #right) do
    if (left[index] or 0) ~= (right[index] or 0) then return (left[index] or 0) < (right[index] or 0) end
  end
  return false
end

-- ---- what the tables say

local INPUT_TYPES = { boolean = "boolean", string = "string", json = "string", integer = "number", list = "list" }

local function add_inputs(service, members)
  for _, input in ipairs(service.inputs) do members["input " .. input.wire] = INPUT_TYPES[input.type] end
  for _, picture in ipairs(service.pictures) do
    members["input " .. picture.base64] = "string"
    if picture.url then members["input " .. picture.url] = "string" end
  end
end

-- Returns the part of a path that the models show: JSON in a string has no members there.
local function visible(service, wire)
  for path in pairs(service.embedded or {}) do
    if wire:sub(1, #path + 1) == path .. "." then return path end
  end
  return wire
end

local function add_outputs(service, members)
  local function add(wire) members[visible(service, wire)] = members[visible(service, wire)] or "any" end
  for _, list in ipairs { service.outputs, service.visual or {} } do
    for _, output in ipairs(list) do
      add(output.wire)
      if output.confidence then add(output.confidence) end
    end
  end
  for list, codes in pairs(service.warnings) do
    local is_flags = list:find("*", 1, true) ~= nil
    if not is_flags then add(list) end
    for code in pairs(is_flags and codes or {}) do add((list:gsub("%*", tostring(code)))) end
  end
end

--- Returns what the tables know of Tencent's actions at a site: action -> { members = member -> type or "any", removed = date }.
---@param site string
---@return table<string, { members: table<string, string>, removed: string? }>
function compare.known(site)
  local known = {}
  local function of(action, removed)
    known[action] = known[action] or { members = {}, removed = removed }
    return known[action]
  end
  for _, name in ipairs(kinds.list()) do
    for _, service in ipairs(kinds.get(name).services) do
      local date = service.removed and service.removed[site]
      local here = service.provider == "tencent" and (not service.sites or service.sites[site] or date)
      local asked = service.result
      if here then add_inputs(service, of(service.action, date).members) end
      if here and asked then
        of(service.action).members[asked.token] = "string"
        of(asked.action).members["input " .. asked.token] = "string"
        of(asked.action).members[asked.status] = "string"
      end
      if here then add_outputs(service, of(asked and asked.action or service.action, date).members) end
    end
  end
  return known
end

-- ---- the comparison

-- Returns the members of an action of a summary, as the tables name them.
local function members_of(action)
  local members = {}
  for name, type in pairs(action.inputs) do members["input " .. name] = type end
  for name, type in pairs(action.outputs) do members[name] = type end
  return members
end

local function sorted(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function parent_of(member) return member:match("^(.*)%.[^.]+$") or member:match("^input ") or "" end

-- Pairs a removed member with an added one of the same type in the same object.
local function pair_renamed(removed, added, before, now, add)
  for _, old in ipairs(sorted(removed)) do
    local found, count = nil, 0
    for _, new in ipairs(sorted(added)) do
      if now[new] == before[old] and parent_of(new) == parent_of(old) then found, count = new, count + 1 end
    end
    if count == 1 then
      removed[old], added[found] = nil, nil
      add("renamed", old, "perhaps renamed to " .. found, true)
    end
  end
end

-- Compares an action with the same action of the kept summary.
local function compare_kept(before, now, known, add)
  local removed, added = {}, {}
  for name, type in pairs(before) do
    if now[name] == nil then
      removed[name] = true
    elseif now[name] ~= type then
      add("retyped", name, type .. " became " .. now[name], true)
    end
  end
  for name in pairs(now) do
    if before[name] == nil then added[name] = true end
  end
  pair_renamed(removed, added, before, now, add)
  for _, name in ipairs(sorted(removed)) do add("removed", name, nil, true) end
  for _, name in ipairs(sorted(added)) do
    local has = known[name] ~= nil
    add("added", name, now[name] .. (has and ", the table has it" or ""), not has)
  end
end

-- Returns the outermost object of a member that a package lacks.
local function missing_part(member, now)
  local part = member:match("^[^.]+")
  while now[part] ~= nil and #part < #member do part = member:match("^" .. part:gsub("%p", "%%%0") .. "%.[^.]+") end
  return part
end

-- Compares an action with the tables. `elsewhere` has the members that the package of the other site has.
local function compare_table(known, now, before, gone, elsewhere, add)
  local missing = {}
  for _, name in ipairs(sorted(known)) do
    local wanted, found = known[name], now[name]
    if found == nil then
      local part = missing_part(name, now)
      if not gone[name] and elsewhere[name] == nil then missing[part] = (missing[part] or 0) + 1 end
    elseif wanted ~= "any" and wanted ~= found and not (wanted == "number" and found == "integer") then
      add("wrong_type", name, ("%s in the table, %s in the package"):format(wanted, found), true)
    end
  end
  for _, part in ipairs(sorted(missing)) do
    local count = missing[part] > 1 and (" (%d members)"):format(missing[part]) or ""
    local certain = before and before[part] ~= nil -- the kept summary of a newer package has it
    add("newer", part, "newer than this package" .. (certain and "" or ", or misspelt in the table") .. count, false)
  end
end

--- Compares a summary with the tables and with the kept summary.
---@param summary table of models.js
---@param kept table? of models.js: of the package that was compared before
---@param other table? of models.js: of the other site, whose members the tables have too
---@return idocr.drift.Finding[]
function compare.run(summary, kept, other)
  local findings, is_newer = {}, kept and not older(summary.version, kept.version)
  local function add(what, action, member, detail, drift)
    findings[#findings + 1] = { what = what, action = action, member = member, detail = detail, drift = drift }
  end
  local known = compare.known(summary.site)
  for _, action in ipairs(sorted(known)) do
    local now, before = summary.actions[action], kept and kept.actions[action]
    local removed = known[action].removed
    if now and removed and is_newer and not before then
      add("action_back", action, nil, "the table has it as removed since " .. removed, true)
    elseif not now and before and is_newer then
      local knows = removed and ", the table has it as removed since " .. removed or ""
      add("action_removed", action, nil, ("the package %s had it%s"):format(kept.version, knows), not removed)
    elseif not now and not removed then
      add("newer", action, nil, "the action is newer than this package", false)
    elseif now and not removed then
      local gone, members = {}, members_of(now)
      local function add_member(what, member, detail, drift)
        if what == "removed" or what == "renamed" then gone[member] = true end
        add(what, action, member, detail, drift)
      end
      if before and is_newer then compare_kept(members_of(before), members, known[action].members, add_member) end
      local elsewhere = other and other.actions[action] and members_of(other.actions[action]) or {}
      compare_table(known[action].members, members, before and members_of(before), gone, elsewhere, add_member)
    end
  end
  local had = {}
  for _, action in ipairs(kept and kept.all or {}) do had[action] = true end
  for _, action in ipairs(is_newer and summary.all or {}) do
    if not had[action] then add("action_added", action, nil, "no table uses it", true) end
  end
  return findings
end

--- Returns a finding as a line.
---@param finding idocr.drift.Finding
---@return string
function compare.line(finding)
  return ("%-14s %s%s%s"):format(finding.what, finding.action, finding.member and " " .. finding.member or "",
    finding.detail and ": " .. finding.detail or "")
end

return compare
