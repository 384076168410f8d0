--- Maps the birthplace codes of Malaysian numbers, 00-99, to places: the tables of the National Registration Department (kod negeri, kod
--- negara), as published on jpn.gov.my. A code for a part of the world covers many countries.
--- kind: "state" (born in Malaysia), "abroad", "unknown" (no place). Absent codes are not assigned.

local places = {}

local TABLE = [[
state: 01,21-24 Johor
state: 02,25-27 Kedah
state: 03,28-29 Kelantan
state: 04,30 Melaka
state: 05,31,59 Negeri Sembilan
state: 06,32-33 Pahang
state: 07,34-35 Pulau Pinang
state: 08,36-39 Perak
state: 09,40 Perlis
state: 10,41-44 Selangor
state: 11,45-46 Terengganu
state: 12,47-49 Sabah
state: 13,50-53 Sarawak
state: 14,54-57 Kuala Lumpur
state: 15,58 Labuan
state: 16 Putrajaya
state: 82 Malaysia, state unknown
abroad: 60 Brunei
abroad: 61 Indonesia
abroad: 62 Cambodia
abroad: 63 Laos
abroad: 64 Myanmar
abroad: 65 Philippines
abroad: 66 Singapore
abroad: 67 Thailand
abroad: 68 Vietnam
abroad: 71-72 Abroad
abroad: 74 China
abroad: 75 India
abroad: 76 Pakistan
abroad: 77 Saudi Arabia
abroad: 78 Sri Lanka
abroad: 79 Bangladesh
abroad: 83 Oceania
abroad: 84 South America
abroad: 85 Africa
abroad: 86 Western and northern Europe
abroad: 87 Britain or Ireland
abroad: 88 Middle East
abroad: 89 Far East
abroad: 90 Central America or the Caribbean
abroad: 91 North America
abroad: 92 Eastern Europe
abroad: 93 Other countries
unknown: 98 Stateless
unknown: 99 Unknown
]]

for kind, codes, name in TABLE:gmatch("(%a+): (%S+) ([^\n]+)") do
  for from, to in codes:gmatch("(%d%d)%-?(%d?%d?)") do
    for code = tonumber(from), tonumber(to) or tonumber(from) do
      places[("%02d"):format(code)] = { name = name, kind = kind }
    end
  end
end

return places
