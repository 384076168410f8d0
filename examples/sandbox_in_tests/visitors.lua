-- A small application: registers visitors by their passport. The client is an argument, so that tests can give it the sandbox.

local visitors = {}

--- Reads a passport and adds its holder to the list.
---@param client idocr.Client
---@param list table[]
---@param path string picture of the passport
---@param today string YYYY-MM-DD
---@return table? visitor
---@return string? message for the visitor
function visitors.register(client, list, path, today)
  local card, err = client:passport { image = path }
  if not card then
    if err.category == "image" or err.category == "service" then return nil, "please take another picture" end
    return nil, "please ask at the desk"
  end
  if card:has_warning "photocopy" then return nil, "a copy is not accepted" end
  if card.expiry_date and card.expiry_date < today then return nil, "the passport has expired" end
  local visitor = { name = card.name, until_date = card.expiry_date }
  list[#list + 1] = visitor
  return visitor
end

return visitors
