--- Writes small ICC profiles (version 2, matrix and gamma) and puts them into JPEG files.
---
---   icc.rgb { red = {x, y, z}, green = …, blue = …, gamma = 2.2 }   primaries as XYZ relative to D50; default: Adobe RGB (1998);
---                                     gamma = "srgb": the tone curve of sRGB
---   icc.grey(gamma)
---   icc.into_jpeg(jpeg, profile)        the JPEG with the profile in APP2 segments
---   icc.with_exif(jpeg, orientation)    the JPEG with an EXIF segment: orientation and a GPS directory

local icc = {}

local function u16(n) return string.char(math.floor(n / 256) % 256, n % 256) end
local function u32(n) return u16(math.floor(n / 65536) % 65536) .. u16(n % 65536) end
local function s15(value) return u32(math.floor(value * 65536 + 0.5) % 2 ^ 32) end
local function xyz(v) return "XYZ \0\0\0\0" .. s15(v[1]) .. s15(v[2]) .. s15(v[3]) end

-- Returns the tone curve: a gamma, or that of sRGB as a table.
local function curve(gamma)
  if gamma ~= "srgb" then return "curv\0\0\0\0" .. u32(1) .. u16(math.floor(gamma * 256 + 0.5)) .. "\0\0" end
  local points = {}
  for i = 0, 1023 do
    local x = i / 1023
    points[i + 1] = u16(math.floor((x <= 0.04045 and x / 12.92 or ((x + 0.055) / 1.055) ^ 2.4) * 65535 + 0.5))
  end
  return "curv\0\0\0\0" .. u32(1024) .. table.concat(points)
end

local function desc(text) return "desc\0\0\0\0" .. u32(#text + 1) .. text .. "\0" .. ("\0"):rep(78) end

local function profile(space, tags)
  local names, blocks, at = {}, {}, 128 + 4 + 12 * #tags
  for _, tag in ipairs(tags) do
    local data = tag[2] .. ("\0"):rep(-#tag[2] % 4)
    names[#names + 1] = tag[1] .. u32(at) .. u32(#tag[2])
    blocks[#blocks + 1] = data
    at = at + #data
  end
  local header = u32(at) .. "none" .. u32(0x02100000) .. "mntr" .. space .. "XYZ " .. ("\0"):rep(12) .. "acsp" .. ("\0"):rep(28)
    .. s15(0.9642) .. s15(1) .. s15(0.8249)
  header = header .. ("\0"):rep(128 - #header)
  return header .. u32(#tags) .. table.concat(names) .. table.concat(blocks)
end

function icc.rgb(given)
  given = given or {}
  local gamma = given.gamma or 2.2
  return profile("RGB ", {
    { "desc", desc "spec" }, { "cprt", "text\0\0\0\0none\0" }, { "wtpt", xyz { 0.9642, 1, 0.8249 } },
    { "rXYZ", xyz(given.red or { 0.60974, 0.31111, 0.01947 }) }, { "gXYZ", xyz(given.green or { 0.20528, 0.62567, 0.06087 }) },
    { "bXYZ", xyz(given.blue or { 0.14919, 0.06322, 0.74457 }) },
    { "rTRC", curve(gamma) }, { "gTRC", curve(gamma) }, { "bTRC", curve(gamma) },
  })
end

function icc.grey(gamma)
  return profile("GRAY", {
    { "desc", desc "spec" }, { "cprt", "text\0\0\0\0none\0" }, { "wtpt", xyz { 0.9642, 1, 0.8249 } }, { "kTRC", curve(gamma) },
  })
end

local function segment(marker, data) return "\255" .. string.char(marker) .. u16(#data + 2) .. data end

function icc.into_jpeg(jpeg, bytes)
  local MOST = 65519
  local count, segments = math.max(1, math.ceil(#bytes / MOST)), {}
  for i = 1, count do
    segments[i] = segment(0xe2, "ICC_PROFILE\0" .. string.char(i, count) .. bytes:sub((i - 1) * MOST + 1, i * MOST))
  end
  return jpeg:sub(1, 2) .. table.concat(segments) .. jpeg:sub(3)
end

-- Returns a TIFF structure with the orientation and a GPS directory (latitude 1 degree north).
function icc.exif(orientation)
  local first = u16(2) .. u16(0x0112) .. u16(3) .. u32(1) .. u16(orientation) .. u16(0) .. u16(0x8825) .. u16(4) .. u32(1) .. u32(38)
    .. u32(0)
  local gps = u16(2) .. u16(1) .. u16(2) .. u32(2) .. "N\0\0\0" .. u16(2) .. u16(5) .. u32(3) .. u32(68) .. u32(0)
  return "MM\0*" .. u32(8) .. first .. gps .. u32(1) .. u32(1) .. u32(0) .. u32(1) .. u32(0) .. u32(1)
end

function icc.with_exif(jpeg, orientation)
  return jpeg:sub(1, 2) .. segment(0xe1, "Exif\0\0" .. icc.exif(orientation)) .. jpeg:sub(3)
end

return icc
