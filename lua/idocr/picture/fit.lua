--- Makes pictures fit what an action takes: decides whether something is in the way, and has the C module idocr.fit make an
--- upright, smaller JPEG without metadata, in at most three rounds of quality and size.

local core = require "idocr.core"
local errors = require "idocr.errors"
local formats = require "idocr.picture.fit_formats"
local kinds = require "idocr.kinds"
local limits = require "idocr.picture.limits"

local fit = {}

local MOST_ROUNDS = 3
local LEAST_SHORT, LEAST_LONG = 500, 800 -- pixels below which nothing is scaled, where the action recommends nothing else
local LONGEST, QUALITY = 2400, 90 -- of the first round, where the settings say nothing else
local FAST_LONGEST, FAST_QUALITY = 1800, 80 -- the same, where the vendor recommends few bytes for a fast answer
local LEAST_QUALITY = 60 -- of a later round
local LAST_QUALITY = 50 -- of the last round
local ADVISED_QUALITY, ADVISED_LONG = 75, 1280 -- limits of a round that only makes the answer faster
local THREAD_POLL = 0.002 -- seconds between two checks of a thread that decodes

--- Why a picture is made to fit.
---@alias idocr.FitReason "format"|"bytes"|"pixels"|"orientation"|"always"

local function find(name)
  local found, module = pcall(require, name)
  return found and module or nil
end

local function refused(code, message) return nil, errors.unsent("image", code, message) end

--- What a fit needs to know of a picture and of the action that gets it.
---@class idocr.FitTask
---@field image userdata
---@field info idocr.core.ImageInfo
---@field size integer              bytes
---@field taken idocr.Limits
---@field action string
---@field site string?
---@field settings idocr.FitSettings
---@field share integer?            most bytes where two pictures share a request

local function less(a, b) return a and b and math.min(a, b) or a or b end

-- Returns the most bytes that the result may have; nil: no limit.
local function most_bytes(task)
  return less(less(limits.most_bytes(task.taken, task.site), task.settings.bytes), task.share)
end

local function takes(task, format)
  local taken = kinds.by_site(task.taken.formats, task.site)
  return not taken or taken[format] == true
end

--- Returns why a picture must be made to fit; nil: nothing is in the way, or it cannot be made to fit.
---@param task idocr.FitTask
---@return idocr.FitReason?
function fit.reason(task)
  local info = task.info
  if not formats[info.format] or not takes(task, "jpeg") then return nil end
  if not takes(task, info.format) then return "format" end
  local most, side = most_bytes(task), limits.most_side(task.taken, info.format)
  if most and task.size > most then return "bytes" end
  if side and info.width and math.max(info.width, info.height) > side then return "pixels" end
  if info.orientation and info.orientation ~= 1 then return "orientation" end
  return task.settings.always and "always" or nil
end

local function library_missing(format)
  local needed = formats[format]
  return refused("FitNotBuilt", ("making a %s picture fit needs %s, which this build of idocr lacks: install %s (the Debian "
    .. "packages) and build idocr again"):format(limits.format_name(format), needed[1], needed[2]))
end

-- Returns the setting `decoder` or `format` of idocr.fit; or nil and an error.
local function decoder_of(module, format)
  if not module then return library_missing "jpeg" end
  if formats[format] == formats.heic then
    local heif = find "idocr.heif"
    if not heif then return library_missing(format) end
    return { decoder = heif.decoder }
  end
  if not module.formats[format] then return library_missing(format) end
  return { format = format }
end

local FAILURES = {
  truncated = { "PictureTruncated", "the picture's file is truncated: part of the picture is missing" },
  broken = { "PictureUnreadable", "the picture's data is damaged" },
  profile = { "PictureUnreadable", "the picture's colour profile is damaged: save the picture again, as sRGB" },
  unsupported = { "PictureFormat", "this variant of the picture's format (animated, or with an unusual coding) cannot be made to fit: "
    .. "convert it to JPEG" },
  too_large = { "PictureTooLarge", "the picture has too many pixels to be made to fit: at most 50 million, or 250 million of a BMP, and of "
    .. "a JPEG or PNG that is neither progressive nor interlaced; at most 200000 a side (JPEG: 65500)" },
  memory = { "PictureTooLarge", "there is not enough memory to make the picture fit" },
  temporary = { "PictureUnreadable", "the temporary file for the picture cannot be written or read" },
}

-- Maps an error of idocr.fit.
local function failure(code, message)
  if code == "read" then
    if message and message:find("changed", 1, true) then
      return refused("PictureChanged", "the picture's file changed while it was being read")
    end
    return refused("PictureUnreadable", "the picture's file cannot be read")
  end
  return refused(FAILURES[code][1], FAILURES[code][2])
end

-- Runs one job to its end, in slices where `microseconds` is not 0. Returns its state; or nil, an error.
local function run_job(job, runtime, continue, microseconds)
  while true do
    local state, message, code = job:step(microseconds)
    if state == "done" then return true end
    if not state then return failure(code, message) end
    if state == "wait" then runtime.sleep(THREAD_POLL) end
    local allowed, err = continue()
    if not allowed then return nil, err end
  end
end

-- Makes the picture once. Returns the picture and the sizes; or nil, an error.
local function make(task, attempt, runtime, continue, microseconds)
  local module = find "idocr.fit"
  local settings, err = decoder_of(module, task.info.format)
  if not settings then return nil, err end
  settings.longest, settings.most_side, settings.quality = attempt.longest, attempt.most_side, attempt.quality
  settings.least_long, settings.least_short = attempt.least_long, attempt.least_short
  settings.orientation, settings.background = task.info.orientation or 1, microseconds > 0
  local body = core.body { { image = task.image, encoding = "raw" } }
  local job, message, code = module.new(body, settings)
  if not job then return failure(code, message) end
  local done
  done, err = run_job(job, runtime, continue, microseconds)
  local result = done and job:result() or nil
  local made
  if result and result.descriptor then
    made = core.image_descriptor(result.descriptor)
    if not made then err = select(2, failure "temporary") end
  elseif result then
    made = core.image_bytes(result.bytes)
  end
  job:close()
  return made, made and result or err
end

-- Bytes of a JPEG by its quality, relative to 90: photos of cards.
local SIZES = { { 95, 1.6 }, { 90, 1 }, { 85, 0.78 }, { 80, 0.66 }, { 75, 0.57 }, { 70, 0.51 }, { 65, 0.46 }, { 60, 0.42 }, { 50, 0.36 } }

local function relative_size(quality)
  for _, entry in ipairs(SIZES) do
    if quality >= entry[1] then return entry[2] end
  end
  return 0.3
end

-- Returns the longer side that gives `part` of the bytes, but not less than the attempt allows. Fewer pixels hold more bytes each.
local function smaller(result, attempt, part, exponent)
  local long, short = math.max(result.width, result.height), math.min(result.width, result.height)
  local longest = part < 1 and math.floor(long * part ^ exponent) or long
  local least = math.max(math.min(long, attempt.least_long), math.ceil(long * math.min(1, attempt.least_short / short)))
  return math.max(longest, least), least >= longest, long
end

local function changed(attempt, longest, quality)
  return {
    longest = longest, quality = quality, most_side = attempt.most_side, least_long = attempt.least_long,
    least_short = attempt.least_short,
  }
end

-- Returns the second attempt, after a result that is larger than `goal`: a lower quality, and where that cannot be enough fewer
-- pixels. nil: nothing more can be done.
local function lower_quality(attempt, result, goal, least_quality)
  local needed = goal / result.length * 0.95
  local quality, now = attempt.quality, relative_size(attempt.quality)
  for _, entry in ipairs(SIZES) do
    if entry[1] < attempt.quality and entry[1] >= least_quality then
      quality = entry[1]
      if entry[2] / now <= needed then break end
    end
  end
  local longest, _, long = smaller(result, attempt, needed * now / relative_size(quality), 0.65)
  if quality == attempt.quality and longest >= long then return nil end
  return changed(attempt, longest, quality)
end

-- Returns the last attempt: fewer pixels at the same quality, whose effect is known best; the quality is lowered only where the picture
-- must not become smaller. nil: nothing more can be done.
local function lower_size(attempt, result, goal, least_quality)
  local longest, clamped, long = smaller(result, attempt, goal / result.length * 0.95, 0.85)
  local quality = clamped and math.min(attempt.quality, least_quality) or attempt.quality
  if quality == attempt.quality and longest >= long then return nil end
  return changed(attempt, longest, quality)
end

local function too_large(task, tried, most)
  local list = {}
  for index, each in ipairs(tried) do
    list[index] = ("%d × %d pixels at quality %d: %s"):format(each.width, each.height, each.quality, limits.human(each.length))
  end
  return refused("PictureTooLarge", ("the picture cannot be made to fit: %s takes at most %s here; tried %s"):format(
    task.action, limits.human(most), table.concat(list, ", ")))
end

local function first_attempt(task)
  local advised, taken = task.taken.advised or {}, task.taken
  local side, least = limits.most_side(taken, "jpeg"), limits.least_side(taken, "jpeg") or 0
  local settings, longest, quality = task.settings, LONGEST, QUALITY
  if advised.bytes then longest, quality = FAST_LONGEST, FAST_QUALITY end
  return {
    longest = less(settings.longest or longest, side), most_side = side, quality = settings.quality or quality,
    least_long = less(advised.long or LEAST_LONG, side), least_short = math.max(advised.short or LEAST_SHORT, least),
  }
end

-- Makes the picture in at most three rounds. Returns the picture and the facts of the event; or nil, an error.
local function rounds(task, runtime, continue, microseconds)
  local most = most_bytes(task)
  local advised = not task.settings.bytes and (task.taken.advised or {}).bytes or nil
  local attempt, tried, best = first_attempt(task), {}, nil
  for round = 1, MOST_ROUNDS do
    local made, result = make(task, attempt, runtime, continue, microseconds)
    if not made then
      if best then best.image:close() end
      return nil, result
    end
    result.quality, result.image = attempt.quality, made
    tried[round] = result
    if best then best.image:close() end
    best = result
    local over = most and result.length > most
    local slow = not over and advised and result.length > advised and round < MOST_ROUNDS
    if not over and not slow then break end
    if round < MOST_ROUNDS then
      if slow then attempt.least_long = math.max(attempt.least_long, ADVISED_LONG) end
      local goal = slow and advised or less(most, advised)
      local next_attempt = round == 1 and lower_quality or lower_size
      local least = slow and ADVISED_QUALITY or round == 1 and LEAST_QUALITY or LAST_QUALITY
      attempt = next_attempt(attempt, result, goal, least)
    end
    if not attempt then break end
  end
  if most and best.length > most then
    best.image:close()
    return too_large(task, tried, most)
  end
  return best.image, {
    from_bytes = task.size, bytes = best.length, from_width = best.from_width, from_height = best.from_height, width = best.width,
    height = best.height, quality = best.quality, rounds = #tried,
  }
end

--- Makes a picture fit.
---@param task idocr.FitTask
---@param runtime idocr.Runtime
---@param check fun(): idocr.Error?  returns an error where the call must end: its deadline, a cancellation
---@return userdata? image   the new picture, to be closed by the caller
---@return table|idocr.Error facts  from_bytes, bytes, from_width, from_height, width, height, quality, rounds; or the error
function fit.make(task, runtime, check)
  return runtime.long_work(task.settings.at_once, function(continue, microseconds)
    return rounds(task, runtime, function()
      local err = check()
      if err then return nil, err end
      if continue() then return true end
      return nil, check() or errors.unsent("closed", "Cancelled", "the call was cancelled")
    end, microseconds)
  end)
end

--- Makes a small JPEG of a picture, whatever a service takes.
---@param image userdata
---@param info idocr.core.ImageInfo
---@param longest integer  pixels of the longer side
---@param quality integer  of the JPEG
---@return userdata? image  to be closed by the caller
---@return idocr.Error? err
function fit.small(image, info, longest, quality)
  if not formats[info.format] then
    return refused("PictureFormat", "no small picture can be made of a " .. limits.format_name(info.format) .. " file")
  end
  local made, err = make({ image = image, info = info }, { longest = longest, quality = quality }, nil, function() return true end, 0)
  if not made then return nil, err end
  return made
end

--- Returns what a fit would do to a picture, without doing it.
---@param task idocr.FitTask
---@return { reason: idocr.FitReason, width: integer?, height: integer?, quality: integer, most_bytes: integer? }? nil: nothing
function fit.plan(task)
  local reason = fit.reason(task)
  if not reason then return nil end
  local attempt, info = first_attempt(task), task.info
  local planned = { reason = reason, quality = attempt.quality, most_bytes = most_bytes(task) }
  if info.width and info.width > 0 and info.height > 0 then
    local long, short = math.max(info.width, info.height), math.min(info.width, info.height)
    local part = math.min(1, math.max(attempt.longest / long, attempt.least_long / long, attempt.least_short / short))
    part = math.min(part, (attempt.most_side or long) / long)
    planned.width, planned.height = math.floor(info.width * part + 0.5), math.floor(info.height * part + 0.5)
    if (info.orientation or 1) >= 5 then planned.width, planned.height = planned.height, planned.width end
  end
  return planned
end

return fit
