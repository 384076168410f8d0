--- Describes the newest response of each action: its members in order, with their empty values. The shape of an action
--- that is not listed is derived from the outputs of its card table.

local json = require "idocr.json"

local shapes = {}

--- One member of a response.
---@class idocr.sandbox.Member
---@field [1] string     name
---@field [2] any        empty value; nil: the member is omitted if it has no value
---@field site string?   returned only by this site
---@field region string? returned only by this region
---@field members idocr.sandbox.Member[]?

---@class idocr.sandbox.Shape
---@field members idocr.sandbox.Member[]
---@field sex table<string, string>?         text of "M" and "F"
---@field resident_types table<string, any>? values of "permanent" and "non-permanent"
---@field warnings string?                   the list in use today, if the service has several

local MALAY = { M = "LELAKI", F = "PEREMPUAN" }
local CHINESE = { M = "男", F = "女" }
local INDONESIAN = { M = "LAKI-LAKI", F = "PEREMPUAN" }

local function texts(names, more)
  local members = {}
  for name in names:gmatch("%S+") do members[#members + 1] = { name, "" } end
  for _, member in ipairs(more or {}) do members[#members + 1] = member end
  return members
end

shapes.actions = {
  IDCardOCR = {
    members = texts("Name Sex Nation Birth Address IdNum Authority ValidDate", {
      { "AdvancedInfo", members = { { "WarnInfos", json.list() } } },
      { "ReflectDetailInfos", json.list() },
    }),
    sex = CHINESE,
  },

  RecognizeMainlandIDCardOCR = {
    members = texts("Name Sex Nation Birth Address IdNum Authority ValidDate", {
      { "WarnCardInfos", json.list() }, { "PortraitImage", "" }, { "IdCardImage", "" },
    }),
    sex = CHINESE,
  },

  MLIDCardOCR = {
    members = {
      { "ID", "" }, { "Name", "" }, { "Address", "" }, { "Sex", "" }, { "Warn", json.list() }, { "Image", "" }, { "AdvancedInfo", "1" },
      { "Type", "" }, { "Birthday", "" }, { "MyKadNumber", "" }, { "WarnCardInfos", json.list() },
    },
    sex = MALAY,
    warnings = "WarnCardInfos",
  },

  MLIDPassportOCR = {
    members = {
      { "ID", "" }, { "Name", "" }, { "DateOfBirth", "" }, { "Sex", "" }, { "DateOfExpiration", "" }, { "IssuingCountry", "" },
      { "Nationality", "" }, { "Warn", json.list() }, { "Image", "" }, { "AdvancedInfo", "1" }, { "CodeSet", "" }, { "CodeCrc", "" },
      { "Surname", json.null }, { "GivenName", json.null }, { "Type", "" },
      {
        "PassportRecognizeInfos",
        members = texts("Type IssuingCountry PassportID Surname GivenName Name Nationality DateOfBirth Sex DateOfIssuance "
          .. "DateOfExpiration Signature IssuePlace IssuingAuthority BirthPlace", {
          { "PassportFlag", "", site = "intl" }, { "MiddleName", "", site = "intl" }, { "FatherName", "", site = "intl" },
          { "MotherName", "", site = "intl" }, { "Title", "", site = "intl" }, { "Postname", "", site = "intl" },
        }),
      },
      { "WarnCardInfos", json.list() },
      { "CardCount", region = "ap-bangkok" },
      { "IsComplete", site = "intl" },
    },
    warnings = "WarnCardInfos",
  },

  RecognizeMacaoIDCardOCR = {
    members = texts("CnLastName EnLastName LastNameCode CnFirstName EnFirstName FirstNameCode ID Birthday Sex FirstIssueDate "
      .. "CurrentIssueDate ValidityPeriod Symbol Height", {
      { "RetImage", json.null }, { "Angle", json.null }, { "ResidentType", "" }, { "WarnCardInfos", json.list() },
    }),
  },

  ["my_ocr/general"] = {
    members = texts("CardNumber DateOfBirth Gender Name Address"),
    sex = MALAY,
  },
}

--- Error codes that only some actions have: action -> code -> true.
shapes.codes = {}
for code, actions in pairs {
  ["FailedOperation.EmptyImageError"] = "IDCardOCR RecognizeMacaoIDCardOCR RecognizeValidIDCardOCR RecognizeMainlandIDCardOCR "
    .. "DriverLicenseOCR ResidenceBookletOCR RideHailingDriverLicenseOCR RecognizeBrazilDriverLicenseOCR RecognizeThaiIDCardOCR "
    .. "RecognizeThaiPinkCard",
  ["FailedOperation.CardSideError"] = "IDCardOCR RecognizeMainlandIDCardOCR RecognizeValidIDCardOCR DriverLicenseOCR",
  ["FailedOperation.ImageSizeTooLarge"] = "IDCardOCR RecognizeMainlandIDCardOCR RecognizeValidIDCardOCR DriverLicenseOCR",
} do
  for action in actions:gmatch("%S+") do
    shapes.codes[action] = shapes.codes[action] or {}
    shapes.codes[action][code] = true
  end
end

-- Empty values by converter; a member of any other converter is an empty string.
local EMPTY = {
  integer = false, number = false, metres = false, centimetres = false, score = false, boolean = false, -- omitted
  positions = json.list(),
}

local function add_member(members, path, default)
  local head, rest = path:match("^([^.]+)%.?(.*)$")
  local found
  for _, member in ipairs(members) do
    if member[1] == head then found = member end
  end
  if not found then
    found = { head }
    members[#members + 1] = found
  end
  if rest ~= "" then
    found.members = found.members or {}
    add_member(found.members, rest, default)
  elseif found[2] == nil then
    found[2] = default
  end
end

local function sorted(set)
  local names = {}
  for name in pairs(set or {}) do names[#names + 1] = name end
  table.sort(names, function(a, b) return tostring(a) < tostring(b) end)
  return names
end

-- What the outputs of an action do not say. Of its members: those that are texts though they hold numbers, and those that only one
-- site or region returns.
local FACTS = {
  HKIDCardOCR = {
    sex = { M = "男M", F = "女F" }, resident_types = { permanent = 1, ["non-permanent"] = 0 },
    members = { HKIDVersion = { "", site = "intl" }, Permanent = { -1 } }, -- -1: unknown
  },
  RecognizeThaiIDCardOCR = { members = { IsComplete = { site = "intl" }, CardCount = { region = "ap-bangkok" } } },
  RecognizeBrazilRNEOCR = { members = { VIA = { "" } } },
  MainlandPermitOCR = { sex = CHINESE, members = { IssueNumber = { "" } } },
  RecognizeValidIDCardOCR = { sex = CHINESE, members = { ["ResidencePermitInfo.IssueNum.Content"] = { "" } } },
  RecognizeIndonesiaIDCardOCR = { sex = INDONESIAN },
  ["id_ocr/general"] = { sex = INDONESIAN },
  DriverLicenseOCR = { sex = CHINESE }, PermitOCR = { sex = CHINESE }, ResidenceBookletOCR = { sex = CHINESE },
}

-- Adds the objects of the other kinds that an action reads, which are null.
local function add_others(members, shows)
  if not shows or not shows.wire:find("*", 1, true) then return end
  for _, name in ipairs(sorted(shows.kinds)) do
    local path = shows.wire:gsub("%*", (name:gsub("%%", "%%%%")))
    add_member(members, path, json.null)
  end
end

local function add_facts(members, facts, prefix)
  for _, member in ipairs(members) do
    local path = prefix .. member[1]
    local fact = facts[path]
    if fact then member[2], member.site, member.region = fact[1], fact.site, fact.region end
    if member.members then add_facts(member.members, facts, path .. ".") end
  end
end

local function derive(service)
  local members = {}
  for _, list in ipairs { service.outputs, service.visual or {} } do
    for _, output in ipairs(list) do
      local default = EMPTY[output.as]
      if default == nil then default = "" end
      add_member(members, output.wire, default or nil)
    end
  end
  for _, list in ipairs(sorted(service.warnings)) do
    local is_flags = list:find("*", 1, true)
    if not is_flags then add_member(members, list, json.list()) end
    for _, flag in ipairs(is_flags and sorted(service.warnings[list]) or {}) do
      add_member(members, (list:gsub("%*", flag)), list:sub(-1) == "*" and 0 or false)
    end
  end
  for _, path in ipairs(sorted(service.embedded)) do add_member(members, path, "1") end
  add_others(members, service.shows)
  local facts = FACTS[service.action] or {}
  add_facts(members, facts.members or {}, "")
  return { members = members, sex = facts.sex, resident_types = facts.resident_types }
end

--- Returns the shape of a service's response.
---@param service idocr.Service
---@return idocr.sandbox.Shape
function shapes.of(service)
  return shapes.actions[service.action] or derive(service)
end

return shapes
