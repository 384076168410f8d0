--- Maps the province codes of Indonesian numbers to names: Ministry of Home Affairs, regulations 137 of 2017 and 58 of 2021, decree
--- 100.1.1-6117 of 2022 (the provinces of Papua that were split off in 2022).

local provinces = {}

-- code, code of the province that it was split from since 2000 ("-": none), name
local TABLE = [[
11 - Aceh
12 - Sumatera Utara
13 - Sumatera Barat
14 - Riau
15 - Jambi
16 - Sumatera Selatan
17 - Bengkulu
18 - Lampung
19 16 Kepulauan Bangka Belitung
21 14 Kepulauan Riau
31 - DKI Jakarta
32 - Jawa Barat
33 - Jawa Tengah
34 - DI Yogyakarta
35 - Jawa Timur
36 32 Banten
51 - Bali
52 - Nusa Tenggara Barat
53 - Nusa Tenggara Timur
61 - Kalimantan Barat
62 - Kalimantan Tengah
63 - Kalimantan Selatan
64 - Kalimantan Timur
65 64 Kalimantan Utara
71 - Sulawesi Utara
72 - Sulawesi Tengah
73 - Sulawesi Selatan
74 - Sulawesi Tenggara
75 71 Gorontalo
76 73 Sulawesi Barat
81 - Maluku
82 81 Maluku Utara
91 - Papua
92 91 Papua Barat
93 91 Papua Selatan
94 91 Papua Tengah
95 91 Papua Pegunungan
96 92 Papua Barat Daya
]]

-- Words that cards print or leave out: the kind of province and its honorary titles.
local TITLES = {
  PROVINSI = true, PROPINSI = true, DKI = true, DKJ = true, DI = true, DAERAH = true, KHUSUS = true, IBUKOTA = true, IBU = true,
  KOTA = true, ISTIMEWA = true, NANGGROE = true, DARUSSALAM = true,
}
local ALIASES = { BANGKABELITUNG = "KEPULAUANBANGKABELITUNG", DIY = "YOGYAKARTA", NTB = "NUSATENGGARABARAT", NTT = "NUSATENGGARATIMUR" }

local names, parents, codes = {}, {}, {}

local function key(text)
  local words = {}
  for word in text:upper():gmatch("%a+") do
    if not TITLES[word] then words[#words + 1] = word end
  end
  local joined = table.concat(words)
  return ALIASES[joined] or joined
end

for code, parent, name in TABLE:gmatch("(%d%d) (%S+) ([^\n]+)") do
  names[code], codes[key(name)] = name, code
  if parent ~= "-" then parents[code] = parent end
end

--- Returns the name of a code; nil where it is not assigned.
---@param code string
---@return string?
function provinces.name(code) return names[code] end

--- Returns the name of a printed province, followed by the names of the provinces that it was split from.
---@param text string
---@return string[]?
function provinces.find(text)
  local code = codes[key(text)]
  if not code then return nil end
  local found = {}
  while code do
    found[#found + 1], code = names[code], parents[code]
  end
  return found
end

return provinces
