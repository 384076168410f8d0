--- The subcommand `idocr kinds`: lists the kinds of documents, their services and params.

local kinds = require "idocr.kinds"
local show = require "idocr.cli.show"
local status = require "idocr.cli.status"
local table_text = require "idocr.cli.table"

local command = {
  description = "Lists the kinds of documents, the services that read them, and their params.",
}

function command.describe(parser)
  parser:flag("--json", "One line of JSON for each kind.")
end

local function sorted(set)
  local names = {}
  for name in pairs(set or {}) do names[#names + 1] = name end
  table.sort(names)
  return names
end

function command.run(args, out)
  local rows = {}
  for _, name in ipairs(kinds.list()) do
    local kind = kinds.get(name)
    local services = {}
    for index, service in ipairs(kind.services) do
      services[index] = { provider = service.provider, action = service.action, sites = service.sites and sorted(service.sites) }
      rows[#rows + 1] = {
        index == 1 and name or "", index == 1 and kind.title or "", service.provider,
        table.concat(sorted(service.sites), ", "), service.action,
      }
    end
    if args.json then
      out.out(show.line { kind = name, title = kind.title, services = services, params = sorted(kind.params), fields = kind.show })
    end
  end
  if not args.json then
    out.out(table_text.render(out, { "kind", "document", "provider", "sites", "action" }, rows))
    for _, name in ipairs(kinds.list()) do
      local params = sorted(kinds.get(name).params)
      if #params > 0 then out.out(name .. " also takes " .. table.concat(params, ", ") .. "\n") end
    end
  end
  return status.OK
end

return command
