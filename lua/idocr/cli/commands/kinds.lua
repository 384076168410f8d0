--- The subcommand `idocr kinds`: lists the kinds of documents, their services and params.

local idocr = require "idocr"
local show = require "idocr.cli.show"
local status = require "idocr.cli.status"
local table_text = require "idocr.cli.table"

local command = {
  description = "Lists the kinds of documents, the services that read them, and their params.",
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

local function lines(out)
  for _, name in ipairs(idocr.kinds()) do
    local kind, services = idocr.describe(name), {}
    for index, service in ipairs(kind.services) do
      services[index] = { provider = service.provider, action = service.action, sites = service.sites }
    end
    out.out(show.line { kind = name, title = kind.title, services = services, params = params_of(kind), fields = kind.fields })
  end
end

function command.run(args, out)
  if args.json then
    lines(out)
    return status.OK
  end
  local rows, takes = {}, {}
  for _, name in ipairs(idocr.kinds()) do
    local kind = idocr.describe(name)
    for index, service in ipairs(kind.services) do
      rows[#rows + 1] = {
        index == 1 and name or "", index == 1 and kind.title or "", service.provider,
        table.concat(service.sites or {}, ", "), service.action,
      }
    end
    local params = params_of(kind)
    if params[1] then takes[#takes + 1] = name .. " also takes " .. table.concat(params, ", ") .. "\n" end
  end
  out.out(table_text.render(out, { "kind", "document", "provider", "sites", "action" }, rows))
  out.out(table.concat(takes))
  return status.OK
end

return command
