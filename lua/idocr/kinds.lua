--- Finds, validates and compiles the kinds of card. A kind is one table in a file `idocr/cards/NAME.lua` in any folder of
--- package.path, also in the user's own project.

local core = require "idocr.core"
local compile = require "idocr.kinds.compile"
local find_module = require "idocr.find_module"
local providers = require "idocr.providers"
local validate = require "idocr.kinds.validate"

local kinds = {}

--- One kind of card, as `cards/KIND.lua` returns it. `cards/passport.lua` is a complete example.
---@class idocr.Kind
---@field kind string                 set by the loader from the file's name
---@field title string?               one line for people (nil: the kind)
---@field country string?             who issues it: alpha-3 of ISO 3166-1, or "*" for any country (nil: unknown)
---@field document_type string?       `card.document_type` where the service sends none
---@field params table<string, idocr.Param>?  params beyond `image`, `back`, `portrait`
---@field services idocr.Service[]    the actions that read it, in order of preference
---@field compiled idocr.CompiledKind set by the loader
---@field show string[]?              card fields in the order in which they are shown to people (nil: as in the outputs)

--- A param that the caller may give. `type` is "boolean", "string" or "warnings" (list of warning names, or true).
---@class idocr.Param
---@field type "boolean"|"string"|"warnings"
---@field values table<string, string|integer>?  allowed values and what goes on the wire
---@field default boolean?            what the service does when a boolean is not given (nil: false)
---@field required true?              every call must give it
---@field all string[]?               warning names that `true` asks for
---@field help string

--- One vendor's action that reads a kind.
---@class idocr.Service: idocr.Limits
---@field provider string             one of `providers.NAMES`
---@field action string               Tencent: the action; ekycpro: the path below /v1/
---@field sites table<string, true>?  Tencent sites that have it
---@field removed table<string, string>?  Tencent sites that had it, and the date when it was removed, "2026-07-06"
---@field when string?              a boolean param: only calls with it use this service
---@field rate table<string, number>|number?  published calls per second, by site or for all; nil: none published
---@field pictures idocr.PictureInput[]
---@field limits idocr.ConditionalLimits[]?  limits of calls with a param
---@field inputs idocr.Input[]?       wire parameters besides the pictures
---@field embedded table<string, true>?  reply members (dotted paths) that hold JSON in a string (or "1", "" from newer services)
---@field outputs idocr.Output[]      reply members and the card fields that they fill
---@field composed idocr.Composed[]?  fields made of other fields
---@field visual idocr.Output[]?      outputs of the printed zone: they fill `card.visual`
---@field confidence table<string, string>?  member of embedded "AdvancedInfo" -> card field
---@field warnings table<string, table<integer|string, string|false>>?  where they are -> code or word -> warning name; see below
---@field result idocr.AsynchronousResult?  `action` only submits the pictures: how the result is asked for
---@field shows idocr.Shows?         an action that several kinds share: what says which of them a reply shows
---@field compiled idocr.CompiledService set by the loader
---@field refusal string?             code with which the service refuses a picture that is not this card

-- `warnings` names where a reply has its warnings. A path leads to a list of codes, `WarnCardInfos = { [-9101] = "incomplete" }`, or
-- of words, `WarnInfo = { PaperCopy = "photocopy" }`. A path with "*" leads to flags (true or 1), one for each member in its place:
-- `["Card.WarnInfos.*"] = { CopyCheck = "photocopy", Score = false }`, `["*.IsWarn"] = { Copy = "photocopy" }`. false: the member is no
-- warning. A code, word or flag that is not in the table becomes the warning "unknown".

--- What a service takes; a member that is absent has no limit.
---@class idocr.Limits
---@field formats table<string, true>|table<string, table<string, true>>|nil  picture formats, for all sites or by site
---@field max_base64 table<string, integer>|integer?  most bytes of base64, for all sites or by site
---@field max_bytes integer?          most bytes of the picture itself
---@field min_side table<string, integer>|integer?  least pixels of the shorter side, for all formats or by format
---@field max_side table<string, integer>|integer?  most pixels of the longer side, for all formats or by format
---@field advised { short: integer?, long: integer?, bytes: integer? }?  what the vendor recommends: least pixels of the sides, bytes
---  for a fast answer. Only used to make pictures fit

---@class idocr.ConditionalLimits: idocr.Limits
---@field when string                 a boolean param: while it is true these limits replace those of the picture

--- The document that a reply of a shared action shows. `wire` leads to a word; or, with "*" as its last name, to an object of which
--- the member that is there (and not null) names the document. A reply that shows another kind, or fills no field, is refused.
---@class idocr.Shows
---@field wire string                 dotted path: "Card.Type", "*", "Result.*"
---@field kinds table<string, string> word (in any case) or member -> kind

--- How the result of an asynchronous action is asked for.
---@class idocr.AsynchronousResult
---@field action string               returns the result; outputs and warnings are those of its reply
---@field token string                member of the reply of the submission, and parameter of this action
---@field status string               member of its reply
---@field pending table<string, true> values of the status while there is no result

---@class idocr.PictureInput: idocr.Limits  its limits replace those of the service
---@field param "image"|"back"
---@field base64 string               wire parameter for the bytes
---@field url string?                 wire parameter for a URL
---@field side "back"|"either"|nil     what it shows (nil: as the param says); "either": the front or the back, one in a call

--- A wire parameter. `type` is its JSON type; "json" is a JSON object inside a string, whose members are in `fields`. A parameter
--- with neither `param`, `when` nor `constant` is never sent.
---@class idocr.Input
---@field wire string
---@field type "boolean"|"string"|"integer"|"json"|"list"
---@field required true?               the service refuses a call without it
---@field constant any?               always sent, unless `param` or `when` say something else
---@field param string?               carries this param's value, false included
---@field when string[]?              carries `value` when one of these was asked: a param that is true, or "warn.NAME"
---@field value any?                  the constant for `when` (nil: true)
---@field values (string|integer)[]? what the service takes, where that is a closed list
---@field fields idocr.Input[]?

---@alias idocr.Converter
---| "text"|"mrz_text"|"compact"|"resident_type"|"picture"|"number"|"integer"|"metres"|"centimetres"|"score"|"boolean"|"positions"
---| "sex"|"sex_es"                   Spanish: M is mujer
---| "date"|"date_dmy"|"date_mdy"      the usual layouts; of a past date, whose year may have two digits; the same with the month first
---| "date_at_end"|"text_before_date"  "JAKARTA 04-03-1990"
---| "date_at_start"|"text_after_date" "29/11/2020 CGPI/DIREX/PF"
---| "month_year"|"year"|"last_year"   "(06-03)" is 2003-06, of a past date; the first year of a text, the last one
---| "open_end"                        true for the words that mean "for life"
---| "period_start"|"period_end"|"period_open"

--- A reply member. `as` names the converter in `decode/values.lua`. The same member may fill several fields, and several members the
--- same field: the first that has a value counts, so the front of a card comes first.
---@class idocr.Output
---@field wire string                 dotted path in the reply; below an embedded member its own members follow the dot
---@field field string                card field; "mrz[1]" is an element of a list, which is there only when complete
---@field as idocr.Converter
---@field formats string[]?           for dates: how the service writes them, the usual way first; for "open_end": its words
---@field values table<string, any>?  value of the member, as text -> value of the field
---@field confidence string?          dotted path of the member that holds the confidence of this value, 0 to 100

---@class idocr.Composed
---@field field string
---@field from string[]               fields that must all be there
---@field separator string

local function shown(kind)
  local names, seen = {}, {}
  for _, service in ipairs(kind.services) do
    for _, output in ipairs(service.outputs) do
      local name = output.field:match("^[%w_]+")
      if output.as ~= "picture" and not seen[name] then
        seen[name] = true
        names[#names + 1] = name
      end
    end
  end
  return names
end

local function copy_of(table_)
  local copy = {}
  for name, value in pairs(table_) do copy[name] = value end
  return copy
end

-- Validates the table of a kind and makes the kind: what the table leaves out is filled in, the rest is compiled.
local function complete(name, given)
  validate(name, given)
  local kind = copy_of(given) -- the file's own table stays as it is written
  kind.services = {}
  for index, each in ipairs(given.services) do
    local service = copy_of(each)
    service.inputs, service.warnings = service.inputs or {}, service.warnings or {}
    if service.removed then service.sites = service.sites or {} end
    service.refusal = service.refusal or providers.FACTS[service.provider].refusal
    kind.services[index] = service
  end
  kind.compiled = compile.kind(kind)
  kind.kind, kind.title, kind.show = name, kind.title or name, kind.show or shown(kind)
  return kind
end

local loaded = {} ---@type table<string, idocr.Kind|false>

local OWN_FOLDER = (debug.getinfo(1, "S").source:match("^@(.*)kinds%.lua$") or "") .. "cards/"
local EACCES = 13

local function is_listed(folder, file)
  for _, name in ipairs(core.list_directory(folder) or {}) do
    if name == file then return true end
  end
  return false
end

-- Returns a message where the file of a kind, or idocr's folder of kinds, is there and this process may not read it. Other folders
-- on package.path that cannot be read are ignored.
local function unreadable(name)
  for template in package.path:gmatch("[^;]+") do
    local path = template:gsub("%?", "idocr/cards/" .. name)
    local file, _, code = io.open(path)
    if file then file:close() end
    local folder = path:match("^.*/") or "./"
    if not file and code == EACCES and (folder == OWN_FOLDER or is_listed(folder, name .. ".lua")) then
      return ("idocr/cards/%s.lua cannot be read: permission denied"):format(name)
    end
  end
end

--- Returns a kind, or nil where there is none of that name. Raises where its table is wrong.
---@param name string
---@return idocr.Kind?
---@return string? complaint where the file cannot be read: there may be such a kind
function kinds.get(name)
  if type(name) ~= "string" or not name:match("^%l[%l%d_]*$") then return nil end
  if loaded[name] == nil then
    local module = "idocr.cards." .. name
    if package.loaded[module] or find_module(module) then
      loaded[name] = complete(name, require(module))
    else
      return nil, unreadable(name)
    end
  end
  return loaded[name]
end

--- Returns the names of all kinds, sorted. Lists the folders on each call, so a new file counts at once.
---@return string[]
function kinds.list()
  local names, seen = {}, {}
  for template in package.path:gmatch("[^;]+") do
    local folder = template:match("^(.-)%?%.lua$")
    for _, file in ipairs(folder and core.list_directory(folder .. "idocr/cards") or {}) do
      local name = file:match("^(%l[%l%d_]*)%.lua$")
      if name and not seen[name] then
        seen[name] = true
        names[#names + 1] = name
      end
    end
  end
  table.sort(names)
  return names
end

--- Returns the service of a kind that a provider has at a site: one that a param of the call chooses, else the first.
---@param kind idocr.Kind
---@param provider string
---@param site string?
---@param asked table<string, any>?  params of the call (nil: none)
---@return idocr.Service?
function kinds.service(kind, provider, site, asked)
  local found
  for _, service in ipairs(kind.services) do
    if service.provider == provider and (not service.sites or service.sites[site]) then
      if service.when and asked and asked[service.when] == true then return service end
      if not service.when then found = found or service end
    end
  end
  return found
end

local LIMITS = { "formats", "max_base64", "max_bytes", "min_side", "max_side", "advised" }

local function add_limits(limits, from)
  for _, name in ipairs(LIMITS) do
    if from[name] ~= nil then limits[name] = from[name] end
  end
end

--- Returns what a service takes as one picture of a call.
---@param service idocr.Service
---@param param "image"|"back"
---@param asked table<string, any> params of the call; their true members count
---@return idocr.Limits
function kinds.limits(service, param, asked)
  local limits = {}
  add_limits(limits, service)
  for _, picture in ipairs(service.pictures) do
    if picture.param == param then add_limits(limits, picture) end
  end
  for _, conditional in ipairs(service.limits or {}) do
    if asked[conditional.when] == true then add_limits(limits, conditional) end
  end
  return limits
end

--- Returns the value for a site of what is either one value for all sites or a table by site.
---@param value any
---@param site string?
function kinds.by_site(value, site)
  if type(value) == "table" and (value.intl ~= nil or value.cn ~= nil) then return value[site] end
  return value
end

return kinds
