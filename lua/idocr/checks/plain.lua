--- Numbers as people type them: full-width digits and letters, dashes and blanks of other scripts become ASCII.

local gsub, find = string.gsub, string.find

local OTHER = { ["\227\128\128"] = " ", ["\226\136\146"] = "-" } -- ideographic blank, minus sign
for last = 0x90, 0x95 do OTHER["\226\128" .. string.char(last)] = "-" end -- U+2010-U+2015
for code = 0x21, 0x7E do -- U+FF01-U+FF5E are ASCII in full width
  local at = code - 0x20
  OTHER["\239" .. string.char(0xBC + math.floor(at / 64), 0x80 + at % 64)] = string.char(code)
end

--- Text with those replaced; everything else stays.
---@param text string
---@return string
return function(text)
  if not find(text, "[\194\226\227\239]") then return text end
  return (gsub(gsub(text, "\194\160", " "), "[\226\227\239][\128-\191][\128-\191]", OTHER))
end
