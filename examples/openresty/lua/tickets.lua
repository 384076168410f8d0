--- Answers with a ticket instead of waiting for the card: the picture goes into a queue (IDOCR_QUEUE) that `idocr work` reads.
---
--- A ticket is 128 random bits. It needs the gateway's token, as the upload does, and expires with the result (7 days). It lives on the
--- queue's server, so it survives a reload of nginx.

local auth = require "auth"
local idocr = require "idocr"

local tickets = {}

local queue

--- Opens the queue. Called in init_by_lua.
function tickets.init()
  local url = os.getenv "IDOCR_QUEUE"
  if not url or url == "" then return end
  local opened, err = idocr.queue { url = url } -- the key is in IDOCR_KEY
  if not opened then error(tostring(err), 0) end
  if not opened:may_store() then error("IDOCR_QUEUE needs IDOCR_KEY, which seals what is stored", 0) end
  queue = opened
end

--- Returns whether the caller asks for a ticket: `Prefer: respond-async` (RFC 7240).
---@return boolean
function tickets.wanted() return (ngx.var.http_prefer or ""):lower():find("%f[%w]respond%-async%f[^%w-]") ~= nil end

--- Returns why there are no tickets; nil where there are.
---@return string? message
function tickets.missing()
  if queue and auth.is_on() then return nil end
  return "this gateway has no tickets: its operator sets IDOCR_QUEUE, IDOCR_KEY and IDOCR_TOKEN"
end

--- Puts a picture into the queue and returns its ticket.
---@param kind string
---@param params table
---@return string? ticket
---@return idocr.Error? err
function tickets.issue(kind, params)
  local id, err = queue:enqueue(kind, params, { upload = true, name = "upload" })
  if not id then return nil, err end
  return queue:ticket(id)
end

--- Returns what became of a ticket.
---@param ticket string
---@return string? state  nil alone: it is unknown or has expired
---@return idocr.QueueEntry|idocr.Error|nil
function tickets.look_up(ticket) return queue:by_ticket(ticket) end

return tickets
