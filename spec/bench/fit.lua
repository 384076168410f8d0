--- Makes a picture fit some times, as the part `fit` of the bench asks: fit.lua FILE COUNT. Prints microseconds of CPU for each, and the
--- kilobytes by which the peak of the process grew.

local core = require "idocr.core"
local fit = require "idocr.fit"

local path, count = arg[1], tonumber(arg[2])

local function peak() return tonumber(io.open("/proc/self/status"):read("*a"):match("VmHWM:%s+(%d+)")) end

local function once()
  local image = assert(core.image_file(path))
  local settings = { format = image:info().format, longest = 2400, quality = 90, orientation = image:info().orientation or 1 }
  if settings.format ~= "jpeg" and settings.format ~= "png" then
    settings.decoder = require("idocr.heif").decoder -- loaded before, like sharp's
  end
  local job = assert(fit.new(core.body { { image = image, encoding = "raw" } }, settings))
  assert(job:step())
  local result = job:result()
  job:close()
  image:close()
  return result
end

pcall(require, "idocr.heif")
local before = peak()
once()
local began = os.clock()
for _ = 1, count do once() end
print(("%.0f\t%d"):format((os.clock() - began) * 1e6 / count, peak() - before))
