--- Checks the options of `queue:work`.

local nearest = require "idocr.nearest"

---@class idocr.WorkOptions
---@field client idocr.Client          reads the pictures; with `shared` on the queue's server, all workers keep the account's rate
---@field concurrency integer?         calls in flight at once (4)
---@field idle number?                 seconds after which another worker takes over an item of a worker that disappeared (30)
---@field rounds integer?              attempts at an item that fail for a passing reason and cost nothing (5)
---@field most_lost integer?           workers that may disappear with an item before it is "dead" (5)
---@field after_send boolean?          reads unsure items again, which may be billed twice (false)
---@field exit_when_empty boolean?     returns when no item waits and no worker has one (false)
---@field store boolean?               stores results on the server (true); else they only go to `on_result`
---@field spool string?                folder for results that the server does not accept ($XDG_STATE_HOME/idocr/spool)
---@field on_result (fun(entry: idocr.QueueEntry): any, string?)?  gets each result; false and a message end the work
---@field on_event (fun(name: string, fields: table))?  `store`: the server fails or is back; `spool`: a result cannot be kept
---@field stopping (fun(): any)?       asked several times a second: a true value ends the work after the calls in flight, a second one
---                                    cancels them

local function number(from, to)
  local complaint = ("must be a number from %g to %g"):format(from, to)
  return function(value) return type(value) == "number" and value >= from and value <= to, complaint end
end

local function whole(from, to)
  local complaint = ("must be a whole number from %d to %d"):format(from, to)
  return function(value) return type(value) == "number" and value >= from and value <= to and value % 1 == 0, complaint end
end

local function is(wanted)
  return function(value) return type(value) == wanted, "must be a " .. wanted end
end

local RULES = {
  client = function(value) return getmetatable(value) == "idocr.Client", "must be a client of idocr.new" end,
  concurrency = whole(1, 1024), idle = number(0.1, 86400), rounds = whole(1, 1000), most_lost = whole(1, 1000),
  after_send = is "boolean", exit_when_empty = is "boolean", store = is "boolean", spool = is "string",
  on_result = is "function", on_event = is "function", stopping = is "function",
}

--- Checks and copies the options of `queue:work`.
---@param given idocr.WorkOptions
---@param keep number seconds
---@return idocr.WorkSettings?
---@return string? complaint
return function(given, keep)
  if type(given) ~= "table" then return nil, "options must be a table, not a " .. type(given) end
  local settings = { concurrency = 4, idle = 30, rounds = 5, most_lost = 5, store = true, keep = keep }
  for name, value in pairs(given) do
    local rule = RULES[name]
    if not rule then return nil, ("no option %q%s"):format(tostring(name), nearest.hint(name, RULES)) end
    local ok, complaint = rule(value)
    if not ok then return nil, "option " .. name .. " " .. complaint end
    settings[name] = value
  end
  if not settings.client then return nil, "option client is missing" end
  if settings.store == false and not settings.on_result then
    return nil, "without results on the server (store = false) the option on_result is needed"
  end
  return settings
end
