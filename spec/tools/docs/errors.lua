--- Makes docs/errors.md from our table of codes and the vendors' tables.

local markdown = require "spec.tools.docs.markdown"
local ours = require "spec.tools.docs.error_codes"

local code = markdown.code

local INTRODUCTION = [[
# Error codes

Every failure that is not a wrong argument returns `nil, err`; [reference.md](reference.md#errors) lists the members of `err`. `err.code` is
either a code of idocr, in the first sections of this page, or [Tencent's](#codes-of-tencent-cloud) or [ekycpro's](#statuses-of-ekycpro).
Our codes are stable: they do not change with the transport, and a released code is not renamed. `err.message` explains the case at hand.

`billed` follows from what left, as `lua/idocr/client/money.lua` decides:

| what left | `sent` | `billed` |
| --- | --- | --- |
| nothing | `false` | `false` |
| part of the request: the service cannot have acted on it | `"part"` | `false` |
| the whole request, or unknown | `true` | `nil` (unknown), unless the reply or the vendor's tables say `true` or `false` |

The columns *billed* and *retryable* give `err.billed` and `err.retryable`; "by sent" means the table above. In a call of several attempts,
`sent` and `billed` cover all attempts together. Connection errors are repeated by the client itself within `retry.attempts` and the
deadline where that costs nothing, so do not add a loop of your own for them.
]]

local function our_section(section)
  local rows = {}
  for index, entry in ipairs(section) do
    rows[index] = {
      code(entry.code), entry.category and code(entry.category) or "", entry.meaning, entry.billed, entry.retryable, entry.advice,
    }
  end
  return "## " .. section.title .. "\n\n"
    .. markdown.table({ "code", "category", "meaning", "billed", "retryable", "what to do" }, rows)
    .. (section.note and "\n" .. section.note .. "\n" or "")
end

local RETRY = {
  yes = "the client repeats it; else try again later",
  maybe = "try again later; the client repeats it only where that costs nothing",
  throttle = "send fewer calls; the client waits and repeats",
  clock = "set the machine's clock; the client corrects its own and repeats once",
  token = "get new temporary credentials; the client does that once",
}
local CATEGORY = {
  credentials = "check the key, its permissions, and whether it belongs to this site",
  unsupported = "choose another site, region or provider",
  image = "send another picture, or convert it: `fit = true`",
}

-- By a part of the code, for codes that the facts do not tell apart.
local BY_NAME = {
  { "^InvalidParameter", "report it with `err.request_id`, with the params that you gave" },
  { "^MissingParameter", "report it with `err.request_id`, with the params that you gave" },
  { "^UnknownParameter", "report it with `err.request_id`, with the params that you gave" },
  { "^InvalidRequest", "report it with `err.request_id`" }, { "^INVALID", "check the params" },
  { "SizeLimitExceeded", "send a smaller picture" },
  { "Side", "send the other side" }, { "MultiCard", "send a picture of one card" },
  { "ParseFailed$", "report it with `err.request_id`" }, { "LLM", "try again later" },
  { "^FailedOperation%.", "send a sharp picture of the right document" }, { "FAIL", "send a sharp picture of the right document" },
  { "^FailedOperation$", "read `err.vendor_message`; report it with `err.request_id`" },
  { "^Resource", "see the account in the vendor's console" }, { "^LimitExceeded", "see the account's limits in the vendor's console" },
}

local function advice_for(name, facts)
  if RETRY[facts.retry] then return RETRY[facts.retry] end
  if facts.account then return "see the account in the vendor's console" end
  if CATEGORY[facts.category] then return CATEGORY[facts.category] end
  for _, rule in ipairs(BY_NAME) do
    if name:find(rule[1]) then return rule[2] end
  end
  return "read `err.vendor_message`"
end

-- What money.lua concludes from the facts of a code alone.
local function billed(facts)
  local price = require("idocr.client.money").price {
    billed = facts.billed, sent = true, refused_early = facts.refused_early, retry = facts.retry,
  }
  return price == nil and "unknown" or tostring(price)
end

local function vendor_section(title, text, codes)
  local rows = {}
  for _, name in ipairs(markdown.keys(codes)) do
    local facts = codes[name]
    rows[#rows + 1] = {
      code(name), code(facts.category), facts.message or "", billed(facts),
      facts.retry ~= "no" and facts.retry ~= "token" and "yes" or "no", advice_for(name, facts),
    }
  end
  return "## " .. title .. "\n\n" .. text .. "\n\n"
    .. markdown.table({ "code", "category", "meaning", "billed", "retryable", "what to do" }, rows)
end

--- Returns the page: path -> text.
---@return table<string, string>
return function()
  local page = { markdown.generated "spec/tools/docs/error_codes.lua and lua/idocr/providers/*/errors.lua" .. "\n" .. INTRODUCTION }
  for _, section in ipairs(ours) do page[#page + 1] = our_section(section) end
  page[#page + 1] = vendor_section("Codes of Tencent Cloud",
    "`billed` is what the vendor's price page says, or follows from the stage at which the service refused. A code that is not listed has "
    .. "the facts of its family, the part before the first dot.", require("idocr.providers.tencent.errors").codes)
  page[#page + 1] = vendor_section("Statuses of ekycpro",
    "A status that is not listed has category `service` and is not retryable.", require("idocr.providers.ekycpro.errors").statuses)
  return { ["docs/errors.md"] = table.concat(page, "\n") }
end
