--- Groups the kinds of card by region and country, by the first word of their names.

local countries = {}

-- Region, then country = the first words of its kinds' names.
local REGIONS = {
  { "Several countries", { ["22 countries and regions"] = "any", ["Any country"] = "passport" } },
  { "China, Hong Kong, Macao, Taiwan", {
    ["China"] = "china mainland hmt", ["Hong Kong"] = "hong", ["Macao"] = "macao", ["Taiwan"] = "taiwan",
  } },
  { "South-East Asia", {
    ["Cambodia"] = "cambodia", ["Indonesia"] = "indonesia", ["Malaysia"] = "malaysia", ["Philippines"] = "philippines",
    ["Singapore"] = "singapore", ["Thailand"] = "thailand", ["Vietnam"] = "vietnam",
  } },
  { "East Asia", { ["Japan"] = "japan", ["Korea"] = "korea" } },
  { "South Asia", { ["Bangladesh"] = "bangladesh", ["India"] = "india", ["Pakistan"] = "pakistan", ["Sri Lanka"] = "sri" } },
  { "Latin America", {
    ["Brazil"] = "brazil", ["Chile"] = "chile", ["Colombia"] = "colombia", ["Mexico"] = "mexico", ["Peru"] = "peru",
  } },
  { "Africa and Europe", {
    ["Ghana"] = "ghana", ["Kenya"] = "kenya", ["Nigeria"] = "nigeria", ["Romania"] = "romania", ["South Africa"] = "south",
  } },
}

--- Returns the region and the country of a kind; a kind of no listed country is in "Other".
---@param kind string
---@return string region
---@return string country
function countries.of(kind)
  local first = kind:match("^%l+")
  for _, region in ipairs(REGIONS) do
    for country, words in pairs(region[2]) do
      if (" " .. words .. " "):find(" " .. first .. " ", 1, true) then return region[1], country end
    end
  end
  return "Other", first:sub(1, 1):upper() .. first:sub(2)
end

--- Returns the regions in order, "Other" last.
---@return string[]
function countries.regions()
  local names = {}
  for index, region in ipairs(REGIONS) do names[index] = region[1] end
  names[#names + 1] = "Other"
  return names
end

return countries
