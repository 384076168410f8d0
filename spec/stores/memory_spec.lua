--- Tests the store in memory: the behaviour of every store, and its bounds.

local cases = require "spec.support.store_cases"
local core = require "idocr.core"
local memory = require "idocr.stores.memory"

describe("the memory store", function()
  for _, case in ipairs(cases) do
    it(case.name, function() case.run(memory.new(), core.sleep) end)
  end

  it("drops the oldest entries when it has too many", function()
    local store = memory.new { entries = 100 }
    for index = 1, 1000 do assert.is_true(store:set("key" .. index, "x", 60)) end
    assert.equal(100, store.count)
    assert.is_nil(store:get "key900")
    for index = 901, 1000 do assert.equal("x", store:get("key" .. index)) end
    store:set("key901", "y", 60) -- newer than key902 now
    store:set("another", "x", 60)
    assert.equal("y", store:get "key901")
    assert.is_nil(store:get "key902")
  end)

  it("drops the oldest entries when they have too many bytes, and refuses a text that is larger than it", function()
    local store = memory.new { bytes = 1000 }
    for index = 1, 20 do assert.is_true(store:set("k" .. index, ("x"):rep(198), 60)) end
    assert.is_true(store.bytes <= 1000)
    assert.is_nil(store:get "k15")
    assert.equal(198, #store:get "k20")
    local ok, err = store:set("large", ("x"):rep(1000), 60)
    assert.is_nil(ok)
    assert.same({ "store", "StoreRefused", false, false }, { err.category, err.code, err.sent, err.billed })
    assert.is_nil((store:replace_if("k20", ("x"):rep(198), ("x"):rep(1000), 60)))
    assert.equal(198, #store:get "k20")
    store:delete "k20"
    assert.is_true(store:set("whole", ("x"):rep(995), 60))
    assert.equal(1, store.count)
  end)

  it("does not grow where the same keys are written again and again", function()
    local store = memory.new()
    for index = 1, 20000 do
      store:set("k" .. index % 10, "x", 60)
      if index % 3 == 0 then store:delete("k" .. index % 10) end
    end
    local places = 0
    for _ in pairs(store.order) do places = places + 1 end
    assert.is_true(places < 600, places)
    assert.is_true(store.count <= 10)
  end)
end)
