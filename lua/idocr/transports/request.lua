--- The request table that transports take.

local request = {}

--- Gives a request its own list of headers, so that a caller that changes them changes this request only.
---@param given table  changed in place
---@return table request
function request.with_own_headers(given)
  local headers = {}
  for index, pair in ipairs(given.headers or {}) do headers[index] = { pair[1], pair[2] } end
  given.headers = headers
  return given
end

return request
