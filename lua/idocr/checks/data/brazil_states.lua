--- Maps the letters of Brazilian states to names (IBGE), and the ninth digit of a CPF to the states of its fiscal region (Receita
--- Federal).

local states = {}

-- fiscal region, letters, name
local TABLE = [[
1 DF Distrito Federal
1 GO Goiás
1 MS Mato Grosso do Sul
1 MT Mato Grosso
1 TO Tocantins
2 AC Acre
2 AM Amazonas
2 AP Amapá
2 PA Pará
2 RO Rondônia
2 RR Roraima
3 CE Ceará
3 MA Maranhão
3 PI Piauí
4 AL Alagoas
4 PB Paraíba
4 PE Pernambuco
4 RN Rio Grande do Norte
5 BA Bahia
5 SE Sergipe
6 MG Minas Gerais
7 ES Espírito Santo
7 RJ Rio de Janeiro
8 SP São Paulo
9 PR Paraná
9 SC Santa Catarina
0 RS Rio Grande do Sul
]]

local names, regions = {}, {}
for region, letters, name in TABLE:gmatch("(%d) (%u%u) ([^\n]+)") do
  names[letters] = name
  regions[region] = (regions[region] and regions[region] .. ", " or "") .. name
end

--- Returns the name of a state.
---@param letters string
---@return string?
function states.name(letters) return names[letters] end

--- Returns the names of the states of a fiscal region, separated by commas.
---@param digit string
---@return string?
function states.fiscal_region(digit) return regions[digit] end

--- Returns the letters of the state in an issuer's name: "SSP-SP", "SSP/SP", "SSPSP", "DETRAN RJ", "SP".
---@param issuer string?
---@return string? letters nil where the name has none, as "SESP"
function states.of_issuer(issuer)
  if not issuer then return nil end
  local name = issuer:upper():gsub("[%s.]+$", "")
  if name:find("S[^%s]*O PAULO$") then return "SP" end
  local letters = name:match("[%s/%-.(]+(%u%u)%)?$") or name:match("^SSP(%u%u)$") or name:match("^(%u%u)$")
  return letters and names[letters] and letters
end

return states
