--- Quotes a text as one word of a shell command.
---@param text string
---@return string
return function(text) return "'" .. text:gsub("'", "'\\''") .. "'" end
