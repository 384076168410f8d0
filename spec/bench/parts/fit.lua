--- Pictures that are made to fit (2400 pixels, quality 90): CPU time and peak memory beside sharp and ImageMagick, on one core.

local process = require "spec.support.process"

local q = process.quote
local SHARP = "build/bench/sharp/node_modules"

-- Writes a JPEG or PNG of `across` x `down` copies of a specimen.
local function write_tiles(bench, path, across, down, encoder)
  local small = bench.folder .. "/data/specimen.ppm"
  process.run("djpeg -outfile " .. q(small) .. " lua/idocr/sandbox/specimens/passport.jpg")
  local text = process.read(small)
  local width, height, first = text:match("^P6%s+(%d+)%s+(%d+)%s+255%s()")
  width, height = tonumber(width), tonumber(height)
  local pipe = assert(io.popen(encoder:format(q(path)), "w"))
  pipe:write(("P6 %d %d 255\n"):format(width * across, height * down))
  for y = 0, height * down - 1 do
    local at = first + y % height * width * 3
    pipe:write((text:sub(at, at + width * 3 - 1):rep(across)))
  end
  pipe:close()
end

local function files(bench)
  local folder = bench.folder .. "/data/"
  local list = {
    { "12 MP JPEG", folder .. "12.jpg", 4, 4, "cjpeg -quality 92 -outfile %s" },
    { "48 MP JPEG", folder .. "48.jpg", 8, 9, "cjpeg -quality 92 -outfile %s" },
    { "20 MP PNG", folder .. "20.png", 5, 6, "convert ppm:- %s" },
    { "12 MP HEIC", folder .. "12.heic" },
  }
  for _, file in ipairs(list) do
    if not process.read(file[2]) then
      if file[3] then write_tiles(bench, file[2], file[3], file[4], file[5])
      else process.run("convert " .. q(list[1][2]) .. " -quality 60 " .. q(file[2])) end
    end
  end
  return list
end

-- Microseconds of CPU and kilobytes of one run of ImageMagick.
local function imagemagick(pin, path)
  local out = process.run(("%senv MAGICK_THREAD_LIMIT=1 /usr/bin/time -f '%%U %%S %%M' convert %s -auto-orient -resize '2400x2400>' -strip "
    .. "-quality 90 jpeg:/dev/stdout 2>&1 >build/bench/data/out.jpg"):format(pin, q(path)))
  local user, system, kilobytes = out:match("([%d.]+) ([%d.]+) (%d+)%s*$")
  return (user + system) * 1e6, tonumber(kilobytes)
end

return function(bench)
  if not (bench.has "cjpeg" and bench.has "djpeg" and bench.has "convert" and pcall(require, "idocr.fit")) then
    return bench.say "fit: skipped, idocr.fit, ImageMagick or libjpeg-turbo-progs is missing"
  end
  local pin = bench.client_core and ("taskset -c %d "):format(bench.client_core) or ""
  local count = bench.quick and 2 or 5
  local others = {}
  if process.capture("ls " .. SHARP .. "/sharp/package.json") ~= "" then
    others.sharp = ("%senv NODE_PATH=%s node spec/bench/sharp.js %%s %d"):format(pin, SHARP, count)
  else
    bench.say "fit: without sharp; make bench-deps installs it"
  end
  others.idocr = ("%slua5.4 spec/bench/fit.lua %%s %d"):format(pin, count)
  for _, file in ipairs(files(bench)) do
    for round = 1, bench.rounds do
      for name, command in pairs(others) do
        local out, status = process.capture(command:format(q(file[2])) .. " 2>&1")
        local value, kilobytes = out:match("(%d+)\t(%d+)$")
        if status == 0 and value then bench.row("fit", name, "", file[1], 1, round, tonumber(value), tonumber(kilobytes)) end
      end
      if round == 1 then
        local ran, value, kilobytes = pcall(imagemagick, pin, file[2])
        if ran then bench.row("fit", "ImageMagick", "", file[1], 1, round, value, kilobytes) end
      end
    end
  end
end
