--- Compiles the table of a kind when it is loaded: paths are split into names, and the lists that decoding and the check of
--- params need are made once.

local common_params = require "idocr.kinds.common_params"
local values = require "idocr.decode.values"

local compile = {}

--- One output, ready for decode/fields.lua.
---@class idocr.CompiledOutput
---@field names string[]              names that lead from the reply to the member
---@field object string[]             names that lead to its object; one list for all outputs of the same object
---@field member string               name in that object
---@field wire string                 the same as a dotted path
---@field field string                card field, or the list of which this is an element
---@field index integer?              position in that list
---@field as idocr.Converter
---@field convert function?           nil: a picture
---@field confidence string[]?        names that lead to its confidence, 0 to 100

---@class idocr.CompiledOutputs
---@field steps idocr.CompiledOutput[]
---@field printed idocr.CompiledOutput[] those whose value may be printed in a way that no converter understands
---@field sizes table<string, integer> list field -> elements that a complete list has

---@class idocr.CompiledWarnings
---@field list string                 dotted path in the reply
---@field names string[]              names that lead to the list, or to the object of flags
---@field flag string[]?              names that lead from a member of that object to its flag; nil: a list
---@field words boolean               the list has words as codes
---@field codes table<integer|string, string|false>

---@class idocr.CompiledShows
---@field names string[]              names that lead to the word, or to the object whose members name the kinds
---@field members boolean             the member that is there names the kind
---@field kinds table<string, string> word in lower case, or name of a member -> kind

--- What decoding needs of a service.
---@class idocr.CompiledService
---@field outputs idocr.CompiledOutputs
---@field visual idocr.CompiledOutputs?
---@field pictures idocr.CompiledOutput[]
---@field embedded string[][]         paths of the members that hold JSON in a string, outer ones first
---@field shows idocr.CompiledShows?
---@field warnings idocr.CompiledWarnings[] a list that replaced an older one first

--- Names that the check of params and of warnings needs of a kind.
---@class idocr.CompiledKind
---@field params table<string, true>   every param
---@field required string[]            params that every call must give, sorted
---@field asked table<string, true>    warnings that can be asked for or returned
---@field warnings table<string, true> warnings that can be returned

local PRINTED = {} -- converters
for name in ("date date_dmy date_mdy date_at_start date_at_end month_year year last_year period_start period_end sex sex_es "
  .. "resident_type metres centimetres"):gmatch("%S+") do
  PRINTED[name] = true
end

local function split(path)
  local names = {}
  for name in path:gmatch("[^.]+") do names[#names + 1] = name end
  return names
end

-- Splits a path at its "*": the names before it, and the names after it (nil without a "*").
local function split_at_star(path)
  local before, after = path:match("^(.-)%.?%*%.?(.*)$")
  return split(before or path), after and split(after)
end

--- Compiles the outputs of a service or of its printed zone.
---@param outputs idocr.Output[]
---@return idocr.CompiledOutputs
function compile.outputs(outputs)
  local steps, printed, sizes, objects = {}, {}, {}, {}
  for position, output in ipairs(outputs) do
    local list, index = output.field:match("^([%w_]+)%[(%d+)%]$")
    local path, member = output.wire:match("^(.-)%.?([^.]+)$")
    objects[path] = objects[path] or split(path)
    if list then sizes[list] = math.max(sizes[list] or 0, tonumber(index)) end
    local step = {
      names = split(output.wire), wire = output.wire, field = list or output.field, index = tonumber(index), as = output.as,
      object = objects[path], member = member,
      convert = values.converter(output), confidence = output.confidence and split(output.confidence),
    }
    steps[position] = step
    if PRINTED[step.as] or output.values then printed[#printed + 1] = step end
  end
  return { steps = steps, printed = printed, sizes = sizes }
end

local function pictures_of(outputs)
  local pictures = {}
  for _, step in ipairs(outputs.steps) do
    if step.as == "picture" then pictures[#pictures + 1] = step end
  end
  return pictures
end

local function warnings_of(service)
  local lists = {}
  for list, codes in pairs(service.warnings or {}) do
    local names, flag = split_at_star(list)
    local words = false
    for code in pairs(codes) do words = words or type(code) == "string" end
    lists[#lists + 1] = { list = list, names = names, flag = flag, words = words, codes = codes }
  end
  table.sort(lists, function(a, b)
    if a.words ~= b.words then return b.words end
    return a.list > b.list -- "WarnCardInfos" before "Warn", which it replaced
  end)
  return lists
end

local function embedded_of(service)
  local paths = {}
  for path in pairs(service.embedded or {}) do paths[#paths + 1] = split(path) end
  table.sort(paths, function(a, b) return #a < #b end)
  return paths
end

local function shows_of(shows)
  if not shows then return nil end
  local names, star = split_at_star(shows.wire)
  local by_word = {}
  for word, kind in pairs(shows.kinds) do by_word[star and word or word:lower()] = kind end
  return { names = names, members = star ~= nil, kinds = by_word }
end

--- Compiles a service.
---@param service idocr.Service
---@return idocr.CompiledService
function compile.service(service)
  local outputs = compile.outputs(service.outputs)
  return {
    outputs = outputs,
    visual = service.visual and compile.outputs(service.visual),
    pictures = pictures_of(outputs),
    embedded = embedded_of(service),
    shows = shows_of(service.shows),
    warnings = warnings_of(service),
  }
end

local function param_names(kind)
  local names = { image = true }
  for name in pairs(common_params) do names[name] = true end
  for name in pairs(kind.params or {}) do names[name] = true end
  for _, service in ipairs(kind.services) do
    for _, input in ipairs(service.pictures) do names[input.param] = true end
  end
  return names
end

local function required_of(kind)
  local names = {}
  for name, param in pairs(kind.params or {}) do
    if param.required then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

local function add_asked(inputs, names)
  for _, input in ipairs(inputs or {}) do
    for _, condition in ipairs(input.when or {}) do
      local name = condition:match("^warn%.(.+)$")
      if name then names[name] = true end
    end
    add_asked(input.fields, names)
  end
end

--- Compiles a kind and its services.
---@param kind idocr.Kind
---@return idocr.CompiledKind
function compile.kind(kind)
  local asked, returned = {}, {}
  for _, service in ipairs(kind.services) do
    service.compiled = compile.service(service)
    for _, list in ipairs(service.compiled.warnings) do
      for _, name in pairs(list.codes) do
        if name then asked[name], returned[name] = true, true end
      end
    end
    add_asked(service.inputs, asked)
  end
  return { params = param_names(kind), required = required_of(kind), asked = asked, warnings = returned }
end

return compile
