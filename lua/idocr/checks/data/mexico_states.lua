--- Maps the state codes of Mexican numbers to names: two letters in a CURP (RENAPO, annex of the rules for the CURP), two digits in a
--- clave de elector (INEGI's catalogue of federal entities; 87 and 88: born abroad).

local states = {}

local TABLE = [[
01 AS Aguascalientes
02 BC Baja California
03 BS Baja California Sur
04 CC Campeche
05 CL Coahuila
06 CM Colima
07 CS Chiapas
08 CH Chihuahua
09 DF Ciudad de México
10 DG Durango
11 GT Guanajuato
12 GR Guerrero
13 HG Hidalgo
14 JC Jalisco
15 MC México
16 MN Michoacán
17 MS Morelos
18 NT Nayarit
19 NL Nuevo León
20 OC Oaxaca
21 PL Puebla
22 QT Querétaro
23 QR Quintana Roo
24 SP San Luis Potosí
25 SL Sinaloa
26 SR Sonora
27 TC Tabasco
28 TS Tamaulipas
29 TL Tlaxcala
30 VZ Veracruz
31 YN Yucatán
32 ZS Zacatecas
87 NE born abroad
88 NE born abroad
]]

local letters_to_name, digits_to_name = {}, {}
for digits, letters, name in TABLE:gmatch("(%d%d) (%u%u) ([^\n]+)") do
  digits_to_name[digits], letters_to_name[letters] = name, name
end

--- Returns the name of a state.
---@param letters string
---@return string?
function states.by_letters(letters) return letters_to_name[letters] end

--- Returns the name of a state.
---@param digits string
---@return string?
function states.by_digits(digits) return digits_to_name[digits] end

return states
