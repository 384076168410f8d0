--- The certificates of spec/support/certs.lua and two more in the same folder: `unknown`, of an untrusted
--- authority, and `not_yet`, valid from the year 2100 on.

local certs = require "spec.support.certs"
local process = require "spec.support.process"

local certificates = {}

-- `openssl ca` alone can date a certificate in every version of OpenSSL.
local MAKE = [[
cd @dir@
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out @name@.key
openssl req -new -key @name@.key -subj /CN=@name@ -out @name@.csr
printf '[ca]\ndefault_ca = d\n[d]\ndatabase = @name@.index\nserial = @name@.serial\nnew_certs_dir = .\ndefault_md = sha256\npolicy = p
unique_subject = no\nx509_extensions = e\n[p]\ncommonName = supplied\n[e]\nbasicConstraints = CA:FALSE
extendedKeyUsage = serverAuth\nsubjectAltName = DNS:localhost,IP:127.0.0.1\n' >@name@.conf
: >@name@.index
openssl rand -hex 8 >@name@.serial
openssl ca -batch -notext -config @name@.conf -in @name@.csr -cert @ca@.crt -keyfile @ca@.key \
  -startdate @first@ -enddate @last@ -out @name@.crt]]

local function issue(dir, name, ca, first, last)
  local words = { dir = process.quote(dir), name = name, ca = ca, first = first .. "0101000000Z", last = last .. "0101000000Z" }
  process.run("( set -e\n" .. MAKE:gsub("@(%l+)@", words) .. " )")
end

--- Makes them.
---@return { dir: string, ca: string } certs
function certificates.make()
  local c = certs.make()
  issue(c.dir, "not_yet", "ca", 2100, 2101)
  issue(c.dir, "unknown", "other-ca", 2020, 2090)
  return c
end

return certificates
