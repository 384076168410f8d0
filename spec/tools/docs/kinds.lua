--- Makes the pages of the kinds of card from their tables: docs/kinds/NAME.md and the index docs/kinds/README.md.

local annotations = require "spec.tools.docs.annotations"
local countries = require "spec.tools.docs.countries"
local idocr = require "idocr"
local kinds = require "idocr.kinds"
local limits = require "idocr.picture.limits"
local markdown = require "spec.tools.docs.markdown"
local number_fields = require "idocr.checks.data.number_fields"
local specimens = require "idocr.sandbox.specimens"
local warning_messages = require("idocr.decode.warnings").MESSAGES

local code, codes, keys = markdown.code, markdown.codes, markdown.keys

local VENDOR = { tencent = "Tencent Cloud", ekycpro = "ekycpro" }

local function vendor_errors(service) return require("idocr.providers." .. service.provider .. ".errors") end

local function rate_of(rate)
  if type(rate) ~= "table" then return rate and ("%g in a second"):format(rate) or "" end
  local texts = {}
  for _, site in ipairs(keys(rate)) do texts[#texts + 1] = ("%s: %g"):format(site, rate[site]) end
  return table.concat(texts, ", ")
end

local SIDES = { front = "the front", back = "the back", both = "front and back", either = "front or back, one in a call" }

local function services_of(kind, description)
  local rows = {}
  for index, service in ipairs(kind.services) do
    local described, removed = description.services[index], {}
    for _, site in ipairs(keys(service.removed or {})) do removed[#removed + 1] = ("%s since %s"):format(site, service.removed[site]) end
    rows[index] = {
      VENDOR[service.provider], service.sites and codes(keys(service.sites)) or "",
      code(service.action) .. (service.result and " (asynchronous, then " .. code(service.result.action) .. ")" or ""),
      SIDES[described.sides], rate_of(service.rate), service.when and "with `" .. service.when .. " = true`" or "",
      table.concat(removed, ", "),
    }
  end
  return markdown.table({ "service", "site", "action", "takes", "published rate", "used", "removed" }, rows)
end

local function types()
  local by_name = {}
  for _, field in ipairs(annotations.fields("lua/idocr/card.lua", "idocr.Card")) do by_name[field.name] = field end
  return by_name
end
local FIELDS = types()

local PLAIN = {
  ["string?"] = "text", ["string"] = "text", ["boolean?"] = "true or false", ["string[]?"] = "list of texts",
  ["integer?"] = "whole number", ["number?"] = "number", ["table?"] = "table",
}

local function type_of(field)
  local declared = FIELDS[field]
  if not declared then return "" end
  if field:find("_date$") or field == "valid_from" or field:find("_until$") or field:find("^renewal_") then return "date" end
  if declared.comment:find("^bytes") or field:find("^portrait") or field == "card_image" then return "picture bytes" end
  return PLAIN[declared.type] or declared.type:gsub("|nil$", ""):gsub("|", " or ")
end

-- Returns field -> index of the service -> names of reply members.
local function filled_by(kind)
  local filled, order = {}, {}
  local function note(field, index, wire)
    local name = field:match("^[%w_]+")
    if not filled[name] then
      filled[name] = {}
      order[#order + 1] = name
    end
    local list = filled[name][index] or {}
    filled[name][index] = list
    for _, known in ipairs(list) do
      if known == wire then return end
    end
    list[#list + 1] = wire
  end
  for index, service in ipairs(kind.services) do
    for _, output in ipairs(service.outputs) do note(output.field, index, code(output.wire)) end
    for _, composed in ipairs(service.composed or {}) do note(composed.field, index, "made of " .. codes(composed.from)) end
  end
  return filled, order
end

local function in_order(shown, others)
  local list, seen = {}, {}
  for _, names in ipairs { shown, others } do
    for _, name in ipairs(names) do
      if not seen[name] then seen[name], list[#list + 1] = true, name end
    end
  end
  return list
end

local function service_heads(kind)
  local heads, seen = {}, {}
  for index, service in ipairs(kind.services) do
    local name = service.action
    if seen[name] then name = name .. " (" .. table.concat(keys(service.sites or {}), ", ") .. ")" end
    seen[service.action], heads[index] = true, name
  end
  return heads
end

local function fields_of(kind, description)
  local filled, order = filled_by(kind)
  local rows = {}
  for _, name in ipairs(in_order(description.fields, order)) do
    if filled[name] then
      local row = { code(name), type_of(name), FIELDS[name] and FIELDS[name].comment or "" }
      for index in ipairs(kind.services) do row[3 + index] = table.concat(filled[name][index] or {}, ", ") end
      rows[#rows + 1] = row
    end
  end
  local heads = { "field", "type", "meaning" }
  for index, name in ipairs(service_heads(kind)) do heads[3 + index] = name end
  return markdown.table(heads, rows)
end

local function visual_of(kind)
  local names, seen = {}, {}
  for _, service in ipairs(kind.services) do
    for _, output in ipairs(service.visual or {}) do
      if not seen[output.field] then seen[output.field], names[#names + 1] = true, output.field end
    end
  end
  return names
end

local function params_of(description)
  local rows = {}
  for _, name in ipairs(keys(description.params)) do
    local param = description.params[name]
    if not param.common then
      local takers = {}
      for _, service in ipairs(description.services) do
        for _, list in ipairs { service.params, service.pictures } do
          for _, taken in ipairs(list) do
            if taken == name then takers[#takers + 1] = service.action end
          end
        end
      end
      rows[#rows + 1] = {
        code(name), param.type, param.values and codes(param.values) or "",
        param.default ~= nil and code(tostring(param.default)) or "", param.required and "yes" or "", param.help,
        #description.services > 1 and table.concat(takers, ", ") or "",
      }
    end
  end
  if not rows[1] then return nil end
  return markdown.table({ "param", "type", "values", "default", "required", "meaning", "taken by" }, rows)
end

-- Writes a limit that may differ by site or by format; `sites` are those that have the action.
local function by_key(limit, write, sites)
  if type(limit) ~= "table" then return limit and write(limit) or nil end
  local texts = {}
  for _, key in ipairs(keys(limit)) do
    if not sites or sites[key] then texts[#texts + 1] = key .. ": " .. write(limit[key]) end
  end
  if #texts == 1 then return (texts[1]:gsub("^[^:]+: ", "")) end
  return table.concat(texts, ", ")
end

local function format_names(formats)
  local names = {}
  for _, format in ipairs(keys(formats)) do names[#names + 1] = limits.format_name(format) end
  return table.concat(names, ", ")
end

local function formats_of(formats, sites)
  if not formats then return "not published" end
  if not (formats.intl or formats.cn) then return format_names(formats) end
  return by_key(formats, format_names, sites)
end

-- Rounded down to hundredths, which are written alike by every Lua.
local function mib(bytes)
  local hundredths = math.floor(bytes * 100 / 1024 / 1024)
  return (("%d.%02d MiB"):format(math.floor(hundredths / 100), hundredths % 100):gsub("%.?0+ ", " "))
end

local function size_of(taken, sites)
  local texts = {}
  texts[#texts + 1] = by_key(taken.max_base64, function(bytes) return mib(math.floor(bytes / 4) * 3) end, sites)
  texts[#texts + 1] = taken.max_bytes and mib(taken.max_bytes) or nil
  return table.concat(texts, "; ")
end

local function pixels_of(taken)
  local texts = {}
  local function pixels(most) return most .. " px" end
  if taken.min_side then texts[#texts + 1] = "shorter side at least " .. by_key(taken.min_side, pixels) end
  if taken.max_side then texts[#texts + 1] = "longer side at most " .. by_key(taken.max_side, pixels) end
  return table.concat(texts, "; ")
end

local function limits_of(kind)
  local rows = {}
  local function add(name, picture, taken, sites, formats)
    rows[#rows + 1] = { code(name), picture, formats or taken.formats and formats_of(taken.formats, sites) or "", size_of(taken, sites),
      pixels_of(taken) }
  end
  for index, service in ipairs(kind.services) do
    local head = service_heads(kind)[index]
    local sites = service.sites
    add(head, "", service, sites, formats_of(service.formats, sites))
    for _, picture in ipairs(service.pictures) do
      if picture.formats or picture.max_base64 or picture.max_bytes or picture.max_side or picture.min_side then
        add(head, code(picture.param), picture, sites)
      end
    end
    for _, more in ipairs(service.limits or {}) do
      add(head, "with " .. code(more.when), more, sites)
    end
  end
  return markdown.table({ "action", "picture", "formats", "largest file", "pixels" }, rows)
end

local function warnings_of(kind)
  local found = {}
  for _, service in ipairs(kind.services) do
    for list, names in pairs(service.warnings or {}) do
      for value, name in pairs(names) do
        if name then
          found[name] = found[name] or {}
          found[name][("%s in %s"):format(tostring(value), list)] = true
        end
      end
    end
  end
  local rows = {}
  for _, name in ipairs(keys(found)) do
    rows[#rows + 1] = { code(name), warning_messages[name] or "", codes(keys(found[name])) }
  end
  return rows[1] and markdown.table({ "warning", "meaning", "sent as" }, rows)
end

local function refusals_of(kind)
  local rows, seen = {}, {}
  for index, service in ipairs(kind.services) do
    local refusal = service.refusal or (service.provider == "ekycpro" and require("idocr.providers").FACTS.ekycpro.refusal)
    if refusal and not seen[refusal .. service.action] then
      seen[refusal .. service.action] = true
      rows[#rows + 1] = { service_heads(kind)[index], code(refusal), vendor_errors(service).message(refusal) or "" }
    end
  end
  return rows[1] and markdown.table({ "action", "code", "meaning" }, rows)
end

local function checks_of(name)
  local rows = {}
  for _, entry in ipairs(number_fields[name] or {}) do rows[#rows + 1] = { code(entry.field), code("idocr.checks." .. entry.check) } end
  return rows[1] and markdown.table({ "field", "check" }, rows)
end

local function specimens_of(name)
  local lines = {}
  for _, entry in ipairs(specimens.list()) do
    if entry.kind == name then
      local path = "../../" .. (entry.path:match("lua/idocr/.*$") or entry.path)
      lines[#lines + 1] = ("![%s: specimen of an invented person](%s)"):format(kinds.get(name).title, path)
    end
  end
  return lines[1] and table.concat(lines, "\n\n") .. "\n"
end

local function example(name, description)
  local params = { ('image = "%s.jpg"'):format(name) }
  if description.params.back then params[2] = ('back = "%s-back.jpg"'):format(name) end
  for _, param in ipairs(keys(description.params)) do
    local is = description.params[param]
    if is.required then params[#params + 1] = ("%s = %q"):format(param, is.values and is.values[1] or "PHL") end
  end
  return ("```lua\nlocal card, err = client:%s { %s }\n```\n"):format(name, table.concat(params, ", "))
end

local FIELDS_NOTE = "The columns of the services name the members of the reply (`card.raw`) that fill the field. A field that the "
  .. "service left empty is `nil`."
local PICTURES_NOTE = "A picture beyond these limits is refused before it is sent and costs nothing; with "
  .. "[`fit`](../reference.md#pictures-that-fit) it is made to fit."
local REFUSALS_NOTE = "What the service answers where the picture does not show this card. [All codes](../errors.md)."
local CHECKS_NOTE = "`card:check()` checks these fields. [What each check says](../reference.md#checks)."
local PARAMS_NOTE = "Besides the [params of every kind](../reference.md#kinds-and-params):"

local function section(page, title, text, before)
  if not text then return end
  page[#page + 1] = "## " .. title .. "\n"
  if before then page[#page + 1] = before .. "\n" end
  page[#page + 1] = text
end

local function page_of(name)
  local kind, description = kinds.get(name), idocr.describe(name)
  local region, country = countries.of(name)
  local is = { ("Kind `%s`"):format(name) }
  if region ~= "Several countries" then is[#is + 1] = country end
  if kind.document_type then is[#is + 1] = "document type `" .. kind.document_type .. "`" end
  local page = {
    markdown.generated("lua/idocr/cards/" .. name .. ".lua"), ("# %s\n"):format(kind.title),
    table.concat(is, ", ") .. ". [All kinds](README.md).\n", example(name, description),
  }
  section(page, "Services", services_of(kind, description),
    #kind.services > 1 and "The client uses the first one that its provider and site have." or nil)
  section(page, "Fields", fields_of(kind, description), FIELDS_NOTE)
  local visual = visual_of(kind)
  if visual[1] then page[#page + 1] = ("`card.visual` holds the printed zone: %s.\n"):format(codes(visual)) end
  section(page, "Params", params_of(description), PARAMS_NOTE)
  section(page, "Pictures", limits_of(kind), PICTURES_NOTE)
  section(page, "Warnings", warnings_of(kind))
  section(page, "Refusals", refusals_of(kind), REFUSALS_NOTE)
  section(page, "Checks of numbers", checks_of(name), CHECKS_NOTE)
  section(page, "Specimen", specimens_of(name))
  return table.concat(page, "\n")
end

local function action_cell(kind, provider, site)
  local texts = {}
  for _, service in ipairs(kind.services) do
    if service.provider == provider then
      local action = service.action:gsub("/general$", "")
      local removed = service.removed and service.removed[site]
      if not site or not service.sites or service.sites[site] then
        texts[#texts + 1] = action .. (service.when and " with `" .. service.when .. "`" or "")
      elseif removed then texts[#texts + 1] = action .. " until " .. removed end
    end
  end
  return table.concat(texts, "; ")
end

local function index_page()
  local regions = {}
  for _, name in ipairs(kinds.list()) do
    local region, country = countries.of(name)
    local kind = kinds.get(name)
    regions[region] = regions[region] or {}
    table.insert(regions[region], {
      ("[%s](%s.md)"):format(code(name), name), kind.title, country, action_cell(kind, "tencent", "intl"),
      action_cell(kind, "tencent", "cn"), action_cell(kind, "ekycpro"),
    })
  end
  local page = {
    markdown.generated "lua/idocr/cards/", "# Kinds of documents\n",
    "`idocr.kinds()` and the command `idocr kinds` list them too; `idocr.describe(kind)` returns what each page says as a table.\n"
      .. "A date after \"until\" is the day when the site lost the action: the client returns an `unsupported` error that says so.\n"
      .. "Another kind is\n"
      .. "[one table](../../CONTRIBUTING.md#add-a-kind-of-card), also in your own project.\n",
  }
  for _, region in ipairs(countries.regions()) do
    local rows = regions[region]
    if rows then
      page[#page + 1] = "## " .. region .. "\n"
      table.sort(rows, function(a, b) return a[3] .. a[1] < b[3] .. b[1] end)
      page[#page + 1] = markdown.table({ "kind", "document", "country", "Tencent intl", "Tencent cn", "ekycpro" }, rows)
    end
  end
  return table.concat(page, "\n")
end

--- Returns the pages: path -> text.
---@return table<string, string>
return function()
  local pages = { ["docs/kinds/README.md"] = index_page() }
  for _, name in ipairs(kinds.list()) do pages["docs/kinds/" .. name .. ".md"] = page_of(name) end
  return pages
end
