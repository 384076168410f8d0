-- Tests that `idocr sign` prints a request without secrets, in all parts and encodings.

local cli = require "spec.support.command"
local core = require "idocr.core"
local process = require "spec.support.process"
local sign = require "idocr.cli.commands.sign"

local q = process.quote

describe("idocr sign", function()
  local KEYS = {
    tencent = {
      TENCENTCLOUD_SECRET_ID = "AKIDPLANTEDidPLANTEDidPLANTEDid0123", TENCENTCLOUD_SECRET_KEY = "PLANTEDkeyPLANTEDkeyPLANTEDkey01234",
      TENCENTCLOUD_SESSION_TOKEN = "PLANTEDtoken+/=%PLANTEDtoken&?x.z",
    },
    ekycpro = { EKYCPRO_API_KEY = "PLANTEDapi0123456789abcdefPLANTED", EKYCPRO_TOKEN = "PLANTEDtoken+/=%&?#.PLANTEDtoken" },
  }

  -- A masked value may contain the first four bytes.
  local function forms(secret)
    local rest = secret:sub(5)
    local json = rest:gsub('[\\"/]', "\\%0")
    local html = rest:gsub("[&<>\"]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" })
    return { rest, core.percent_encode(rest), json, html, core.base64_encode(secret), "PLANTED" }
  end

  for provider, variables in pairs(KEYS) do
    for _, options in ipairs { "", " --proxy http://user:PLANTEDproxy%2Bpassword@127.0.0.1:1", " --set portrait=true" } do
      if not (provider == "ekycpro" and options:find("portrait", 1, true)) then
        it("masks the secrets of " .. provider .. ":" .. options, function()
          local environment = "no_proxy='' https_proxy='http://u:PLANTEDproxy@127.0.0.1:1' "
          for name, value in pairs(variables) do environment = environment .. name .. "=" .. q(value) .. " " end
          local out, status, stderr = cli.with(environment, "sign malaysia_id --provider " .. provider .. options .. " %s",
            cli.specimen("malaysia_id").path)
          assert.are.equal(0, status, stderr)
          assert.is_truthy(out:find("curl -X POST 'https://", 1, true), out)
          for _, secret in pairs(variables) do
            for _, form in ipairs(forms(secret)) do assert.is_nil((out .. stderr):find(form, 1, true), out .. stderr) end
          end
        end)
      end
    end
  end

  it("prints the names of a query but not its values", function()
    for url, wanted in pairs {
      ["https://a.test/v1/x?token=abc"] = "https://a.test/v1/x?token=***",
      ["https://a.test/?a=1&token=%4D%41?&b"] = "https://a.test/?a=***&token=***&***",
      ["https://a.test/?%74oken=abc"] = "https://a.test/?***",
      ["https://user:pass@a.test/x#f"] = "https://***@a.test/x",
      ["https://a.test/v1/x"] = "https://a.test/v1/x",
    } do
      assert.are.equal(wanted, sign.mask_url(url))
    end
  end)

  it("prints only headers that are known to contain no secrets", function()
    assert.are.equal("ap-singapore", sign.mask_header("X-TC-Region", "ap-singapore"))
    assert.are.equal("AKID***", sign.mask_header("X-API-Key", "AKID0123456789abc"))
    assert.are.equal("***", sign.mask_header("x-api-key", "short"))
    assert.are.equal("***", sign.mask_header("Authorization", "Bearer abc"))
    for _, name in ipairs { "X-TC-Token", "Proxy-Authorization", "Cookie", "X-Some-Header" } do
      assert.are.equal("***", sign.mask_header(name, "0123456789abcdefghi"))
    end
  end)
end)
