--- Tests URLs of Redis servers: what they mean, and that no message repeats a part of one.

local redis_url = require "idocr.stores.redis_url"

describe("the URL of a Redis server", function()
  it("has host, port, database, user, password and queue", function()
    for text, expected in pairs {
      ["redis://localhost"] = { host = "localhost", port = 6379, db = 0, where = "localhost:6379" },
      ["redis://127.0.0.1:7000/"] = { host = "127.0.0.1", port = 7000, db = 0, where = "127.0.0.1:7000" },
      ["redis://h:1/15"] = { host = "h", port = 1, db = 15, where = "h:1" },
      ["redis://h/0/scans"] = { host = "h", port = 6379, db = 0, queue = "scans", where = "h:6379" },
      ["redis://h/2/my%2Dscans.1/"] = { host = "h", port = 6379, db = 2, queue = "my-scans.1", where = "h:6379" },
      ["redis://:p%40ss%2Fw%25@h"] = { host = "h", port = 6379, db = 0, password = "p@ss/w%", where = "h:6379" },
      ["redis://u%3A:a:b@h"] = { host = "h", port = 6379, db = 0, user = "u:", password = "a:b", where = "h:6379" },
      ["REDISS://u:p@[::1]:6380/1"] = { host = "::1", port = 6380, db = 1, user = "u", password = "p", tls = true, where = "[::1]:6380" },
      ["redis+unix:///run/redis.sock"] = { path = "/run/redis.sock", db = 0, where = "/run/redis.sock" },
      ["redis+unix://:p@/run/r%20s?db=3"] = { path = "/run/r s", db = 3, password = "p", where = "/run/r s" },
    } do
      expected.tls = expected.tls or false
      local parsed = assert(redis_url.parse(text))
      local copy = {}
      for name, value in pairs(parsed) do copy[name] = value end
      assert.same(expected, copy)
      assert.equal("Redis at " .. expected.where, tostring(parsed))
      assert.is_true(redis_url.is(text))
    end
  end)

  it("is refused without repeating any of it", function()
    for _, text in ipairs {
      "redis://", "redis://:SECRET@", "redis://u:SECRET/x@h", "redis://h:0", "redis://h:99999", "redis://h:port", "redis://SECRET@h",
      "redis://u:SECRET%zz@h", "redis://u:@h", "redis://h/SECRET", "redis://h/-1", "redis://h/99999", "redis://h//q",
      "redis://h/1/SECRET q", "redis://h/1/2/3", "redis://h?db=1", "redis://h /1", "redis+unix://", "redis+unix://h",
      "redis+unix:///s?db=x", "http://h", "h:6379", "", "redis://u:SECRET@h:1#x",
    } do
      local parsed, complaint = redis_url.parse(text)
      assert.is_nil(parsed, text)
      assert.is_string(complaint)
      assert.is_nil(complaint:find("SECRET", 1, true))
    end
    for _, value in ipairs { 5, false, {} } do
      assert.is_nil((redis_url.parse(value)))
      assert.is_false(redis_url.is(value))
    end
  end)
end)
