--- A claim: of several callers with the same picture, one sends it and the others wait for its result.
---
--- The store holds one text for each claimed key: "claimed …" before the request leaves, "sending …" from then on, "unsure" for a
--- short time where it may have been billed without a result. A claim in "sending" whose owner must have ended without a result
--- may have been paid: it is never sent again by others.

local core = require "idocr.core"

local claim = {}

local GRACE = 10 -- seconds that the clocks of two machines may differ, and that storing a result may take
local UNSURE = 5 -- seconds; the callers that wait ask more often than that
local FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.5 -- seconds between two questions

---@class idocr.Claim
---@field key string
---@field text string    what the store holds for it
---@field ends number    Unix seconds at which its owner has ended
---@field private store idocr.Store
local Claim = {}
Claim.__index = Claim

local function text_of(state, id, ends) return ("%s %s %.3f"):format(state, id, ends) end

--- Claims a key.
---@param store idocr.Store
---@param key string
---@param ends number      Unix seconds of the deadline of the caller
---@param now number       Unix seconds
---@return idocr.Claim? claimed
---@return idocr.Error? err  nil: another caller has it
function claim.take(store, key, ends, now)
  local self = setmetatable({ store = store, key = key, ends = ends, id = core.hex(core.random(8)) }, Claim)
  self.text = text_of("claimed", self.id, ends)
  local added, err = store:add(key, self.text, ends - now + GRACE)
  if added then return self end
  return nil, err
end

--- Records that the request is about to leave, for as long as a result would be kept: from now on no other caller may send it.
---@param ttl number seconds
---@return boolean? ok false: another caller has taken the claim over
---@return idocr.Error?
function Claim:sending(ttl)
  local text = text_of("sending", self.id, self.ends)
  if text == self.text then return true end -- a repeated request of the same call
  local replaced, err = self.store:replace_if(self.key, self.text, text, ttl)
  if replaced then self.text = text end
  return replaced, err
end

--- Ends a claim whose request certainly cost nothing, or whose result is stored.
function Claim:release() self.store:delete_if(self.key, self.text) end

--- Ends a claim whose request may have been billed: the callers that wait get an error, later ones may send again.
function Claim:unsure() self.store:replace_if(self.key, self.text, "unsure", UNSURE) end

--- Returns what a caller has to do about another caller's claim: "free": claim the key; "wait": ask again later; "unsure": the
--- picture may have been paid for without a result.
---@param text string?  what the store holds
---@param now number    Unix seconds
---@return "free"|"wait"|"unsure"
function claim.state(text, now)
  if not text then return "free" end
  local state, ends = text:match("^(%l+) %x+ ([%d.]+)$")
  if state == nil then return "unsure" end
  if now <= tonumber(ends) + GRACE then return "wait" end
  return state == "sending" and "unsure" or "free"
end

--- Returns how long a waiting caller pauses before its next question.
---@param round integer 1 for the first
---@return number seconds
function claim.pause(round) return math.min(LONGEST_PAUSE, FIRST_PAUSE * 1.5 ^ (round - 1)) end

return claim
