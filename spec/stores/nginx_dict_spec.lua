--- Tests the store in a `lua_shared_dict`: the behaviour of every store, and a dict that is full.

local cases = require "spec.support.store_cases"
local nginx = require "spec.support.nginx"
local process = require "spec.support.process"

local HTTP = [[
  lua_shared_dict texts 4m;
  lua_shared_dict tiny 16k;
  server {
    listen 127.0.0.1:$http;
    location = /case { content_by_lua_block {
      ngx.shared.texts:flush_all()
      local case = require("spec.support.store_cases")[tonumber(ngx.var.arg_n)]
      local store = require("idocr.stores").open("texts", require "idocr.nginx.runtime")
      local ran, message = pcall(case.run, store, ngx.sleep)
      ngx.print(ran and "ok" or message)
    } }
    location = /full { content_by_lua_block {
      local store = require("idocr.stores").open(ngx.shared.tiny, require "idocr.nginx.runtime")
      local ok, err = store:set("k", ("x"):rep(100000), 60)
      ngx.print(tostring(ok), " ", err.category, " ", err.code, " ", store.name)
    } }
    location = /missing { content_by_lua_block {
      ngx.print(select(2, pcall(require("idocr").new, { shared = "nothing" })))
    } }
  }
]]

describe("the store in a lua_shared_dict", function()
  local server
  setup(function() server = nginx.start { http = HTTP } end)
  teardown(function() server.stop() end)

  local function get(path) return process.run(("curl -s 'http://127.0.0.1:%d%s'"):format(server.port.http, path)) end

  for index, case in ipairs(cases) do
    it(case.name, function() assert.equal("ok", get("/case?n=" .. index)) end)
  end

  it("refuses a text that is larger than the dict", function()
    assert.equal("nil store StoreRefused nginx", get "/full")
  end)

  it("must have been declared", function()
    assert.matches("option shared: nginx has no dict of this name; add `lua_shared_dict nothing 1m;`", get "/missing", 1, true)
  end)
end)
