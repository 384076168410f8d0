--- Lists the params that every kind takes, beside `image`.

---@class idocr.CommonParam
---@field type "boolean"|"function"
---@field help string
---@field default boolean?
---@field is_sent boolean?  true: it selects something in the service; else only the client reads it

---@type table<string, idocr.CommonParam>
return {
  portrait = { type = "boolean", help = "return the portrait, where the service cuts it out", is_sent = true },
  precheck = { type = "boolean", help = "false: send the file unchecked", default = true },
  advice = { type = "boolean", help = "measure the pixels before sending: see advice on the card" },
  fit = { type = "boolean", help = "make the picture fit what the service takes" },
  before_send = { type = "function", help = "called before each request leaves; anything but true stops it" },
}
