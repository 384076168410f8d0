--- Describes a kind for users: `idocr.describe`.

local common_params = require "idocr.kinds.common_params"
local kinds = require "idocr.kinds"
local sorted_names = require "idocr.sorted_names"

--- What a kind is and takes. A new table each time.
---@class idocr.Description
---@field kind string
---@field title string
---@field country string?      who issues it: alpha-3 of ISO 3166-1, or "*" for any country
---@field document_type string?
---@field params table<string, idocr.ParamDescription>  by name
---@field services idocr.ServiceDescription[]           in order of preference
---@field fields string[]                               card fields in the order in which they are shown

---@class idocr.ParamDescription
---@field type "picture"|"boolean"|"string"|"warnings"|"function"  "warnings": a list of warning names, or true for all
---@field help string
---@field values string[]?                              where only these are taken
---@field required boolean?                             true: every call must give it
---@field default boolean?                              what the service does when a boolean is not given (nil: false)
---@field common boolean?                               true: every kind takes it

---@class idocr.ServiceDescription
---@field provider string
---@field action string
---@field sites string[]?                               Tencent's sites that have the action; nil: not divided into sites
---@field removed table<string, string>?                 sites that had the action, and the date when it was removed
---@field when string?                                   only calls with this param use it
---@field pictures string[]                             "image", "back"
---@field sides "front"|"back"|"both"|"either"           sides of the document; "either": one of the two in each call
---@field params string[]                               names of the params that reach this service
---@field formats string[]|table<string, string[]>|nil  picture formats taken, for all sites or by site; nil: not published

local function copy_of(table_)
  local copy = {}
  for name, value in pairs(table_) do copy[name] = value end
  return copy
end

local function params_of(kind)
  local params = { image = { type = "picture", help = "the picture", common = true } }
  for name, param in pairs(common_params) do
    params[name] = { type = param.type, help = param.help, default = param.default, common = true }
  end
  if kind.compiled.params.back then params.back = { type = "picture", help = "the picture of the back" } end
  for name, param in pairs(kind.params or {}) do
    params[name] = {
      type = param.type, help = param.help, default = param.default, values = param.values and sorted_names(param.values),
      required = param.required,
    }
  end
  return params
end

-- Params that some input of a service carries or is turned on by.
local function add_taken(inputs, taken)
  for _, input in ipairs(inputs or {}) do
    if input.param then taken[input.param] = true end
    for _, condition in ipairs(input.when or {}) do taken[condition:match("^[^.]+")] = true end -- "warn.glare" is one of warn
    add_taken(input.fields, taken)
  end
  return taken
end

local function formats_of(formats)
  if not formats then return nil end
  if not (formats.intl or formats.cn) then return sorted_names(formats) end
  local by_site = {}
  for site, names in pairs(formats) do by_site[site] = sorted_names(names) end
  return by_site
end

local function sides_of(pictures)
  if pictures[2] then return "both" end
  return pictures[1].side or "front"
end

local function service_of(service)
  local pictures = {}
  for index, input in ipairs(service.pictures) do pictures[index] = input.param end
  return {
    sides = sides_of(service.pictures),
    provider = service.provider, action = service.action, sites = service.sites and sorted_names(service.sites), pictures = pictures,
    removed = service.removed and copy_of(service.removed), when = service.when,
    params = sorted_names(add_taken(service.inputs, {})), formats = formats_of(service.formats),
  }
end

--- Describes a kind.
---@param name string
---@return idocr.Description?
---@return string? complaint where the file of the kind cannot be read
return function(name)
  local kind, unreadable = kinds.get(name)
  if not kind then return nil, unreadable end
  local services, fields = {}, {}
  for index, service in ipairs(kind.services) do services[index] = service_of(service) end
  for index, field in ipairs(kind.show) do fields[index] = field end
  return {
    kind = kind.kind, title = kind.title, country = kind.country, document_type = kind.document_type,
    params = params_of(kind), services = services,
    fields = fields,
  }
end
