--- `idocr precheck KIND PICTURE...`

local advice = require "idocr.picture.quality"
local choice = require "idocr.cli.choice"
local cli = require "idocr.cli.client"
local console = require "idocr.cli.console"
local constants = require "idocr.constants"
local kinds = require "idocr.kinds"
local limits = require "idocr.picture.limits"
local main = require "idocr.cli.main"
local picture = require "idocr.picture"
local show = require "idocr.cli.show"
local status = require "idocr.cli.status"
local table_text = require "idocr.cli.table"
local width = require "idocr.cli.width"

local precheck = {
  description = [[
Looks at pictures before they are paid for, offline. What a service would surely refuse (format, size, a
file that ends too early) is said with status 5. What is an opinion about pixels (blur, darkness, glare, too
few of them) is advice: cards that read perfectly can look bad, so nothing is refused for it.

  idocr precheck passport photo.jpg]],
}

function precheck.describe(parser)
  cli.describe_kind(parser)
  parser:argument("picture", "A file."):args("+")
  parser:option("--provider", "Whose limits count: tencent or ekycpro.", "tencent"):argname("NAME")
    :convert(choice.of("--provider", constants.PROVIDERS))
  parser:option("--site", "Tencent's site: intl or cn.", "intl"):argname("SITE")
    :convert(choice.of("--site", { "intl", "cn" }))
  parser:flag("--json", "One line of JSON for each picture.")
end

-- -> the look at one picture: {file, ok, refused?, findings}
local function look(path, service, site)
  local named, complaint = picture.file(path)
  if not named then main.usage_error(complaint) end
  local opened, err = picture.open(named)
  if not opened then return { file = path, ok = false, refused = err, findings = {} } end
  local _, refused = limits.picture(opened.image, service, site)
  local result = advice.look(opened.image)
  picture.close_all { opened }
  return {
    file = path, ok = result.ok and not refused, refused = refused, findings = result.findings,
    measures = result.measures, not_measured = result.not_measured,
  }
end

local function tell(result, out)
  local rows = {}
  if result.refused then
    rows[1] = { "refused", "", "", result.refused.message, colours = { "red", false, false, "red" } }
  end
  for _, finding in ipairs(result.findings) do
    rows[#rows + 1] = {
      (finding.check:gsub("^picture%.", "")), finding.found or "", finding.expected or "", finding.message,
      colours = { "dim", false, false, not finding.ok and "yellow" or nil },
    }
  end
  out.out(console.paint(out, "bold", width.plain(result.file) .. (result.ok and ": nothing against it" or "")) .. "\n")
  out.out(table_text.render(out, { "check", "found", "wanted", "says" }, rows))
  if result.not_measured == "not_built" then
    out.err("idocr: the look at pixels is not built: it needs libjpeg-turbo and libpng (make deps all)\n")
  end
end

function precheck.run(args, out)
  local service = kinds.service(kinds.get(args.kind), args.provider, args.site)
  if not service then
    local place = args.provider == "tencent" and "Tencent's site " .. args.site or args.provider
    main.usage_error(place .. " does not read " .. args.kind)
  end
  local worst = status.OK
  for _, path in ipairs(args.picture) do
    local result = look(path, service, args.site)
    if result.refused then worst = status.PICTURE end
    if args.json then
      result.refused = result.refused and show.error_data(result.refused)
      out.out(show.line(show.named(result, path)))
    else
      tell(result, out)
    end
  end
  return worst
end

return precheck
