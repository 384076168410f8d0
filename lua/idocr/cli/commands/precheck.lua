--- The subcommand `idocr precheck KIND PICTURE...`: validates picture files and measures their quality offline.

local advice = require "idocr.picture.quality"
local choice = require "idocr.cli.choice"
local cli = require "idocr.cli.client"
local constants = require "idocr.constants"
local console = require "idocr.cli.console"
local fit = require "idocr.picture.fit"
local fit_settings = require "idocr.picture.fit_settings"
local kinds = require "idocr.kinds"
local limits = require "idocr.picture.limits"
local main = require "idocr.cli.main"
local picture = require "idocr.picture"
local providers = require "idocr.providers"
local show = require "idocr.cli.show"
local status = require "idocr.cli.status"
local table_text = require "idocr.cli.table"
local width = require "idocr.cli.width"

local precheck = {
  description = [[
Checks pictures offline, before you pay for a call. A file that a service would surely refuse (format, size,
truncated file) gives status 5; the row "fit" says what the other commands would send with --fit. Measurements
of the pixels (blur, darkness, glare, low resolution) are only advice, because bad pictures are often read
correctly; nothing is refused for them.

  idocr precheck passport photo.jpg]],
}

function precheck.describe(parser)
  cli.describe_kind(parser)
  parser:argument("picture", "A file."):args("+")
  local names = table.concat(providers.NAMES, " or ")
  parser:option("--provider", "Provider whose limits apply: " .. names .. ".", providers.NAMES[1]):argname("NAME")
    :convert(choice.of("--provider", providers.NAMES))
  parser:option("--site", "Tencent's site: intl or cn.", "intl"):argname("SITE")
    :convert(choice.of("--site", constants.SITES))
  parser:flag("--json", "One line of JSON for each picture.")
end

-- Returns what a fit would do to a picture; nil: nothing.
local function planned_fit(image, taken, service, site)
  local info, settings = image:info(), fit_settings.merge(false, {})
  return info and fit.plan {
    image = image, info = info, size = image:size(), taken = taken, action = service.action, site = site, settings = settings,
  }
end

-- Checks one picture. Returns {file, ok, refused?, fit?, findings, measures, not_measured}.
local function inspect(path, service, site)
  local source, message = picture.file(path)
  if not source then main.usage_error(message) end
  local opened, err = picture.open(source)
  if not opened then return { file = path, ok = false, refused = err, findings = {} } end
  local taken = kinds.limits(service, "image", {})
  local _, refused = limits.picture(opened.image, taken, service.action, site)
  local planned = planned_fit(opened.image, taken, service, site)
  local result = advice.check(opened.image)
  picture.close_all { opened }
  return {
    file = path, ok = result.ok and not refused, refused = refused, fit = planned, findings = result.findings,
    measures = result.measures, not_measured = result.not_measured,
  }
end

local REASONS = {
  format = "the service does not take this format", bytes = "the file is larger than the service takes",
  pixels = "the picture has more pixels than the service takes", orientation = "the picture is stored on its side or mirrored",
}

local function fit_row(planned)
  local size = planned.width and ("%d × %d"):format(planned.width, planned.height) or "JPEG"
  local most = planned.most_bytes and "<= " .. limits.human(planned.most_bytes) or ""
  return {
    "fit", size, most, ("%s: --fit sends an upright JPEG%s instead"):format(REASONS[planned.reason],
      planned.width and (" of %d × %d pixels"):format(planned.width, planned.height) or ""),
    colours = { "dim", false, false, "yellow" },
  }
end

local function print_result(result, out)
  local rows = {}
  if result.refused then
    rows[1] = { "refused", "", "", show.in_flags(result.refused.message), colours = { "red", false, false, "red" } }
  end
  if result.fit then rows[#rows + 1] = fit_row(result.fit) end
  for _, finding in ipairs(result.findings) do
    rows[#rows + 1] = {
      (finding.check:gsub("^picture%.", "")), finding.found or "", finding.expected or "", finding.message,
      colours = { "dim", false, false, not finding.ok and "yellow" or nil },
    }
  end
  out.out(console.paint(out, "bold", width.plain(result.file) .. (result.ok and ": nothing against it" or "")) .. "\n")
  out.out(table_text.render(out, { "check", "found", "wanted", "says" }, rows))
  if result.not_measured == "not_built" then
    out.err("idocr: pixels were not measured: this build lacks libjpeg-turbo and libpng (make deps all)\n")
  end
end

function precheck.run(args, out)
  local service = kinds.service(kinds.get(args.kind), args.provider, args.site)
  if not service then
    local service_name = args.provider == "tencent" and "Tencent's site " .. args.site or args.provider
    main.usage_error(service_name .. " does not read " .. args.kind)
  end
  local worst = status.OK
  for _, path in ipairs(args.picture) do
    local result = inspect(path, service, args.site)
    if result.refused then worst = status.PICTURE end
    if args.json then
      result.refused = result.refused and show.error_data(result.refused)
      out.out(show.line(show.named(result, path)))
    else
      print_result(result, out)
    end
  end
  return worst
end

return precheck
