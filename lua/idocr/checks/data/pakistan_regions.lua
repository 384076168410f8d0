--- Maps the first digit of Pakistani numbers to regions: National Database and Registration Authority, as reported by The News
--- (2020-01-19) for 1 to 7; 8 is Azad Kashmir. The tribal areas (2) are a part of Khyber Pakhtunkhwa since 2018.

return {
  ["1"] = "Khyber Pakhtunkhwa", ["2"] = "Federally Administered Tribal Areas", ["3"] = "Punjab", ["4"] = "Sindh",
  ["5"] = "Balochistan", ["6"] = "Islamabad", ["7"] = "Gilgit-Baltistan", ["8"] = "Azad Kashmir",
}
