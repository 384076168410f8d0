--- Creates a CA and a server certificate for one run of the mock server, with the openssl command. The CA key is deleted
--- after signing, so that no further certificate can be issued.

local errors = require "idocr.errors"
local redact = require "idocr.redact"
local shell = require "idocr.sandbox.server.shell"

local tls = {}

-- Contains the vendors' host names, so that a client that a resolver or gateway sends here accepts the certificate.
local NAMES = {
  "DNS:localhost", "IP:127.0.0.1", "IP:::1",
  "DNS:ocr.tencentcloudapi.com", "DNS:*.tencentcloudapi.com", "DNS:ocr.intl.tencentcloudapi.com", "DNS:*.intl.tencentcloudapi.com",
  "DNS:ocr.ap-singapore.tencentcloudapi.com", "DNS:ocr.ap-guangzhou.tencentcloudapi.com", "DNS:ocr.ap-hongkong.tencentcloudapi.com",
  "DNS:ocr.ap-bangkok.tencentcloudapi.com", "DNS:api.ekycpro.com", "DNS:api.100ocrapi.com",
}

local SCRIPT = [[
set -e
umask 077
cd %s
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out server.key
openssl req -x509 -new -key ca.key -out ca.crt -days 30 -subj '/CN=idocr sandbox' \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
openssl req -new -key server.key -subj '/CN=idocr sandbox server' -out server.csr
openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -set_serial 0x%s -days 30 -extfile server.ext -out server.crt
rm -f ca.key server.csr server.ext
chmod 644 ca.crt
]]

--- Creates ca.crt, server.crt and server.key into a folder.
---@param folder string
---@return boolean? ok
---@return idocr.Error? err
function tls.make(folder)
  shell.write(folder .. "/server.ext",
    "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=" .. table.concat(NAMES, ",") .. "\n")
  local output, status = shell.run(SCRIPT:format(shell.quote(folder), shell.random_hex(8)))
  if status == 0 then return true end
  return nil, errors.unsent("unsupported", "CertificateImpossible", "openssl failed to create a certificate: " .. redact.scrub(output))
end

return tls
