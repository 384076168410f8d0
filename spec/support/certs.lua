--- Creates certificates for specs on first use, with the openssl command, in a temporary folder.
---
---   local certs = require "spec.support.certs"
---   local c = certs.make()
---   c.ca                       path of the CA certificate for clients
---   c.good.cert, c.good.key    localhost, ocr.test, *.ocr.test, 127.0.0.1, ::1
---   c.expired, c.wrong_name (other.test only), c.self_signed (the good names)
---   c.client                   a client certificate of the same CA; c.stranger: a client certificate of another CA
---   c.dir                      the folder; all keys are EC P-256 without a password
---
--- certs.issue(name, {san = "DNS:a.test", expired = true}) -> {cert=, key=} creates another one of the same CA.

local process = require "spec.support.process"

local certs = {}

local q = process.quote
local made

local function new_key(path)
  process.run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out " .. q(path))
end

local function new_ca(dir, name)
  local key, cert = dir .. "/" .. name .. ".key", dir .. "/" .. name .. ".crt"
  new_key(key)
  process.run(("openssl req -x509 -new -key %s -out %s -days 30 -subj '/CN=idocr spec %s' "
    .. "-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign"):format(q(key), q(cert), name))
  return { cert = cert, key = key }
end

-- OpenSSL up to 3.3 takes a negative number of days, later ones take dates.
local EXPIRED = "$(openssl x509 -help 2>&1 | grep -q not_after && echo -not_before 20200101000000Z -not_after 20200102000000Z "
  .. "|| echo -days -1)"

local function issue(dir, ca, name, options)
  local base = dir .. "/" .. name
  local key, csr, cert, ext = base .. ".key", base .. ".csr", base .. ".crt", base .. ".ext"
  new_key(key)
  process.write(ext, ("basicConstraints=CA:FALSE\nextendedKeyUsage=%s\n%s"):format(options.usage or "serverAuth",
    options.san and "subjectAltName=" .. options.san .. "\n" or ""))
  process.run(("openssl req -new -key %s -subj '/CN=%s' -out %s"):format(q(key), name, q(csr)))
  process.run(("openssl x509 -req -in %s -CA %s -CAkey %s -set_serial 0x$(openssl rand -hex 8) %s -extfile %s -out %s")
    :format(q(csr), q(ca.cert), q(ca.key), options.expired and EXPIRED or "-days 30", q(ext), q(cert)))
  return { cert = cert, key = key }
end

local NAMES = "DNS:localhost,DNS:ocr.test,DNS:*.ocr.test,IP:127.0.0.1,IP:::1"

function certs.make()
  if made then return made end
  local dir = process.tempdir()
  local ca, other = new_ca(dir, "ca"), new_ca(dir, "other-ca")
  local self_key, self_cert = dir .. "/self_signed.key", dir .. "/self_signed.crt"
  new_key(self_key)
  process.run(("openssl req -x509 -new -key %s -out %s -days 30 -subj /CN=localhost -addext subjectAltName=%s")
    :format(q(self_key), q(self_cert), NAMES))
  made = {
    dir = dir,
    ca = ca.cert,
    authority = ca,
    good = issue(dir, ca, "good", { san = NAMES }),
    expired = issue(dir, ca, "expired", { san = NAMES, expired = true }),
    wrong_name = issue(dir, ca, "wrong_name", { san = "DNS:other.test" }),
    self_signed = { cert = self_cert, key = self_key },
    client = issue(dir, ca, "client", { usage = "clientAuth" }),
    stranger = issue(dir, other, "stranger", { usage = "clientAuth" }),
  }
  return made
end

function certs.issue(name, options)
  local c = certs.make()
  return issue(c.dir, c.authority, name, options or {})
end

return certs
