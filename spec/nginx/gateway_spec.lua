--- Tests the gateway of examples/openresty against the sandbox, as `make gateway` starts it.

local browser = require "spec.support.browser"
local cjson = require "cjson"
local idocr = require "idocr"
local nginx = require "spec.support.nginx"
local ports = require "spec.support.ports"
local process = require "spec.support.process"
local stamp = require "idocr.sandbox.stamp"

if not nginx.available() then
  pending "nginx with its Lua module is not installed"
  return
end

local SPECIMENS = "lua/idocr/sandbox/specimens/"

describe("the gateway of the examples", function()
  local gateway, base, logs

  -- Starts a gateway with more environment variables. Returns it and its URL.
  local function start(environment)
    local port, out = ports.free_port(), process.tempdir() .. "/said"
    local command = ("%s PORT=%d exec examples/openresty/start.sh"):format(environment, port)
    local started = process.spawn(command, { stdout = out, stderr = out })
    process.wait_for(function()
      local said = process.read(out) or ""
      assert(started.alive(), said)
      return said:find("The gateway is at ", 1, true)
    end, 20)
    return started, "http://127.0.0.1:" .. port, process.read(out):match("its log: (%S+)/error%.log")
  end

  setup(function() gateway, base, logs = start "" end)

  teardown(function() gateway.stop() end)

  local function curl(arguments, path)
    local text = process.run(("curl -sS -w '\\n%%{http_code} %%{content_type}' %s '%s%s'"):format(arguments, base, path))
    local body, status, kind = text:match("^(.*)\n(%d+) ?([^\n]*)$")
    local ok, decoded = pcall(cjson.decode, body)
    return tonumber(status), ok and decoded or body, kind
  end

  -- Returns the sorted names of the kinds that a gateway lists, and its answer.
  local function listed(url)
    local kinds, names = cjson.decode(process.run("curl -sS " .. url .. "/v1/kinds")), {}
    for i, kind in ipairs(kinds) do
      names[i] = kind.name
      assert.is_string(kind.title)
    end
    table.sort(names)
    return names, kinds
  end

  it("lists every kind, with the name of its country", function()
    local names, kinds = listed(base)
    assert.same(idocr.kinds(), names)
    local countries = {}
    for _, kind in ipairs(kinds) do countries[kind.name] = kind.country or "any" end
    assert.same({ "Thailand", "Brazil" }, { countries.thailand_id, countries.brazil_rnm })
    assert.same({ "any", "any" }, { countries.passport, countries.any_card })
  end)

  it("lists the kinds of its provider and site", function()
    local expected = {}
    for _, name in ipairs(idocr.kinds()) do
      for _, service in ipairs(idocr.describe(name).services) do
        local sites = table.concat(service.sites or {}, " ")
        if service.provider == "tencent" and sites:find("intl", 1, true) then
          expected[#expected + 1] = name
          break
        end
      end
    end
    local other, there = start "IDOCR_PROVIDER=tencent IDOCR_SITE=intl"
    local names = listed(there)
    other.stop()
    assert.same(expected, names)
    assert.is_true(#names >= 20)
  end)

  it("offers and reads a kind in a folder of the user", function()
    local folder = process.tempdir()
    process.run("mkdir -p " .. process.quote(folder .. "/idocr/cards"))
    process.write(folder .. "/idocr/cards/staff_card.lua", [[
return {
  title = "Staff card", country = "UTO", params = { side = { type = "string", values = { front = 1 }, help = "the side" } },
  services = {
    {
      provider = "tencent", action = "StaffCardOCR", sites = { cn = true },
      pictures = { { param = "image", base64 = "ImageBase64", side = "either" } }, formats = { jpeg = true },
      inputs = { { wire = "CardType", type = "integer", constant = 9, param = "side" } },
      outputs = { { wire = "Card.Number.Value", field = "number", as = "text" } },
    },
  },
}]])
    local path = "LUA_PATH=" .. process.quote(folder .. "/?.lua;" .. os.getenv "LUA_PATH")
    process.run(("%s %s lua/idocr/cli/start.lua stamp %s --kind staff_card --set number=S-1 -o %s"):format(path, process.lua,
      SPECIMENS .. "passport.jpg", folder .. "/card.jpg"))
    local other, there = start(path)
    local _, kinds = listed(there)
    local reply = cjson.decode(process.run(("curl -sS -F image=@%s %s/v1/read/staff_card"):format(folder .. "/card.jpg", there)))
    other.stop()
    local found
    for _, kind in ipairs(kinds) do found = kind.name == "staff_card" and kind or found end
    assert.same({ "Staff card", "either", "image/jpeg" }, { found.title, found.sides, found.accept:match("image/jpeg") })
    assert.same({ "S-1", true }, { reply.card and reply.card.number, reply.card and reply.card.sandbox })
  end)

  it("lists the params of its site", function()
    local function params(kinds)
      local names = {}
      for _, kind in ipairs(kinds) do
        for _, param in ipairs(kind.name == "china_id" and kind.params or {}) do names[#names + 1] = param.name end
      end
      return names
    end
    assert.same({ "crop", "side" }, params(select(2, curl("", "/v1/kinds"))))
    local other, there = start "IDOCR_SITE=cn"
    local text = process.run("curl -sS " .. there .. "/v1/kinds")
    other.stop()
    local all = { "both_sides", "crop", "quality", "rectify", "reflect_detail", "side", "tamper_check", "warn" }
    assert.same(all, params(cjson.decode(text)))
  end)

  it("reads every kind, from a form and from a body", function()
    for _, kind in ipairs { "china_id", "macao_id", "malaysia_id", "passport" } do
      local file = SPECIMENS .. kind .. ".jpg"
      for _, how in ipairs { "-F image=@" .. file, "-H 'Content-Type: image/jpeg' --data-binary @" .. file } do
        local status, reply, content = curl(how, "/v1/read/" .. kind)
        assert.equal(200, status, cjson.encode(reply))
        assert.equal("application/json", content)
        assert.equal(kind, reply.card.kind)
        assert.is_true(reply.card.sandbox)
        assert.is_string(reply.card.number)
        assert.is_true(#reply.fields > 3 and #reply.check.findings > 0)
        assert.is_nil(reply.card.raw)
      end
    end
  end)

  it("sends the resume token of a paid result that is not ready, and reads the result with it", function()
    local file, other, there = process.tempdir() .. "/slow.jpg", start "IDOCR_TIMEOUT=2"
    process.write(file, assert(stamp.write(process.read(SPECIMENS .. "passport.jpg"), {
      kind = "any_card", fault = "processing*3", fields = { number = "P1 100%" },
    })))
    local function post(arguments, path) return cjson.decode(process.run(("curl -sS %s %s%s"):format(arguments, there, path))) end
    local err = post("-F nationality=PHL -F card_type=passport -F image=@" .. file, "/v1/read/any_card").error
    assert.same({ "timeout", "StillProcessing", false }, { err.category, err.code, err.retryable })
    assert.is_nil(err.message:find(err.resume_token, 1, true))
    local reply
    repeat -- as often as the deadline of the gateway needs
      reply = post("--data-raw " .. process.quote(err.resume_token), "/v1/resume")
    until not reply.error or reply.error.resume_token ~= err.resume_token
    assert.equal("P1 100%", reply.card.number, cjson.encode(reply))
    for _, wrong in ipairs { "--data-raw x", "-X POST" } do assert.equal("BadParams", post(wrong, "/v1/resume").error.code) end
    assert.equal("ForeignPage", post("-H 'Origin: https://evil.example' -d x", "/v1/resume").error.code)
    assert.equal("MethodNotAllowed", post("", "/v1/resume").error.code)
    other.stop()
  end)

  it("encodes lists as arrays, even empty ones", function()
    local text = process.run(("curl -sS -F image=@%s %s/v1/read/passport"):format(SPECIMENS .. "passport.jpg", base))
    assert.matches('"warnings":%[%]', text)
    assert.matches('"fields":%[{', text)
  end)

  it("accepts params from the form and from the query", function()
    local without, with = select(2, curl("-F portrait=false -F image=@" .. SPECIMENS .. "passport.jpg", "/v1/read/passport")),
      select(2, curl("-F image=@" .. SPECIMENS .. "passport.jpg", "/v1/read/passport?portrait=1"))
    assert.is_nil(without.card.portrait)
    assert.is_string(with.card.portrait)
    local status, reply = curl("-F side=sideways -F image=@" .. SPECIMENS .. "china_id.jpg", "/v1/read/china_id")
    assert.same({ 400, "BadParams" }, { status, reply.error.code })
    assert.is_nil(reply.error.message:find(".lua", 1, true), reply.error.message)
  end)

  it("refuses an unknown param without a call", function()
    local function calls()
      local text = process.run("curl -sS " .. base .. "/metrics")
      local sum = 0
      for count in text:gmatch("\nidocr_calls_total{[^}]*} (%d+)") do sum = sum + count end
      return sum
    end
    local before = calls()
    for how, expected in pairs {
      ["china_id -F sid=front"] = 'takes no param "sid".*did you mean "side"', ["china_id?protrait=1"] = 'did you mean "portrait"',
      ["passport -F side=front"] = 'passport takes no param "side"', ["china_id -F side=sideways"] = "side must be back or front",
      ["china_id -F crop=perhaps"] = "crop must be true or false", ["china_id?crop=1&crop=0"] = "more than once",
      ["china_id -F side=front -F Side=back"] = '"side" was sent more than once',
      ["china_id -F warn=glare -F warn=blurry"] = '"warn" was sent more than once',
      ["macao_id -F image=@" .. SPECIMENS .. "macao_id.jpg"] = '"image" was sent more than once',
      ["china_id -F warn=glaer"] = 'did you mean "glare"',
      ["passport -F back=@" .. SPECIMENS .. "passport.jpg"] = 'takes no picture "back"',
      ["macao_id -F bakc=@" .. SPECIMENS .. "macao_id.jpg"] = 'did you mean "back"', ["china_id -F sid="] = 'takes no param "sid"',
      ["china_id?" .. ("a=1&"):rep(30)] = "too many", ["china_id -F 'ZHANG SAN 19900101=x'"] = "one of the names that were sent",
    } do
      local path, arguments = how:match("^(%S+) ?(.*)$")
      local kind = path:match("^[%l_]+")
      local status, reply = curl(("%s -F image=@%s%s.jpg"):format(arguments, SPECIMENS, kind), "/v1/read/" .. path)
      assert.same({ 400, "BadParams" }, { status, reply.error and reply.error.code }, how)
      assert.matches(expected, reply.error.message)
      for _, word in ipairs { "ZHANG", "sideways", "glaer" } do assert.is_nil(reply.error.message:find(word, 1, true)) end
    end
    local status, reply = curl("-F quality=true -F image=@" .. SPECIMENS .. "china_id.jpg", "/v1/read/china_id") -- of the other site
    assert.same({ 400, "UnsupportedParam" }, { status, reply.error.code })
    assert.equal(before + 1, calls()) -- the last one, which the client refused
    for _, good in ipairs { "-F SIDE=front", "-F Crop=yes", "-F side=", "-X PUT -F Portrait=0" } do
      assert.equal(200, (curl(good .. " -F image=@" .. SPECIMENS .. "china_id.jpg", "/v1/read/china_id")), good)
    end
    assert.equal(200, (curl("-T " .. SPECIMENS .. "china_id.jpg", "/v1/read/china_id?crop")))
  end)

  it("responds to each error category with its status", function()
    local function refused(status, code, arguments, path)
      local seen, reply = curl(arguments, path)
      assert.same({ status, code }, { seen, reply.error and reply.error.code }, cjson.encode(reply))
    end
    refused(404, "UnknownKind", "-X POST", "/v1/read/library_card")
    refused(405, "MethodNotAllowed", "", "/v1/read/passport")
    refused(422, "PictureMissing", "-F a=b", "/v1/read/passport")
    refused(422, "BadForm", "-d a=b", "/v1/read/passport")
    refused(422, "PictureFormat", "-F image=@README.md", "/v1/read/passport")
    refused(422, "FailedOperation.NoPassport", "-F image=@" .. SPECIMENS .. "malaysia_id.jpg", "/v1/read/passport")
    local large = process.tempdir() .. "/large"
    process.run("head -c 22000000 /dev/zero >" .. large)
    refused(413, "PictureTooLarge", "-F image=@" .. large, "/v1/read/passport")
    process.run("head -c 47000000 /dev/zero >" .. large) -- nginx itself refuses so large a body, with or without Content-Length
    refused(413, "PictureTooLarge", "-F image=@" .. large, "/v1/read/passport")
    refused(413, "PictureTooLarge", "-H 'Transfer-Encoding: chunked' -F image=@" .. large, "/v1/read/passport")
    refused(404, "UnknownPath", "", "/v1/nothing")
  end)

  it("refuses requests from pages of other origins", function()
    local host = base:match("//(.*)$")
    local function status(headers)
      return (curl(headers .. " -F image=@" .. SPECIMENS .. "passport.jpg", "/v1/read/passport"))
    end
    assert.equal(403, status "-H 'Origin: https://evil.test'")
    assert.equal(403, status "-H 'Origin: null'")
    assert.equal(403, status("-H 'Sec-Fetch-Site: cross-site' -H 'Origin: http://" .. host .. "'"))
    assert.equal(200, status("-H 'Origin: http://" .. host .. "'"))
    -- another site's name that resolves to this machine
    local port = host:match(":(%d+)$")
    for _, name in ipairs {
      "evil.test", "evil.test.", "localhost.evil.test", "127.0.0.1.evil.test", "evil-localhost", "192.0.2.7", "[2001:db8::1]",
    } do
      for _, more in ipairs { "", " -H 'Sec-Fetch-Site: same-origin'" } do
        local rebound = ("-H 'Host: %s:%s' -H 'Origin: http://%s:%s'"):format(name, port, name, port)
        assert.equal(403, status(rebound .. more), name .. more)
      end
    end
    assert.equal(403, status("-H 'Host: evil.test' -H 'Sec-Fetch-Site: same-origin'"))
    for _, name in ipairs { "localhost", "LOCALHOST", "localhost.", "127.0.0.1", "127.1.2.3", "[::1]", "gateway.localhost" } do
      local ours = ("-H 'Host: %s:%s' -H 'Origin: http://%s:%s'"):format(name, port, name, port)
      assert.equal(200, status(ours .. " -H 'Sec-Fetch-Site: same-origin'"), name)
      assert.equal(200, status(ours), name)
    end
    assert.equal(200, status "-H 'Host: any.test'") -- a program: a page cannot send this
    assert.equal(200, status "-H 'Sec-Fetch-Site: same-origin' -H 'Origin: https://gateway.test'") -- behind a proxy
  end)

  it("accepts the host names that the operator lists", function()
    local other, there = start "IDOCR_HOSTS=https://ids.example.test:8443/,10.1.2.3"
    local function status(host)
      local headers = ("-H 'Host: %s' -H 'Origin: https://%s'"):format(host, host)
      return process.run(("curl -sS -o /dev/null -w '%%{http_code}' %s -F image=@%s %s/v1/read/passport"):format(
        headers, SPECIMENS .. "passport.jpg", there))
    end
    local seen = { status "ids.example.test", status "IDS.example.test:443", status "10.1.2.3", status "example.test" }
    other.stop()
    assert.same({ "200", "200", "200", "403" }, seen)
  end)

  it("lists the file types that a kind accepts", function()
    local accept = {}
    for _, kind in ipairs(select(2, curl("", "/v1/kinds"))) do accept[kind.name] = kind.accept end
    local fitted = "image/avif,.avif,image/bmp,.bmp,image/heic,.heic,image/heif,.heif,image/jpeg,.jpg,.jpeg,image/png,.png,"
      .. "image/webp,.webp" -- what the option fit makes a JPEG of
    for name, types in pairs {
      passport = "application/pdf,.pdf," .. fitted, china_id = fitted, macao_id = fitted, malaysia_id = fitted,
    } do
      assert.equal(types, accept[name])
    end
  end)

  it("logs that its workers cannot read the files, not that the kind is unknown", function()
    if process.capture "id -u" ~= "0" then return pending "only root can start workers of another user" end
    local folder = process.tempdir()
    process.run(("cp -r lua examples %s && mkdir %s/build && cp -r build/luajit %s/build"):format(folder, folder, folder))
    local server = nginx.start {
      log_level = "error",
      vars = { user = "user nobody " .. process.run "id -gn nobody" .. ";", root = folder },
      main = "env TENCENTCLOUD_SECRET_ID; env TENCENTCLOUD_SECRET_KEY;",
      http = [[
        lua_shared_dict idocr 1m; lua_shared_dict idocr_metrics 1m;
        init_by_lua_block {
          package.path = "$root/examples/openresty/lua/?.lua;" .. package.path
          require("gateway").init()
        }
        server { listen 127.0.0.1:$http;
          location ~ ^/v1/read/([a-z0-9_]+)$ { set $kind $1; content_by_lua_block { require("gateway").read(ngx.var.kind) } }
          location = /v1/kinds { content_by_lua_block { require("gateway").kinds() } }
        }
      ]],
    }
    process.run("chmod 700 " .. folder)
    for path, how in pairs { ["/v1/kinds"] = "", ["/v1/read/passport"] = "-F image=picture" } do
      local reply = process.run(("curl -sS -w ' %%{http_code}' %s http://127.0.0.1:%d%s"):format(how, server.port.http, path))
      assert.matches("GatewayBroken.* 500$", reply)
    end
    local log = server.errors()
    server.stop()
    assert.equal(2, select(2, log:gsub("the files of idocr cannot be read", "")), log)
  end)

  it("counts calls in /metrics", function()
    local status, text, content = curl("", "/metrics")
    assert.equal(200, status)
    assert.matches("^text/plain; version=0.0.4", content)
    local function value(sample) return tonumber(text:match("\n" .. sample:gsub("[%p]", "%%%0") .. " ([%d.e+-]+)")) end
    assert.is_true(value('idocr_calls_total{kind="passport",outcome="ok"}') >= 3)
    assert.equal(1, value('idocr_errors_total{kind="passport",code="FailedOperation.NoPassport"}'))
    assert.is_true(value('idocr_uploads_refused_total{code="PictureMissing"}') >= 1)
    local count, last = value('idocr_call_duration_seconds_count{kind="passport"}'), 0
    for _, bound in ipairs { "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30", "+Inf" } do
      local below = value(('idocr_call_duration_seconds_bucket{kind="passport",le="%s"}'):format(bound))
      assert.is_true(below >= last, bound)
      last = below
    end
    assert.equal(count, last)
    for line in text:gmatch("[^\n]+") do -- the layout of the text format
      assert.is_true(line:match("^# HELP idocr_[%l_]+ .") ~= nil or line:match("^# TYPE idocr_[%l_]+ %l+$") ~= nil
        or line:match("^idocr_[%l_]+ [%d.e+-]+$") ~= nil or line:match('^idocr_[%l_]+{.*"} [%d.e+-]+$') ~= nil, line)
    end
    assert.is_true(value('idocr_requests_total{provider="tencent",action="MLIDPassportOCR",billed="true"}') >= 3)
    local idle = 0
    for count_now in text:gmatch('\nidocr_calls_in_flight{worker="%d"} (%d+)') do idle = idle + tonumber(count_now) end
    assert.equal(0, idle)
    assert.equal(1, value(('idocr_build_info{version="%s"}'):format(require("idocr").version)))
    -- no personal data
    assert.is_nil(text:find("SPECIMEN", 1, true))
  end)

  it("has a dashboard and alert rules about metrics that exist", function()
    local source = process.read "examples/openresty/lua/metrics.lua"
    local dashboard = process.read "examples/openresty/monitoring/dashboard.json"
    assert.is_table(require("idocr.json").decode(dashboard))
    local count = 0
    for name in (dashboard .. process.read "examples/openresty/monitoring/alerts.yml"):gmatch("idocr_[%l_]+") do
      count = count + 1
      assert.is_truthy(source:find("\n  " .. name:gsub("_bucket$", "") .. " = {"), name)
    end
    assert.is_true(count > 20)
  end)

  it("logs each request as a line of JSON with the id of the answer", function()
    local headers = process.run("curl -sS -D - -o /dev/null " .. base .. "/v1/kinds?name=ROSA")
    local id = headers:match("X%-Request%-Id: (%x+)")
    local line
    assert.is_true(process.wait_for(function()
      line = process.read(logs .. "/access.log"):match('[^\n]*"' .. id .. '"[^\n]*')
      return line ~= nil
    end, 10))
    local entry = require("idocr.json").decode(line)
    assert.same({ "/v1/kinds", 200, "GET" }, { entry.route, entry.status, entry.method })
    assert.is_nil(line:find("ROSA", 1, true))
  end)

  it("responds to /health", function()
    local status, health = curl("", "/health")
    assert.same({ 200, "ok" }, { status, health.status })
    assert.is_number(health.seconds_since_success)
    assert.equal(204, (curl("", "/ping")))
  end)

  it("serves the page with a strict content security policy", function()
    local headers = process.run("curl -sS -D - -o /dev/null " .. base .. "/")
    assert.matches("200 OK", headers)
    assert.matches("Content%-Security%-Policy: default%-src 'none'", headers)
    assert.matches("Content%-Type: text/html; charset=utf%-8", headers)
    assert.equal(404, (curl("", "/v1/specimens/..%2f..%2fhandler.jpg")))
    assert.equal(404, (curl("", "/v1/specimens/none.jpg")))
  end)

  describe("in a browser", function()
    it("reads a document", function()
      local reason = browser.missing()
      if reason then return pending(reason) end
      browser.run("page.js", { base .. "/", SPECIMENS }, 19)
    end)
  end)
end)
