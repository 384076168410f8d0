--- Validates the parameters of a Tencent call and returns the service's error code for an invalid one.

local core = require "idocr.core"
local json = require "idocr.json"
local kinds = require "idocr.kinds"
local shapes = require "idocr.sandbox.reply.shapes"

local validate = {}

local VALUE = "InvalidParameterValue.InvalidParameterValueLimit"
local DECODE = "FailedOperation.ImageDecodeFailed"

--- A valid call.
---@class idocr.sandbox.Call : idocr.sandbox.CallOptions
---@field pictures table<string, string>  "image" and "back": the bytes
---@field params table                    as received

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

-- Returns the types of a service's parameters: name -> type.
local function types_of(service)
  local types = {}
  for _, picture in ipairs(service.pictures) do
    types[picture.base64] = "string"
    if picture.url then types[picture.url] = "string" end
  end
  for _, input in ipairs(service.inputs) do types[input.wire] = input.type end
  return types
end

local LUA_TYPES = { boolean = "boolean", string = "string", json = "string", integer = "number", list = "table" }
local BOOLEANS = { ["true"] = true, ["false"] = false }

-- Returns the value if it has the wanted type, else nil. In a GET request booleans and numbers are text.
local function typed(value, wanted, is_get)
  if is_get and wanted == "boolean" then value = BOOLEANS[value] end
  if is_get and wanted == "integer" then value = tonumber(value) end
  if type(value) ~= LUA_TYPES[wanted] or wanted == "integer" and value % 1 ~= 0 then return nil end
  return value
end

local function check_types(service, params, is_get)
  local types, checked = types_of(service), {}
  local names = {}
  for name in pairs(params) do names[#names + 1] = tostring(name) end
  table.sort(names)
  for _, name in ipairs(names) do
    if not types[name] then return nil, "UnknownParameter", ("The parameter `%s` is not recognized."):format(name:sub(1, 64)) end
    local value = params[name]
    if value ~= json.null then
      checked[name] = typed(value, types[name], is_get)
      if checked[name] == nil then return nil, "InvalidParameter", ("The value type of parameter `%s` is not valid."):format(name) end
    end
  end
  return checked
end

local function is_one_of(value, values)
  for _, allowed in ipairs(values or { value }) do
    if value == allowed then return true end
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

local FORMAT = "InvalidParameter.ConfigFormatError"

local function check_object(input, text, on)
  if text == "" then return true end
  local object = json.decode(text)
  if type(object) ~= "table" or not text:match("^%s*{") then return nil, FORMAT end
  for _, field in ipairs(input.fields or {}) do
    local value = object[field.wire]
    if value ~= nil and value ~= json.null then
      if typed(value, field.type) == nil then return nil, FORMAT end
      if field.type == "string" and not is_one_of(value, field.values) then return nil, VALUE end
      turn_on(field, value, on)
    end
  end
  return true
end

local function check_inputs(service, params, on)
  for _, input in ipairs(service.inputs) do
    local value = params[input.wire]
    if value ~= nil then
      local ok, code = true, nil
      if input.type == "json" then
        ok, code = check_object(input, value, on)
      elseif value ~= "" and not is_one_of(value, input.values) then
        ok, code = nil, VALUE
      else
        turn_on(input, value, on)
      end
      if not ok then return nil, code end
    end
  end
  return true
end

-- Returns a limit for the site, or the larger one where the site is unknown (a loopback address).
local function limit_for(value, site)
  if type(value) ~= "table" or (value.intl == nil and value.cn == nil) then return value end
  if site then return value[site] end
  return math.max(value.intl or 0, value.cn or 0)
end

local function format_taken(formats, site, format)
  if formats == nil then return true end -- the kind's table lists no formats
  if formats.intl == nil and formats.cn == nil then return formats[format] end
  if site then return formats[site] and formats[site][format] end
  return formats.intl and formats.intl[format] or formats.cn and formats.cn[format]
end

local WHOLE_PICTURE = 64 * 1024 * 1024 -- bytes: read in one step

-- Returns whether a file is too incomplete to decode. Decoders accept a JPEG without end marker, but not a PNG without its end.
local function is_truncated(image, info)
  if info.format == "jpeg" and info.complete == nil then return image:jpeg_walk():step(WHOLE_PICTURE) == "early" end
  return info.complete == false or info.format == "png" and not info.complete
end

--- Returns whether the bytes are a complete picture in an accepted format, with its size in the header.
---@param bytes string
---@param formats table?
---@param site string?
---@return boolean
function validate.is_picture(bytes, formats, site)
  if bytes == "" then return false end
  local image = core.image_bytes(bytes)
  local info = image and image:info()
  if not info or not info.format or not format_taken(formats, site, info.format) or is_truncated(image, info) then return false end
  return info.format == "pdf" or (info.width or 0) > 0 and (info.height or 0) > 0
end

local function check_picture(limits, text, site)
  local max = limit_for(limits.max_base64, site)
  if max and #text > max then return nil, "LimitExceeded.TooLargeFileError" end
  local bytes = core.base64_decode(text)
  if not bytes or not validate.is_picture(bytes, limits.formats, site) then return nil, DECODE end
  return bytes
end

local function check_pictures(service, params, site, on)
  local shape, pictures = shapes.of(service), {}
  for _, picture in ipairs(service.pictures) do
    local url, text = picture.url and params[picture.url], params[picture.base64]
    if url and url ~= "" then return nil, "FailedOperation.DownLoadError" end -- the sandbox downloads nothing
    if text and text ~= "" then
      local bytes, code = check_picture(kinds.limits(service, picture.param, on), text, site)
      if not bytes then return nil, code end
      pictures[picture.param] = bytes
    elseif picture.param == "image" then
      local empty = "FailedOperation.EmptyImageError"
      return nil, shape.codes and shape.codes[empty] and empty or VALUE
    end
  end
  return pictures
end

--- Returns the site of a host name, or nil if the name does not identify one.
---@param host string
---@return "intl"|"cn"|nil site
function validate.site(host)
  host = host:lower():gsub(":%d+$", "")
  if not host:find("tencentcloudapi.", 1, true) then return nil end
  if host:find(".intl.", 1, true) then return "intl" end
  if host:match("^ocr%.tencentcloudapi%.") or host:match("^ocr%.internal%.") or host:match("^ocr%.ai%.") then return "cn" end
end

--- Validates a call of a service.
---@param service idocr.Service
---@param request table
---@param site string?
---@return idocr.sandbox.Call? call
---@return string? code
---@return string? message
function validate.call(service, request, site)
  local params, code, message = validate.params(request)
  if not params then return nil, code, message end
  params, code, message = check_types(service, params, request.method == "GET")
  if not params then return nil, code, message end
  local call = { on = {}, site = site, region = request.headers["x-tc-region"], params = params }
  local ok
  ok, code = check_inputs(service, params, call.on)
  if not ok then return nil, code end
  call.pictures, code = check_pictures(service, params, site, call.on)
  if not call.pictures then return nil, code end
  return call
end

local function contains(values, wanted)
  for _, value in pairs(values or {}) do
    if value == wanted then return true end
  end
  return false
end

--- Returns whether the constants of a call are those of a kind: kinds that share an action have different ones.
---@param kind idocr.Kind
---@param service idocr.Service
---@param params table as `validate.call` returns them
---@return boolean
function validate.is_for(kind, service, params)
  for _, input in ipairs(service.inputs) do
    local value, param = params[input.wire], input.param and kind.params and kind.params[input.param]
    if value ~= nil and input.constant ~= nil and type(value) ~= "boolean" then
      if value ~= input.constant and not contains(param and param.values, value) then return false end
    end
  end
  return true
end

--- Returns the services of a provider by action. An action that all sites have removed is not there.
---@param provider string
---@return table<string, { kind: idocr.Kind, service: idocr.Service }[]>
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
