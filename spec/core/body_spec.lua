--- Tests request bodies: reading, hashing, rewinding and changed files.

local core = require "idocr.core"
local process = require "spec.support.process"

local folder = process.tempdir()

--- Bytes whose base64 contains every character, '+' and '/' too.
local function bytes(length)
  local list, state = {}, length + 1
  for i = 1, length do
    state = (state * 69069 + 1) % 2 ^ 32
    list[i] = string.char(math.floor(state / 2 ^ 16) % 256)
  end
  return table.concat(list)
end

local function encoded(picture, encoding)
  if encoding == "raw" then return picture end
  local text = core.base64_encode(picture)
  return encoding == "form" and core.percent_encode(text) or text
end

local function from_file(picture) return assert(core.image_file(process.write(folder .. "/picture", picture))) end

local function drain(body, max)
  local parts = {}
  while true do
    local part, message = body:read(max)
    if not part then
      assert.is_nil(message)
      return table.concat(parts)
    end
    if #part == 0 or #part > max then error("a part of " .. #part .. " bytes") end
    parts[#parts + 1] = part
  end
end

describe("a body", function()
  it("of text is that text", function()
    local body = core.body { "", '{"a":', "1}", "" }
    assert.equal(7, body:length())
    assert.equal('{"a":1}', tostring(body))
    assert.equal(core.sha256 '{"a":1}', body:sha256())
    assert.equal('{"a":1}', drain(body, 2))
  end)

  it("of nothing is empty", function()
    for _, body in ipairs { core.body {}, core.body { "" }, core.body { { image = core.image_bytes "", encoding = "base64" } } } do
      assert.equal(0, body:length())
      assert.is_nil(body:read(10))
      assert.equal("", tostring(body))
      assert.equal(core.EMPTY_SHA256, body:sha256())
    end
  end)

  for _, encoding in ipairs { "base64", "form", "raw" } do
    it("returns the same bytes for all read sizes: " .. encoding, function()
      for _, length in ipairs { 1, 2, 3, 47, 48, 49, 100, 12288, 12289, 49151, 49153, 100003 } do
        local picture = bytes(length)
        local text = encoded(picture, encoding)
        for prefix = 0, 65, length < 200 and 3 or 13 do
          local head = ("h"):rep(prefix)
          local whole = head .. text .. "middle" .. text
          for _, image in ipairs { core.image_bytes(picture), prefix % 5 == 0 and from_file(picture) or nil } do
            local function make()
              return core.body { head, { image = image, encoding = encoding }, "middle", { image = image, encoding = encoding } }
            end
            local body = make()
            assert.equal(#whole, body:length())
            if core.sha256(whole) ~= body:sha256() then error(("digest: %d bytes after %d"):format(length, prefix)) end
            if length < 200 or prefix == 13 then
              if tostring(body) ~= whole then error(("text: %d bytes after %d"):format(length, prefix)) end
              for _, max in ipairs(length < 200 and { 1, 2, 3, 5, 11, 12, 13, 64 } or { 4099, 16384, 65536, 1e9 }) do
                if drain(body, max) ~= whole then error(("reads of %d: %d bytes after %d"):format(max, length, prefix)) end
                assert.is_true(body:rewind())
              end
              local slices = make()
              local size = 1 + prefix * 7
              repeat local done = slices:hash_some(size) until done
              assert.equal(core.sha256(whole), slices:sha256())
            end
          end
        end
      end
    end)
  end

  it("hashes in slices, between reads, once", function()
    local picture = bytes(300000)
    local whole = "{" .. core.base64_encode(picture) .. "}"
    local body = core.body { "{", { image = from_file(picture), encoding = "base64" }, "}" }
    local calls, parts = 0, {}
    repeat
      parts[#parts + 1] = body:read(30000)
      calls = calls + 1
      local done, message = body:hash_some(64 * 1024)
      assert.is_nil(message)
    until done
    assert.is_true(calls >= 6 and calls <= 8, "about 64 KB each, not " .. calls .. " calls")
    parts[#parts + 1] = drain(body, 1e9)
    assert.equal(whole, table.concat(parts))
    assert.is_true(body:hash_some(1))
    assert.equal(core.sha256(whole), body:sha256())
  end)

  it("rewinds from every position", function()
    local picture = bytes(1000)
    for _, encoding in ipairs { "base64", "form", "raw" } do
      local body = core.body { "head", { image = core.image_bytes(picture), encoding = encoding } }
      for stop = 1, 40 do
        body:read(stop)
        assert.is_true(body:rewind())
        assert.equal("head" .. encoded(picture, encoding):sub(1, 46), body:read(50))
        assert.is_true(body:rewind())
      end
    end
  end)

  it("keeps its texts and pictures alive", function()
    local path = process.write(folder .. "/kept", "picture")
    local made = {}
    do
      local closed = assert(core.image_file(path))
      made[1] = core.body { { image = closed, encoding = "raw" }, table.concat { "a", "b" } }
      closed:close()
      made[2] = core.body { { image = core.image_bytes(table.concat { "pic", "ture" }), encoding = "raw" }, table.concat { "a", "b" } }
      made[3] = core.body { { image = assert(core.image_file(path)), encoding = "raw" }, table.concat { "a", "b" } }
    end
    for _ = 1, 3 do collectgarbage() end
    for _, body in ipairs(made) do
      assert.equal("pictureab", tostring(body))
      assert.equal(core.sha256 "pictureab", body:sha256())
    end
  end)

  if _VERSION >= "Lua 5.4" then
    it("raises once closed", function()
      local body = core.body { "text" }
      assert(load("local closed <close> = ..."))(body)
      for _, method in ipairs { "length", "rewind", "sha256" } do
        assert.error_matches(function() body[method](body) end, "the body is closed")
      end
      assert.error_matches(function() body:read(1) end, "the body is closed")
    end)
  end

  it("closes its files", function()
    local path = process.write(folder .. "/given", "picture")
    local function open_files()
      local pid = process.read("/proc/self/stat"):match "^%d+"
      local list = process.capture("ls -l /proc/" .. pid .. "/fd 2>/dev/null") -- the pipe to this ls is just being closed
      return select(2, list:gsub("/given", ""))
    end
    do
      local image = assert(core.image_file(path))
      local bodies = {}
      for i = 1, 10 do bodies[i] = core.body { { image = image, encoding = "base64" } } end
      assert.equal(1, open_files())
      image:close()
      assert.equal(1, open_files(), "the bodies still need it")
      assert.equal(10, #bodies)
    end
    for _ = 1, 3 do collectgarbage() end
    assert.equal(0, open_files())
  end)

  it("returns an error for a picture that changed", function()
    for change, write in pairs {
      shorter = function(path) process.write(path, ("y"):rep(100)) end,
      longer = function(path) process.write(path, ("x"):rep(50001)) end,
      rewritten = function(path) process.run("touch -d '2001-01-01 00:00:00' " .. process.quote(path)) end,
    } do
      local path = process.write(folder .. "/changing", ("x"):rep(50000))
      local body = core.body { "head", { image = assert(core.image_file(path)), encoding = "base64" }, "tail" }
      local early = core.body { "head", { image = assert(core.image_file(path)), encoding = "base64" }, "tail" }
      assert.is_string(early:sha256())
      write(path)
      local function failing(call)
        for _ = 1, 2 do
          local got, message, code = call()
          assert.is_nil(got, change)
          assert.is_string(message)
          assert.equal("changed", code, change)
        end
      end
      failing(function() return body:sha256() end)
      failing(function() return body:hash_some(1e9) end)
      failing(function()
        early:rewind()
        return early:read(1e9)
      end)
      assert.is_string(early:sha256(), "known from before")
      assert.has_error(function() tostring(body) end)
    end
  end)

  it("raises on a wrong list", function()
    local image = core.image_bytes "x"
    for _, list in ipairs {
      { 1 }, { {} }, { { image = image } }, { { image = image, encoding = "hex" } }, { { image = "x", encoding = "raw" } },
      { { image = image, encoding = 1 } }, { image }, { true },
    } do
      assert.has_error(function() core.body(list) end)
    end
    assert.has_error(core.body)
    local body = core.body { "x" }
    for _, max in ipairs { 0, -1, 0 / 0, "x" } do
      assert.has_error(function() body:read(max) end)
      assert.has_error(function() body:hash_some(max) end)
    end
    local many = {}
    for i = 1, 2000 do many[i] = "x" end
    assert.has_error(function() core.body(many) end)
  end)
end)
