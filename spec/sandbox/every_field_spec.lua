-- A stamp can set each field of each kind, and the client reads the same value from the mock server's response.
local idocr = require "idocr"
local kinds = require "idocr.kinds"
local scripted = require "spec.support.scripted"
local stamp = require "idocr.sandbox.stamp"

-- converter -> a value that it can give
local VALUES = {
  text = "X1 Y", mrz_text = "AB", compact = "1234", sex = "F", sex_es = "F", resident_type = "permanent",
  date = "1991-07-05", date_dmy = "2018-09-23", date_mdy = "1991-07-05", date_at_start = "1991-07-05", date_at_end = "1991-07-05",
  text_before_date = "JAKARTA", text_after_date = "CGPI/DIREX", month_year = "2003-06", year = "2017", last_year = "2032",
  period_start = "2010-07-21", period_end = "2020-07-21", period_open = true, open_end = true,
  integer = 2, number = 1.5, metres = 1.7, centimetres = 1.7, score = 50, boolean = true,
}
local ENDLESS = { period_open = true, open_end = true } -- take the place of a date
local APART = { mrz = true, document_type = true } -- a list; and what may say that the picture shows another document

local function fields_of(service)
  local fields = {}
  for _, output in ipairs(service.outputs) do
    local name = output.field:match("^[%w_]+")
    if not APART[name] and VALUES[output.as] ~= nil and fields[name] == nil then fields[name] = output.as end
  end
  return fields
end

-- A new client each time: the mock server of a client limits its calls per second.
local function read(kind, service, site, fields, params)
  local client = idocr.new { provider = service.provider, site = site, transport = "sandbox", rate = false }
  params = params or {}
  params.image, params.precheck = idocr.bytes(assert(stamp.write(scripted.PNG, { kind = kind, fields = fields }))), false
  if service.when then params[service.when] = true end
  for name, param in pairs(idocr.describe(kind).params) do
    if param.required then params[name] = param.values and param.values[1] or "PHL" end
  end
  return assert(client:read(kind, params))
end

describe("a stamp of", function()
  for _, kind in ipairs(kinds.list()) do
    for _, service in ipairs(kinds.get(kind).services) do
      local site = service.sites and next(service.sites)
      if site or not service.sites then
        it(("%s sets each field (%s)"):format(kind, service.action), function()
          local all = {}
          for name, as in pairs(fields_of(service)) do
            if not service.result then -- an asynchronous action takes a while
              assert.equal(VALUES[as], read(kind, service, site, { [name] = VALUES[as] })[name], name)
            end
            if not ENDLESS[as] then all[name] = VALUES[as] end
          end
          local named = {}
          for _, field in pairs(service.confidence or {}) do named[field] = true end
          for _, output in ipairs(service.outputs) do
            if output.confidence and all[output.field] then named[output.field] = true end
          end
          for name in pairs(named) do all["confidence." .. name] = 0.5 end
          local card = read(kind, service, site, all)
          for name in pairs(named) do
            assert.equal(0.5, card.confidence[name], name)
            all["confidence." .. name] = nil
          end
          for name, value in pairs(all) do assert.equal(value, card[name], name) end
          assert.is_nil(card.unread)
        end)

        for _, output in ipairs(service.outputs) do
          if output.as == "picture" then
            it(("%s returns the %s on request (%s)"):format(kind, output.field, service.action), function()
              local fields, crop = { number = "1", [output.field] = "macao_id" }, output.field == "card_image" or nil
              local card = read(kind, service, site, fields, { portrait = true, crop = crop })
              assert.truthy(card[output.field]:find("^\255\216"))
              card = read(kind, service, site, fields)
              assert.is_nil(card[output.field])
            end)
          end
        end
      end
    end
  end
end)
