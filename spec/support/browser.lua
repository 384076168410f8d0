--- Runs the programs of spec/browser, which drive a page in a headless chromium and print one line of JSON per check.
---
---   local reason = browser.missing()          why there is no browser here; nil: there is one
---   browser.run("page.js", { url, … }, 18)    fails where a check failed, and where there are fewer checks than that

local assert = require "luassert"
local cjson = require("cjson").new()
local process = require "spec.support.process"

local browser = {}

local MODULES = "spec/browser/node_modules"

local function find_chromium()
  for _, name in ipairs { "chromium", "chromium-browser", "google-chrome" } do
    local path, status = process.capture("command -v " .. name)
    if status == 0 then return (path:gsub("%s+$", "")) end
  end
end

--- Returns why the programs cannot run. Installs playwright-core with npm where it is missing.
---@return string? reason
function browser.missing()
  if not find_chromium() then return "chromium is not installed" end
  if select(2, process.capture "command -v npm && command -v node") ~= 0 then return "node or npm is not installed" end
  if process.read(MODULES .. "/playwright-core/package.json") then return nil end
  local install = "cd spec/browser && npm install --no-audit --no-fund --no-package-lock >/dev/null 2>&1"
  if select(2, process.capture(install)) ~= 0 then return "npm cannot install playwright-core" end
end

--- Runs a program: `node spec/browser/PROGRAM CHROMIUM SCREENSHOT-FOLDER ARGUMENT…`. IDOCR_SHOTS names a folder for screenshots.
---@param program string
---@param arguments string[]
---@param least integer  number of checks
function browser.run(program, arguments, least)
  local words = { program, find_chromium(), os.getenv "IDOCR_SHOTS" or "" }
  for _, argument in ipairs(arguments) do words[#words + 1] = argument end
  for index, word in ipairs(words) do words[index] = process.quote(index == 1 and "spec/browser/" .. word or word) end
  local out, status = process.capture("env -u http_proxy -u https_proxy timeout 120 node " .. table.concat(words, " ") .. " 2>&1")
  local checks, failed = 0, {}
  for line in out:gmatch("[^\n]+") do
    local ok, check = pcall(cjson.decode, line)
    if ok then
      checks = checks + 1
      if not check.ok then failed[#failed + 1] = check.name .. ": " .. tostring(check.saw) end
    end
  end
  assert.same({}, failed)
  assert.equal(0, status, out)
  assert.is_true(checks >= least, out)
end

return browser
