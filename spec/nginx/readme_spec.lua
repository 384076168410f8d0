--- Runs the nginx configuration of docs/nginx.md with other paths, ports and transport.

local cjson = require "cjson"
local nginx = require "spec.support.nginx"
local process = require "spec.support.process"

if not nginx.available() then
  pending "nginx with its Lua module is not installed"
  return
end

describe("the nginx configuration of docs/nginx.md", function()
  it("reads a card", function()
    local text = process.read("docs/nginx.md"):match("```nginx\n(.-)```")
    local main, http = text:match("^(.-)events {}\nhttp {\n(.*)}%s*$")
    http = http:gsub("lua_package_c?path[^\n]*\n", "")
    local changes
    http, changes = http:gsub('idocr%.new { shared = "idocr" }', 'idocr.new { shared = "idocr", transport = "sandbox" }')
    assert.equal(1, changes)
    http, changes = http:gsub("listen 8080", "listen 127.0.0.1:$http")
    assert.equal(1, changes)
    local server = nginx.start { main = main, http = http }
    local base = ("http://127.0.0.1:%d/passport"):format(server.port.http)
    local card = cjson.decode(process.run("curl -sS -F image=@lua/idocr/sandbox/specimens/passport.jpg " .. base))
    local photo = process.read "lua/idocr/sandbox/specimens/passport.jpg"
    local padding = ("\255\254\255\255" .. ("x"):rep(65533)):rep(60) -- comments: the size of a telephone's photo
    local large = process.write(server.prefix .. "/large.jpg", photo:sub(1, 2) .. padding .. photo:sub(3))
    local refused = process.run(("curl -sS -F image=@%s %s"):format(large, base))
    local missing = process.run("curl -sS -o /dev/null -w '%{http_code}' " .. base)
    local log = server.errors()
    server.stop()
    assert.equal("X00000000", card.number)
    assert.equal("FailedOperation.NoPassport", refused) -- it arrived whole: the sandbox does not know it
    assert.is_nil(log:find("buffered to a temporary file", 1, true), log)
    assert.equal("422", missing)
  end)

  it("lets in only callers with a key", function()
    local text = process.read("docs/nginx.md"):match("\n## Who may call.-```nginx\nhttp {\n(.-)\n}\n```")
    local changes
    text, changes = text:gsub("server {", "server {\n    listen 127.0.0.1:$http;")
    assert.equal(1, changes)
    text, changes = text:gsub("# content_by_lua_block as above[^\n]*", 'content_by_lua_block { ngx.print(ngx.var.caller) }')
    assert.equal(1, changes)
    local server = nginx.start { http = text }
    local url = ("http://127.0.0.1:%d/passport"):format(server.port.http)
    local refused = process.run("curl -sS -o /dev/null -w '%{http_code}' " .. url)
    local taken = process.run("curl -sS -H 'X-Api-Key: 0123456789abcdef' " .. url)
    server.stop()
    assert.equal("401", refused)
    assert.equal("scanner-1", taken)
  end)
end)
