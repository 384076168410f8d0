--- The subcommand `idocr kinds`: lists the kinds of documents, their services and params.

local idocr = require "idocr"
local console = require "idocr.cli.console"
local show = require "idocr.cli.show"
local status = require "idocr.cli.status"

local command = {
  description = "Lists the kinds of documents, the services that read them, the sides that they take, and their params.",
}

function command.describe(parser)
  parser:flag("--json", "One line of JSON for each kind.")
end

-- Names of the params that not every kind takes.
local function params_of(kind)
  local names = {}
  for name, param in pairs(kind.params) do
    if not param.common and param.type ~= "picture" then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

local SIDES = { front = "front", back = "back", both = "front and back", either = "front or back" }

-- Returns one row for each service of a kind, and one for each site that removed it.
local function rows_of(kind)
  local rows = {}
  local function add(service, sites, sides)
    rows[#rows + 1] = ("    %-8s %-9s %-17s %s\n"):format(service.provider, sites, sides, service.action)
  end
  for _, service in ipairs(kind.services) do
    local sites = service.sites or {}
    if sites[1] or not service.sites then add(service, table.concat(sites, ", "), SIDES[service.sides]) end
    for site, date in pairs(service.removed or {}) do add(service, site, "until " .. date) end
  end
  return table.concat(rows)
end

local function lines(out)
  for _, name in ipairs(idocr.kinds()) do
    local kind, services = idocr.describe(name), {}
    for index, service in ipairs(kind.services) do
      services[index] = {
        provider = service.provider, action = service.action, sites = service.sites, removed = service.removed, sides = service.sides,
      }
    end
    out.out(show.line {
      kind = name, title = kind.title, country = kind.country, services = services, params = params_of(kind), fields = kind.fields,
    })
  end
end

function command.run(args, out)
  if args.json then
    lines(out)
    return status.OK
  end
  for _, name in ipairs(idocr.kinds()) do
    local kind = idocr.describe(name)
    local params = params_of(kind)
    out.out(console.paint(out, "bold", name) .. "  " .. kind.title .. "\n" .. rows_of(kind))
    if params[1] then out.out("    params   " .. table.concat(params, ", ") .. "\n") end
  end
  return status.OK
end

return command
