-- Compares the tables of cards with the kept summaries of the official SDKs, without a network, and summaries with one another.

local cjson = require "cjson"
local compare = dofile "spec/drift/compare.lua"
local process = require "spec.support.process"

local function read(name) return cjson.decode(process.read("spec/drift/" .. name)) end

-- Returns the findings as lines "what action member", and only those of `what` where it is given.
local function lines(findings, what)
  local list = {}
  for _, finding in ipairs(findings) do
    if not what or finding.what == what then
      list[#list + 1] = ("%s %s%s"):format(finding.what, finding.action, finding.member and " " .. finding.member or "")
    end
  end
  return list
end

local function drifted(findings)
  local list = {}
  for _, finding in ipairs(findings) do
    if finding.drift then list[#list + 1] = finding end
  end
  return lines(list)
end

-- Returns a copy of a kept summary, of a newer version.
local function newer(name)
  local summary = read(name)
  summary.version = "99.0.1"
  return summary
end

local PASSPORT = { "FatherName", "MiddleName", "MotherName", "PassportFlag", "Postname", "Title" }

describe("the tables of cards", function()
  -- What the vendor's definitions of 2026-08 have and the newest packages on npm do not.
  local NEWER = {
    cn = { "MainlandPermitOCR WarnCardInfos", "PermitOCR WarnCardInfos" },
    intl = {
      "ApplyCardVerificationExternal input WebhookUrl", "GetCardVerificationExternalResult BackCardInfo", "MainlandPermitOCR WarnCardInfos",
      "PermitOCR WarnCardInfos", "RecognizeBrazilDriverLicenseOCR input LicenceVersion", "RecognizePhilippinesVoteIDOCR MiddleName",
    },
  }
  for _, member in ipairs { "Address.District", "Address.Subdistrict", "BloodType", "Endorsement", "Height", "IssuedCountryCode",
    "IssuedPlace", "MRZLine1", "MRZLine2", "MiddleName", "Religion", "Restrictions", "Type", "VehicleClass", "Weight" } do
    table.insert(NEWER.intl, "GetCardVerificationExternalResult CardInfo." .. member)
  end

  for site, other in pairs { cn = "intl", intl = "cn" } do
    it("agree with the kept models of the site " .. site .. " in every member but those that are newer", function()
      local kept, expected = read("kept-" .. site .. ".json"), {}
      for _, name in ipairs(NEWER[site]) do expected[#expected + 1] = "newer " .. name end
      for _, member in ipairs(PASSPORT) do expected[#expected + 1] = "newer MLIDPassportOCR PassportRecognizeInfos." .. member end
      local found = lines(compare.run(kept, kept, read("kept-" .. other .. ".json")))
      table.sort(expected)
      table.sort(found)
      assert.same(expected, found)
    end)
  end
end)

describe("the comparison with an older package", function()
  it("finds what the vendor added and removed since then", function()
    local older, kept = read "older-cn.json", read "kept-cn.json"
    older.all = kept.all
    local found = lines(compare.run(kept, older, read "kept-intl.json"))
    local has = {}
    for _, line in ipairs(found) do has[line] = true end
    for _, line in ipairs {
      "action_removed HmtResidentPermitOCR", "added HKIDCardOCR SmallHeadImage", "added RecognizeThaiIDCardOCR LaserID",
      "added RecognizeThaiIDCardOCR input BackImageBase64", "added MLIDPassportOCR PassportRecognizeInfos.BirthPlace",
    } do
      assert.is_true(has[line], line)
    end
    assert.same({}, drifted(compare.run(kept, older, read "kept-intl.json"))) -- the tables have all of it
    assert.same({}, lines(compare.run(kept, older), "removed"))
  end)

  it("does not take what the older package lacks for removed", function()
    local older, kept = read "older-cn.json", read "kept-cn.json"
    local found = compare.run(older, kept)
    assert.same({}, drifted(found))
    local has = {}
    for _, finding in ipairs(found) do has[finding.action .. " " .. tostring(finding.member)] = finding.detail end
    assert.equal("newer than this package", has["HKIDCardOCR SmallHeadImage"])
    assert.equal("newer than this package", has["RecognizeThaiIDCardOCR LaserID"])
  end)
end)

describe("the comparison with a newer package", function()
  local function run(change)
    local summary = newer "kept-intl.json"
    change(summary)
    return compare.run(summary, read "kept-intl.json", read "kept-cn.json")
  end

  it("finds nothing where nothing changed", function() assert.same({}, drifted(run(function() end))) end)

  it("finds a removed member and a removed action", function()
    assert.same({ "removed HKIDCardOCR CnName" }, drifted(run(function(summary) summary.actions.HKIDCardOCR.outputs.CnName = nil end)))
    assert.same({ "removed MLIDPassportOCR input RetImage" },
      drifted(run(function(summary) summary.actions.MLIDPassportOCR.inputs.RetImage = nil end)))
    assert.same({ "action_removed HKIDCardOCR" }, drifted(run(function(summary) summary.actions.HKIDCardOCR = nil end)))
  end)

  it("takes one removed and one added member of the same type in the same object for a renamed one", function()
    local found = run(function(summary)
      local outputs = summary.actions.HKIDCardOCR.outputs
      outputs.CnName, outputs.ChineseName = nil, "string"
    end)
    assert.same({ "renamed HKIDCardOCR CnName" }, drifted(found))
    found = run(function(summary)
      local outputs = summary.actions.HKIDCardOCR.outputs
      outputs.CnName, outputs.ChineseName = nil, "number"
    end)
    assert.same({ "removed HKIDCardOCR CnName", "added HKIDCardOCR ChineseName" }, drifted(found))
    found = run(function(summary)
      local outputs = summary.actions.HKIDCardOCR.outputs
      outputs.CnName, outputs.First, outputs.Last = nil, "string", "string"
    end)
    assert.same({ "removed HKIDCardOCR CnName", "added HKIDCardOCR First", "added HKIDCardOCR Last" }, drifted(found))
  end)

  it("finds a changed type, also against the table", function()
    local found = run(function(summary) summary.actions.MLIDPassportOCR.inputs.RetImage = "string" end)
    assert.same({ "retyped MLIDPassportOCR input RetImage", "wrong_type MLIDPassportOCR input RetImage" }, drifted(found))
  end)

  it("finds new actions, and an action that came back", function()
    assert.same({ "action_added ReadPalmOCR" }, drifted(run(function(summary) table.insert(summary.all, "ReadPalmOCR") end)))
    local kept = read "kept-cn.json"
    assert.is_nil(kept.actions.HmtResidentPermitOCR)
    local summary = newer "kept-cn.json"
    summary.actions.HmtResidentPermitOCR = read("older-cn.json").actions.HmtResidentPermitOCR
    assert.same({ "action_back HmtResidentPermitOCR" }, drifted(compare.run(summary, kept, read "kept-intl.json")))
  end)
end)
