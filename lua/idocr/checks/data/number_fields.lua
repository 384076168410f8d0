--- Lists the numbers of each kind of card that have a check: field, name of the check, and what else the check needs. The number that
--- the card is known by comes first.

local CHINA_ID = { { field = "number", check = "china_id" } }

return {
  brazil_driving_licence = {
    { field = "number", check = "brazil_cnh" }, { field = "tax_number", check = "brazil_cpf" },
    { field = "identity_document", check = "brazil_rg", others = true },
  },
  brazil_id = {
    { field = "number", check = "brazil_rg", issuer = "issuing_authority" }, { field = "tax_number", check = "brazil_cpf" },
  },
  brazil_rnm = { { field = "tax_number", check = "brazil_cpf" } },
  china_driving_licence = { { field = "number", check = "china_id", others = true } }, -- foreigners have the number of their passport
  china_household_register = CHINA_ID,
  china_id = CHINA_ID,
  china_permanent_residence = {
    { field = "number", check = "china_permanent_residence" }, { field = "previous_number", check = "china_permanent_residence" },
  },
  china_temporary_id = CHINA_ID,
  hmt_residence_permit = { { field = "number", check = "china_residence_permit" } },
  hong_kong_id = { { field = "number", check = "hong_kong_id" } },
  india_aadhaar = { { field = "number", check = "india_aadhaar" }, { field = "virtual_number", check = "india_vid" } },
  indonesia_id = { { field = "number", check = "indonesia_id", place = "state" } },
  macao_id = { { field = "number", check = "macao_id" } },
  malaysia_id = { { field = "number", check = "malaysia_id" } },
  mexico_voter_id = { { field = "number", check = "mexico_voter_id" }, { field = "personal_number", check = "mexico_curp" } },
  pakistan_id = { { field = "number", check = "pakistan_id" } },
  singapore_id = { { field = "number", check = "singapore_id" } },
  thailand_driving_licence = { { field = "personal_number", check = "thailand_id" } },
  thailand_id = { { field = "number", check = "thailand_id" } },
  thailand_pink_card = { { field = "number", check = "thailand_id" } },
}
