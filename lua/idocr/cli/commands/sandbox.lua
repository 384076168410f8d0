--- The subcommand `idocr sandbox`: runs the mock server in the foreground.

local main = require "idocr.cli.main"
local server = require "idocr.sandbox.server"
local shell = require "idocr.sandbox.server.shell"
local status = require "idocr.cli.status"
local table_text = require "idocr.cli.table"

local sandbox = {
  description = [[
Starts a local mock server of both services, on one HTTP and one HTTPS port, with a certificate and keys
created for this run. Nothing is sent or billed. The response to a specimen is its printed data, to a stamped
picture (idocr stamp) what its stamp says, and to any other picture the service's error. It runs in the
foreground until Ctrl-C or SIGTERM.

  idocr sandbox                  prints a table and an example
  idocr sandbox --json           prints one line of JSON when it accepts connections]],
}

local function port_number(text)
  local port = tonumber(text)
  if port and port >= 1 and port <= 65535 and port % 1 == 0 then return port end
  return nil, "the port must be a number from 1 to 65535, not '" .. text .. "'"
end

function sandbox.describe(parser)
  parser:flag("--json", "Print one line of JSON when it is ready: http, https, ca_file, secret_id, secret_key,\napi_key, specimens.")
  parser:option("--port", "Port for HTTP (default: a free one)."):argname("N"):convert(port_number)
  parser:option("--tls-port", "Port for HTTPS (default: a free one)."):argname("N"):convert(port_number)
  parser:option("--dir", "Folder for certificate and access log, kept afterwards (default: a temporary one)."):argname("FOLDER")
  parser:flag("--no-rate", "Do not limit calls per second as the services do."):target("rate"):action("store_false")
end

-- Quotes a path for a shell, if necessary.
local function shell_word(path) return path:find("[^%w/._+-]") and shell.quote(path) or path end

-- Prints the addresses and keys, and an example.
local function print_usage(started, out)
  local rows = {
    { "HTTP", started.http }, { "HTTPS", started.https }, { "certificates", started.ca_file },
    { "secret id", started.secret_id }, { "secret key", started.secret_key }, { "API key", started.api_key },
    { "access log", started.access_log },
  }
  local kinds = {}
  for kind in pairs(started.specimens) do kinds[#kinds + 1] = kind end
  table.sort(kinds)
  for _, kind in ipairs(kinds) do rows[#rows + 1] = { kind, started.specimens[kind] } end
  out.out(table_text.render(out, { "sandbox", "" }, rows))
  out.out(("\nIn another terminal:\n\n  export TENCENTCLOUD_SECRET_ID=%s\n  export TENCENTCLOUD_SECRET_KEY=%s\n" ..
    "  export EKYCPRO_API_KEY=%s\n  idocr read passport --endpoint %s --ca-file %s \\\n    %s\n\nCtrl-C ends it.\n"):format(
    started.secret_id, started.secret_key, started.api_key, started.https,
    shell_word(started.ca_file), shell_word(started.specimens.passport)))
end

function sandbox.run(args, out)
  if args.port and args.port == args.tls_port then main.usage_error("--port and --tls-port must differ") end
  local signal, err = server.run {
    port = args.port, tls_port = args.tls_port, dir = args.dir, rate = args.rate,
    on_ready = function(started)
      if args.json then
        out.out(started:line() .. "\n")
      else
        print_usage(started, out)
      end
    end,
  }
  if signal then return status.OK end
  out.err("idocr: " .. tostring(err) .. "\n")
  return status.of(err)
end

return sandbox
