-- Reads a kind of card that this project defines itself, in idocr/cards/library_card.lua.
--
--   lua5.4 examples/own_kind/main.lua            (with the sandbox, which serves the kind at once: nothing is sent)

local folder = arg[0]:match("^(.*)/") or "."
package.path = folder .. "/?.lua;" .. package.path

local idocr = require "idocr"
local specimens = require "idocr.sandbox.specimens"
local stamp = require "idocr.sandbox.stamp"

-- Any picture with a stamp is a specimen of the new kind.
local file = assert(io.open(specimens.path "passport", "rb"))
local picture = assert(stamp.write(file:read("*a"), {
  kind = "library_card", fields = { number = "L-0017", name = "Mei Specimen", expiry_date = "2031-05-01" },
}))
file:close()

local client = idocr.new { transport = "sandbox" }
local card = assert(client:library_card { image = idocr.bytes(picture), barcode = true })
print(idocr.describe("library_card").title, card.number, card.name, card.expiry_date)
