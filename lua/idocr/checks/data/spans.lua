--- How long documents are valid, by kind of card. Years from the day of issue.
--- Sources: PRC Resident Identity Card Law (2003) article 5; ICAO Doc 9303 part 2 advises ten years at most for passports,
--- and some issuers add what was left of the one before (the United Kingdom, nine months). Macao cards with an end show
--- ten years or less; those without one print none.

return {
  china_id = {
    years = { 5, 10, 20 },
    long_term = true,
    -- age on the day of issue: under `below`, so many years (nil: without end)
    by_age = { { below = 16, years = 5 }, { below = 26, years = 10 }, { below = 46, years = 20 }, { below = 200 } },
  },
  macao_id = { most = 10 },
  passport = { most = 10, slack_days = 276 },
}
