--- Names of months in the languages that documents are printed in.

local months = {}

-- English, French, Spanish, Portuguese, Italian, German, Dutch, Malay and Indonesian, without accents.
local LATIN = {
  "JAN JANV JANUARY JANVIER ENE ENERO JANEIRO GEN GENNAIO JANUAR JANUARI",
  "FEB FEV FEVR FEBRUARY FEVRIER FEBRERO FEVEREIRO FEBBRAIO FEBRUAR FEBRUARI PEBRUARI",
  "MAR MARS MARCH MARZO MARCO MRZ MAERZ MARZ MRT MAART MAC MARET",
  "APR AVR APRIL AVRIL ABR ABRIL APRILE",
  "MAY MAI MAYO MAIO MAG MAGGIO MEI",
  "JUN JUNE JUIN JUNIO JUNHO GIU GIUGNO JUNI",
  "JUL JULY JUIL JUILLET JULIO JULHO LUG LUGLIO JULI JULAI",
  "AUG AUGUST AOU AOUT AGO AGOSTO AUGUSTUS OGO OGOS AGU AGUSTUS",
  "SEP SEPT SEPTEMBER SEPTEMBRE SEPTIEMBRE SET SETEMBRO SETTEMBRE",
  "OCT OCTOBER OCTOBRE OCTUBRE OUT OUTUBRO OTT OTTOBRE OKT OKTOBER",
  "NOV NOVEMBER NOVEMBRE NOVIEMBRE NOVEMBRO NOPEMBER",
  "DEC DECEMBER DECEMBRE DIC DICIEMBRE DEZ DEZEMBRO DICEMBRE DEZEMBER DIS DISEMBER DES DESEMBER",
}

-- Short and long, without the full stops of the short ones ("ธ.ค.").
local THAI = {
  "มค มกราคม", "กพ กุมภาพันธ์", "มีค มีนาคม", "เมย เมษายน", "พค พฤษภาคม", "มิย มิถุนายน",
  "กค กรกฎาคม", "สค สิงหาคม", "กย กันยายน", "ตค ตุลาคม", "พย พฤศจิกายน", "ธค ธันวาคม",
}

local function numbers_of(lists)
  local numbers = {}
  for month, names in ipairs(lists) do
    for name in names:gmatch("%S+") do numbers[name] = month end
  end
  return numbers
end

months.latin, months.thai = numbers_of(LATIN), numbers_of(THAI)

return months
