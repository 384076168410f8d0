--- Lists the validity periods of documents by kind of card, in years from the date of issue.
--- Sources: PRC Resident Identity Card Law (2003) article 5; ICAO Doc 9303 part 2 advises at most ten years for passports,
--- and some issuers add the remaining validity of the previous one (the United Kingdom, nine months). Macao cards with an
--- expiry date have ten years or less.

return {
  china_id = {
    years = { 5, 10, 20 },
    -- by age on the date of issue: under `below`, this many years (nil: unlimited)
    by_age = { { below = 16, years = 5 }, { below = 26, years = 10 }, { below = 46, years = 20 }, { below = 200 } },
  },
  macao_id = { most = 10 },
  passport = { most = 10, slack_days = 276 },
}
