--- The behaviour of every store, as a list of cases `{ name, run(store, wait) }`. They use plain `error`, so that they can
--- also run inside nginx. `store` has none of the keys yet; `wait(seconds)` lets its time pass.

local cases = {}

local function same(expected, value, err)
  if value ~= expected then
    error(("expected %s, not %s (%s)"):format(tostring(expected):sub(1, 40), tostring(value):sub(1, 40), tostring(err)), 2)
  end
end

local function absent(value, err)
  if value ~= nil or err ~= nil then error(("expected nothing, not %s (%s)"):format(tostring(value), tostring(err)), 2) end
end

cases[#cases + 1] = { name = "keeps a text of any bytes until its time has passed", run = function(store, wait)
  local text = "a\0b\r\n$5\r\n\255" .. ("x"):rep(70000)
  absent(store:get "k")
  same(true, store:set("k", text, 60))
  same(text, store:get "k")
  same(true, store:set("k", "", 60))
  same("", store:get "k")
  same(true, store:set("short", "x", 0.05))
  wait(0.1)
  absent(store:get "short")
  same("", store:get "k")
end }

cases[#cases + 1] = { name = "adds a text only where there is none", run = function(store, wait)
  same(true, store:add("k", "one", 60))
  same(false, store:add("k", "two", 60))
  same("one", store:get "k")
  same(true, store:delete "k")
  same(true, store:delete "k")
  absent(store:get "k")
  same(true, store:add("k", "two", 0.05))
  wait(0.1)
  same(true, store:add("k", "three", 60))
  same("three", store:get "k")
end }

cases[#cases + 1] = { name = "deletes and replaces a text only where it is the given one", run = function(store, wait)
  same(false, store:delete_if("k", "one"))
  same(false, store:replace_if("k", "one", "two", 60))
  absent(store:get "k")
  same(true, store:set("k", "one", 60))
  same(false, store:delete_if("k", "two"))
  same(false, store:replace_if("k", "two", "three", 60))
  same("one", store:get "k")
  same(true, store:replace_if("k", "one", "two", 0.05))
  same("two", store:get "k")
  wait(0.1)
  same(false, store:delete_if("k", "two"))
  same(true, store:set("k", "one", 60))
  same(true, store:delete_if("k", "one"))
  absent(store:get "k")
end }

cases[#cases + 1] = { name = "keeps keys apart, whatever bytes they have", run = function(store)
  local keys = { "k", "K", "k ", "k\0", "k:lock2", ("k"):rep(300) }
  for index, key in ipairs(keys) do same(true, store:set(key, tostring(index), 60)) end
  for index, key in ipairs(keys) do same(tostring(index), store:get(key)) end
end }

return cases
