--- Makes the data of the bench: pictures of exact sizes, their request bodies, and replies of exact sizes with a portrait.
--- Written once into build/bench/data.

local core = require "idocr.core"
local idocr = require "idocr"
local process = require "spec.support.process"

local data = {}

data.sizes = { { "20KB", 20 * 1024 }, { "200KB", 200 * 1024 }, { "1MB", 1024 * 1024 }, { "5MB", 5 * 1024 * 1024 } }
data.replies = { { "1KB", 1230 }, { "200KB", 204698 }, { "3MB", 3144958 } }

-- The header and the end of a JPEG of 1600 x 1100 pixels: all that the check of a file reads.
local HEAD = "\255\216\255\192\0\17\8\4\76\6\64\3\1\34\0\2\17\1\3\17\1\255\218\0\12\3\1\0\2\17\3\17\0\63\0"
local TAIL = "\255\217"

-- Random bytes without 0xff, the same in every run.
local function noise(length)
  local state, bytes = 12345, {}
  for i = 1, 65536 do
    state = (state * 1103515245 + 12345) % 2147483648
    bytes[i] = string.char(math.floor(state / 65536) % 255)
  end
  local block = table.concat(bytes)
  return block:rep(math.floor(length / #block)) .. block:sub(1, length % #block)
end

local function picture(size) return HEAD .. noise(size - #HEAD - #TAIL) .. TAIL end

local REPLY = '{"Response":{"ID":"456712345","Name":"CARTER ESTHER","DateOfBirth":"19900411","Sex":"F",'
  .. '"DateOfExpiration":"20210726","IssuingCountry":"USA","Nationality":"USA","Warn":[],"Image":"%s","AdvancedInfo":"1",'
  .. '"CodeSet":"P<USACARTER<<ESTHER<<<<<<<<<<<<<<<<<<<<<<<<<","CodeCrc":"4567123452USA9004117F2107268713843748<708026",'
  .. '"Surname":"CARTER","GivenName":"ESTHER","Type":"P","PassportRecognizeInfos":{"DateOfBirth":"11 Apr 1990",'
  .. '"DateOfExpiration":"26 Jul 2021","DateOfIssuance":"27 Jul 2011","GivenName":"ESTHER","IssuePlace":"",'
  .. '"IssuingAuthority":"","IssuingCountry":"USA","Name":"","Nationality":"UNITED STATES OF AMERICA",'
  .. '"PassportID":"456712345","Sex":"F","Signature":"","Surname":"CARTER","Type":"P","BirthPlace":""},'
  .. '"WarnCardInfos":[],"RequestId":"286fe95e-b690-55ec-9149-4b973e5e8a45"}}'

--- Returns a reply of a passport of about `size` bytes; the portrait fills it up.
function data.reply(size)
  local room = math.max(0, size - #REPLY)
  return (REPLY:gsub("%%s", function() return core.base64_encode(noise(math.floor(room / 4) * 3)) end))
end

local function keep(path, make)
  local file = io.open(path, "rb")
  if file then
    file:close()
  else
    process.write(path .. ".new", make())
    assert(os.rename(path .. ".new", path))
  end
  return path
end

--- Writes the files below `folder`. Returns their paths: pictures, bodies and replies, each by size.
---@param folder string
function data.make(folder)
  local made = { pictures = {}, bodies = {}, replies = {} }
  local client = idocr.new { credentials = { secret_id = "AKIDx", secret_key = "k" }, transport = function() end }
  for _, entry in ipairs(data.sizes) do
    local name, size = entry[1], entry[2]
    made.pictures[name] = keep(folder .. "/picture-" .. name .. ".jpg", function() return picture(size) end)
    made.bodies[name] = keep(folder .. "/body-" .. name .. ".json", function()
      return tostring(assert(client:prepare("passport", { image = made.pictures[name], portrait = true })).body)
    end)
  end
  for _, entry in ipairs(data.replies) do
    made.replies[entry[1]] = keep(folder .. "/reply-" .. entry[1] .. ".json", function() return data.reply(entry[2]) end)
  end
  return made
end

return data
