--- Validates the parameters of a Tencent call and returns the service's error code for an invalid one.

local json = require "idocr.json"
local kinds = require "idocr.kinds"
local picture_check = require "idocr.sandbox.picture_check"
local shapes = require "idocr.sandbox.reply.shapes"

local validate = {}

local VALUE = "InvalidParameterValue.InvalidParameterValueLimit"
local DECODE = "FailedOperation.ImageDecodeFailed"
local EMPTY = "FailedOperation.EmptyImageError"
local FORMAT = "InvalidParameter.ConfigFormatError"

--- A valid call.
---@class idocr.sandbox.Call : idocr.sandbox.CallOptions
---@field pictures table<string, string>  "image" and "back": the bytes
---@field values table<string, any>       wire parameters besides the pictures

--- One kind that an action reads.
---@class idocr.sandbox.Candidate
---@field kind idocr.Kind
---@field service idocr.Service

---@class idocr.sandbox.ValidCall
---@field candidate idocr.sandbox.Candidate
---@field call idocr.sandbox.Call

local function decode_percent(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

--- Parses a query string or form.
---@param text string
---@return table<string, string>
function validate.form(text)
  local params = {}
  for pair in text:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    params[decode_percent(name)] = decode_percent(value)
  end
  return params
end

--- Parses the parameters of a request: the query of GET, the JSON body of POST.
---@param request table
---@return table? params
---@return string? code
---@return string? message
function validate.params(request)
  if request.method == "GET" then return validate.form(request.uri:match("%?(.*)$") or "") end
  local media = (request.headers["content-type"] or ""):lower():match("^[^;%s]*")
  if media ~= "application/json" then
    return nil, "InvalidRequest", "The request Content-Type is not supported by this action."
  end
  local body = request.body or ""
  local params = json.decode(body)
  if type(params) ~= "table" or not body:match("^%s*{") then
    return nil, "InvalidParameter", "The request body is not a JSON object."
  end
  return params
end

local LUA_TYPES = { boolean = "boolean", string = "string", json = "string", integer = "number", list = "table" }
local BOOLEANS = { ["true"] = true, ["false"] = false }

-- Returns the value if it has the wanted type, else nil. In a form or a query booleans and numbers are text.
local function typed(value, wanted, is_text)
  if is_text and wanted == "boolean" then value = BOOLEANS[value] end
  if is_text and wanted == "integer" then value = tonumber(value) end
  if type(value) ~= LUA_TYPES[wanted] or wanted == "integer" and value % 1 ~= 0 then return nil end
  return value
end

-- Returns the values that a service takes for an input of a kind; nil: any.
local function values_of(input, kind)
  if input.values or input.type == "boolean" then return input.values end
  local param = input.param and (kind.params or {})[input.param]
  local named = param and param.values
  if not named and (input.constant == nil or input.param) then return nil end
  local values = {}
  if input.constant ~= nil then values[1] = input.constant end
  if input.when and input.value ~= nil then values[#values + 1] = input.value end
  for _, value in pairs(named or {}) do values[#values + 1] = value end
  return values
end

local function equal(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  return json.encode(a) == json.encode(b)
end

local function is_taken(value, input, kind)
  local values = values_of(input, kind)
  if not values or value == "" then return true end
  for _, allowed in ipairs(values) do
    if equal(value, allowed) then return true end
  end
  return false
end

-- Records the param and the conditions that a wire value turns on.
local function turn_on(input, value, on)
  local constant = input.value
  if constant == nil then constant = true end
  if input.param and value == true then on[input.param] = true end
  if value == constant then
    for _, name in ipairs(input.when or {}) do on[name] = true end
  end
end

local function check_object(input, kind, text, on)
  if text == "" then return true end
  local object = json.decode(text)
  if type(object) ~= "table" or not text:match("^%s*{") then return nil, FORMAT end
  for _, field in ipairs(input.fields or {}) do
    local value = object[field.wire]
    if value ~= nil and value ~= json.null then
      if typed(value, field.type) == nil then return nil, FORMAT end
      if not is_taken(value, field, kind) then return nil, VALUE end
      turn_on(field, value, on)
    end
  end
  return true
end

-- Checks the JSON types of the inputs of a service besides the pictures, and that the required ones are there.
local function check_types(candidate, params, call)
  for _, input in ipairs(candidate.service.inputs) do
    local value = params[input.wire]
    if value ~= nil and value ~= json.null then
      value = typed(value, input.type, call.is_text)
      if value == nil then return nil, "InvalidParameter", ("The value type of parameter `%s` is not valid."):format(input.wire) end
      call.values[input.wire] = value
    elseif input.required then
      return nil, "MissingParameter", ("The request is missing a required parameter `%s`."):format(input.wire)
    end
  end
  return true
end

local function check_values(candidate, _, call)
  for _, input in ipairs(candidate.service.inputs) do
    local value = call.values[input.wire]
    if value ~= nil and input.type == "json" then
      local ok, code = check_object(input, candidate.kind, value, call.on)
      if not ok then return nil, code end
    elseif value ~= nil then
      if not is_taken(value, input, candidate.kind) then return nil, VALUE end
      turn_on(input, value, call.on)
    end
  end
  return true
end

-- Returns an error for the first parameter, in alphabetical order, that a service does not have.
local function check_names(candidate, params, call)
  if call.is_lenient then return true end
  local service = candidate.service
  local known, unknown = {}, nil
  for _, picture in ipairs(service.pictures) do known[picture.base64], known[picture.url or picture.base64] = true, true end
  for _, input in ipairs(service.inputs) do known[input.wire] = true end
  for name in pairs(params) do
    name = tostring(name)
    if not known[name] and (not unknown or name < unknown) then unknown = name end
  end
  if unknown then return nil, "UnknownParameter", ("The parameter `%s` is not recognized."):format(unknown:sub(1, 64)) end
  return true
end

local function text_of(params, name)
  local text = name and params[name]
  if text == nil or text == json.null or text == "" then return nil end
  return text
end

local function check_pictures(candidate, params, call)
  local service = candidate.service
  local problems, codes = validate.PROBLEMS, shapes.codes[service.action] or {}
  for _, picture in ipairs(service.pictures) do
    local url, text = text_of(params, picture.url), text_of(params, picture.base64)
    local mistyped = type(url or "") ~= "string" and picture.url or type(text or "") ~= "string" and picture.base64
    if mistyped then return nil, "InvalidParameter", ("The value type of parameter `%s` is not valid."):format(mistyped) end
    if url then return nil, "FailedOperation.DownLoadError" end -- the sandbox downloads nothing
    if text then
      local bytes, problem = picture_check.read(text, kinds.limits(service, picture.param, call.on), call.site)
      if not bytes then return nil, codes[problems.special[problem]] and problems.special[problem] or problems[problem] end
      call.pictures[picture.param] = bytes
    elseif picture.param == "image" then
      return nil, codes[EMPTY] and EMPTY or VALUE
    end
  end
  return true
end

--- The error code for each problem with a picture; `special`: where the action has such a code.
validate.PROBLEMS = {
  heavy = "LimitExceeded.TooLargeFileError", large = "LimitExceeded.TooLargeFileError", small = DECODE, format = DECODE,
  special = { large = "FailedOperation.ImageSizeTooLarge", small = "FailedOperation.IdCardTooSmall" },
}

--- Returns the site of a host name, or nil if the name does not identify one.
---@param host string
---@return "intl"|"cn"|nil site
function validate.site(host)
  host = host:lower():gsub(":%d+$", "")
  if not host:find("tencentcloudapi.", 1, true) then return nil end
  if host:find(".intl.", 1, true) then return "intl" end
  if host:match("^ocr%.tencentcloudapi%.") or host:match("^ocr%.internal%.") or host:match("^ocr%.ai%.") then return "cn" end
end

local STEPS = { check_names, check_types, check_values, check_pictures }

-- Validates a call for one kind. Returns the call, or nil, code, message and the step that failed.
local function validate_one(candidate, params, target)
  local call = { on = {}, values = {}, pictures = {} }
  for name, value in pairs(target) do call[name] = value end
  for step, check in ipairs(STEPS) do
    local ok, code, message = check(candidate, params, call)
    if not ok then return nil, code, message, step end
  end
  return call
end

--- Validates a call for each kind that its action reads: kinds that share an action take other values.
---@param candidates idocr.sandbox.Candidate[]
---@param params table<string, any> of the request
---@param target { site: string?, region: string?, is_text: boolean?, is_lenient: boolean? } is_text: booleans and numbers arrive as
---  text; is_lenient: the service ignores parameters that it does not have
---@return idocr.sandbox.ValidCall[]? valid the kinds for which the call is valid
---@return string? code of Tencent, where there is none: the error of the kind that came furthest
---@return string? message
function validate.call(candidates, params, target)
  local valid, furthest, code, message = {}, 0, nil, nil
  for _, candidate in ipairs(candidates) do
    local call, its_code, its_message, step = validate_one(candidate, params, target)
    if call then
      valid[#valid + 1] = { candidate = candidate, call = call }
    elseif step > furthest then
      furthest, code, message = step, its_code, its_message
    end
  end
  if valid[1] then return valid end
  return nil, code, message
end

--- Returns the side of the document that a call asks for, where it says one.
---@param candidate idocr.sandbox.Candidate
---@param call idocr.sandbox.Call
---@return "front"|"back"|nil
function validate.side(candidate, call)
  local param = (candidate.kind.params or {}).side
  for _, input in ipairs(candidate.service.inputs) do
    for side, value in pairs(input.param == "side" and param and param.values or {}) do
      if call.values[input.wire] == value and (side == "front" or side == "back") then return side end
    end
  end
end

--- Returns the services of a provider by action. An action that all sites have removed is not there.
---@param provider string
---@return table<string, idocr.sandbox.Candidate[]>
function validate.actions(provider)
  local actions = {}
  for _, name in ipairs(kinds.list()) do
    local kind = kinds.get(name)
    for _, service in ipairs(kind and kind.services or {}) do
      if service.provider == provider and not (service.sites and next(service.sites) == nil) then
        for _, action in ipairs { service.action, service.result and service.result.action } do
          actions[action] = actions[action] or {}
          table.insert(actions[action], { kind = kind, service = service })
        end
      end
    end
  end
  return actions
end

return validate
