---@meta idocr.core
-- luacheck: ignore
--- Declares the C module idocr.core (csrc/lua_core*.c), which needs no network.
---
--- Sections: pictures, request bodies, replies, signing, text, card fields, files, clock and process.
---
--- Lengths are in bytes, hexadecimal digits are lower case. An argument of a wrong type, or an object that is closed, raises.
--- Every other failure returns nil, message, code; the message holds no path, no key and no byte of a picture.

local core = {}

---- Pictures: csrc/image*.h, csrc/jpeg_walk.h

--- A picture: an open file that is read in slices, or a borrowed string. A large file is never held in memory.
---@class idocr.core.Image
local image = {}

---@class idocr.core.ImageInfo
---@field format string?        "jpeg", "png", … as csrc/image_format.h lists them; nil: not recognised
---@field width integer?        pixels as stored, before EXIF rotation; nil: the header does not declare them
---@field height integer?       likewise
---@field complete boolean?     false: pixels are certainly missing; nil: not known (`jpeg_walk` can tell for a JPEG)
---@field orientation integer?  EXIF orientation, 1 to 8

--- Opens a picture file, or a part of a file.
---@param path string
---@param offset integer?  first byte of the picture in the file (0)
---@param length integer?  bytes of the picture; required with offset
---@return idocr.core.Image? image
---@return string? message
---@return "open"|"not_a_file"|"empty"|"range"|nil code
function core.image_file(path, offset, length) end

--- Makes a picture of the regular file of a descriptor, which the caller keeps and may close.
---@param descriptor integer
---@return idocr.core.Image? image
---@return string? message
---@return "open"|"not_a_file"|"empty"|nil code
function core.image_descriptor(descriptor) end

--- Makes a picture of a string, which it references and does not copy.
---@param bytes string
---@param offset integer?  first byte of the picture in the string (0)
---@param length integer?  bytes of the picture; required with offset
---@return idocr.core.Image? image
---@return string? message
---@return "empty"|"range"|nil code  only with offset and length
function core.image_bytes(bytes, offset, length) end

--- Returns the size of the picture.
---@return integer bytes
function image:size() end

--- Parses the header and the end of the picture, without decoding pixels.
---@return idocr.core.ImageInfo? info
---@return string? message
---@return "read"|"changed"|nil code
function image:info() end

--- Returns up to max bytes from offset, "" at the end.
---@param offset integer
---@param max integer  at least 1
---@return string? bytes
---@return string? message
---@return "read"|"changed"|nil code
function image:read(offset, max) end

--- Returns the SHA-256 of the bytes.
---@return string? hex
---@return string? message
---@return "read"|"changed"|nil code
function image:sha256() end

--- Starts a check of a JPEG without an end marker: whether its last scan is complete.
---@return idocr.core.JpegWalk
function image:jpeg_walk() end

--- Closes this handle. The file stays open until the bodies that use it are closed too.
function image:close() end

--- Counts the blocks of the last scan of a JPEG by following its Huffman codes.
---@class idocr.core.JpegWalk
local walk = {}

--- Processes about `bytes` more bytes.
---@param bytes integer  at least 1
---@return "more"|"whole"|"early"|"unknown"|nil result  more: call again; early: the data ends before the picture does
---@return string? message
---@return "read"|"changed"|nil code
function walk:step(bytes) end

---- Request bodies: csrc/body.h

--- A request body: literal text, and pictures that are encoded while the body is read. tostring() returns the whole text.
--- Its userdata starts with struct idocr_source (csrc/source.h), from which idocr.curl reads.
---@class idocr.core.Body
local body = {}

---@class idocr.core.BodyImage
---@field image idocr.core.Image
---@field encoding "base64"|"form"|"raw"  form: percent-encoded base64

--- Makes a body. Encoding "form" reads the picture once, because the length depends on its bytes.
---@param list (string|idocr.core.BodyImage)[]  at most 1024
---@return idocr.core.Body? body
---@return string? message
---@return "read"|"changed"|"too_long"|nil code
function core.body(list) end

--- Returns the same as `core.body { before, { image = image, encoding = "base64" }, after }`.
---@param before string
---@param image idocr.core.Image
---@param after string
---@return idocr.core.Body? body
---@return string? message
---@return "too_long"|nil code
function core.framed_body(before, image, after) end

--- Returns the length of the body.
---@return integer bytes
function body:length() end

--- Returns the next bytes: exactly max of them except before the end; nil alone at the end.
---@param max integer  at least 1
---@return string? bytes
---@return string? message
---@return "read"|"changed"|nil code  changed: the file was written to since it was opened
function body:read(max) end

--- Starts reading again at the first byte.
---@return true? ok
---@return string? message
---@return string? code
function body:rewind() end

--- Returns the SHA-256 of the whole body. It is computed once and does not depend on what has been read.
---@return string? hex
---@return string? message
---@return "read"|"changed"|nil code
function body:sha256() end

--- Hashes about max_bytes more bytes, so that an event loop can run in between.
---@param max_bytes integer  at least 1
---@return boolean? done  true: sha256() is ready
---@return string? message
---@return "read"|"changed"|nil code
function body:hash_some(max_bytes) end

---- Replies: csrc/reply.h

--- Receives a JSON reply in pieces and decodes the long base64 strings in it.
--- Its userdata starts with struct idocr_sink (csrc/sink.h), into which idocr.curl writes.
---@class idocr.core.Reply
local reply = {}

--- Makes an empty reply.
---@param max integer  largest reply that is accepted, in bytes
---@return idocr.core.Reply
function core.reply(max) end

--- Appends the next piece.
---@param text string
---@return true? ok
---@return string? message
---@return "too_large"|"memory"|nil code
function reply:feed(text) end

--- Returns the JSON text with a marker (csrc/reply.h) for each picture, and the decoded pictures. The reply is empty afterwards.
---@return string? text
---@return string[]|string|nil pictures_or_message
---@return "too_large"|"memory"|nil code
function reply:finish() end

--- Frees the memory of the reply.
function reply:close() end

---- Signing: csrc/tc3.h, csrc/digest.h

--- SHA-256 of the empty text.
---@type string
core.EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

--- SHA-256 of the text UNSIGNED-PAYLOAD.
---@type string
core.UNSIGNED_SHA256 = "438d4109ef0d676b8c2c7ed13cdfcb418e494d53b843d4634ce3b1085f07bb96"

--- Credentials that sign requests: caches today's signing key, and wipes all secrets when closed or collected.
---@class idocr.core.Signer
local signer = {}

---@class idocr.core.Request
---@field method string          capital letters
---@field uri string?            path ("/")
---@field query string?          exactly as sent, without '?' ("")
---@field headers string[][]     list of {name, value} to sign, in any order; at most 32
---@field payload_hash string    64 hexadecimal digits

---@class idocr.core.Moment
---@field timestamp integer  Unix seconds
---@field service string     "ocr"

--- Makes a signer.
---@param secret_id string   at most 512 bytes
---@param secret_key string  at most 512 bytes
---@return idocr.core.Signer? signer
---@return string? message
---@return "bad_key"|nil code
function core.signer(secret_id, secret_key) end

--- Returns the value of the Authorization header.
---@param request table  the fields of idocr.core.Request and idocr.core.Moment
---@return string? authorization
---@return string? message
---@return "bad_request"|"bad_time"|"bad_service"|"too_long"|nil code
function signer:authorization(request) end

--- Wipes the secrets.
function signer:close() end

--- Builds the canonical request: stage 1 of TC3-HMAC-SHA256.
---@param request idocr.core.Request
---@return string? canonical
---@return string signed_headers  or the message
---@return "bad_request"|"too_long"|nil code
function core.tc3_canonical_request(request) end

--- Builds the string to sign: stage 2.
---@param stage table  timestamp, service, canonical_request
---@return string? text
---@return string scope  "2019-02-25/cvm/tc3_request", or the message
---@return "bad_time"|"bad_service"|nil code
function core.tc3_string_to_sign(stage) end

--- Computes the signature: stage 3.
---@param stage table  secret_key, timestamp, service, string_to_sign
---@return string? hex
---@return string? message
---@return "bad_time"|"bad_service"|"bad_key"|nil code
function core.tc3_signature(stage) end

--- Returns the three derived keys, for tests and the sandbox.
---@param stage table  secret_key, timestamp, service
---@return string? kdate       hex
---@return string kservice     hex, or the message
---@return string ksigning     hex, or the code
function core.tc3_keys(stage) end

--- Returns the SHA-256 of a string.
---@param data string
---@return string hex
function core.sha256(data) end

--- Returns the HMAC-SHA-256 of a string.
---@param key string
---@param data string
---@return string mac  32 raw bytes
function core.hmac_sha256(key, data) end

--- Compares two strings in a time that depends only on their lengths.
---@param a string
---@param b string
---@return boolean
function core.equal(a, b) end

---- Sealed texts: csrc/seal.h

--- Encrypts and authenticates a text with AES-256-GCM.
---@param key string    32 bytes
---@param nonce string  12 bytes, never used before with this key
---@param bound string  is authenticated and not encrypted: the text can only be opened with the same one
---@param text string
---@return string sealed  16 bytes longer than the text
function core.seal(key, nonce, bound, text) end

--- Decrypts a text of `core.seal`.
---@param key string
---@param nonce string
---@param bound string
---@param sealed string
---@return string? text  nil: another key, nonce or bound text, or a changed bit
function core.unseal(key, nonce, bound, sealed) end

--- Returns cryptographically random bytes.
---@param count integer 1 to 1024
---@return string bytes
function core.random(count) end

---- Text: csrc/base64.h, csrc/lua_core_text.c

--- Encodes bytes as hexadecimal digits.
---@param raw string
---@return string hex
function core.hex(raw) end

--- Encodes bytes as base64.
---@param bytes string
---@return string text  with padding, without line breaks
function core.base64_encode(bytes) end

--- Decodes base64 strictly: only the 64 characters and correct padding, no blanks, no stray bits.
---@param text string
---@return string? bytes
---@return string? message
---@return integer? position  of the first wrong character; one past the end where the text is too short
function core.base64_decode(text) end

--- Percent-encodes a text (RFC 3986): every byte but letters, digits and -._~ becomes %XX.
---@param text string
---@return string
function core.percent_encode(text) end

---- Card fields: csrc/lua_core_card.c, csrc/date.h

--- Returns a string without leading and trailing blanks, or the digits of a whole number. nil for an empty string, for invalid
--- UTF-8 and for any other value.
---@param value any
---@return string?
function core.text(value) end

--- Does the same as `core.text`, and removes trailing fillers of a machine-readable zone ("D<<" becomes "D").
---@param value any
---@return string?
function core.mrz_text(value) end

--- Parses a date in one of the layouts of csrc/date.h. Returns ISO 8601, false for a day that does not exist, nil for another layout.
---@param text string
---@return string|false|nil
function core.plain_date(text) end

--- Formats a date as ISO 8601; nil where the Gregorian calendar has no such day in the years 1800 to 2199.
---@param year any   numbers or strings of digits
---@param month any
---@param day any
---@return string?
function core.iso_date(year, month, day) end

---- Files

--- Reads a small regular file. Refuses pipes and devices, so it never blocks.
---@param path string
---@param max integer  largest size in bytes (at most 16 MB)
---@return string? text
---@return string? message
---@return "missing"|"denied"|"not_a_file"|"too_large"|"open"|"read"|nil code
function core.read_file(path, max) end

--- Lists the names in a folder, without "." and "..", sorted by bytes.
---@param path string
---@return string[]? names
---@return string? message
---@return "open"|nil code
function core.list_directory(path) end

--- Returns the type of the file at a path without opening it.
---@param path string
---@param follow boolean?  follow links
---@return "file"|"folder"|"link"|"special"|nil type  special: a pipe, socket or device
---@return string? identity  the same for all names of one file; where the type is nil: a message
---@return "open"|nil code
function core.file_type(path, follow) end

--- Returns the absolute path without links, "." and "..".
---@param path string
---@return string? path
---@return string? message
---@return "open"|nil code
function core.real_path(path) end

--- A file to which text is appended.
---@class idocr.Output
local output = {}

--- Opens a file for appending and locks it for this process. A descriptor is used as it is, without a lock.
---@param path string|integer  a path, or the number of a descriptor
---@param mode "locked"|"shared"|nil  shared: other processes may append too; only the owner may read a new file ("locked")
---@return idocr.Output? output
---@return string? message
---@return "open"|"in_use"|nil code
function core.output(path, mode) end

--- Writes a text with one write(2), and with further ones only for what the system did not accept.
---@param text string
---@return true? ok
---@return string? message
---@return "write"|nil code
function output:write(text) end

--- Returns whether the file is locked: true for a regular file on a file system with locks.
---@return boolean
function output:locked() end

--- Closes the file and releases its lock. May be called again.
function output:close() end

---- Clock and process

--- Returns Unix seconds with a fraction.
---@return number seconds
function core.wall() end

--- Returns seconds of a clock that never goes back; its zero is arbitrary.
---@return number seconds
function core.monotonic() end

--- Blocks the thread; signals do not shorten the sleep.
---@param seconds number
function core.sleep(seconds) end

--- Waits for a termination signal. From the first call on these signals are blocked, and pending ones are returned by the next call.
--- A signal that the process ignores, as under `nohup`, stays ignored.
---@param seconds number
---@return "TERM"|"INT"|"HUP"|nil name  nil: no signal came in that time
function core.await_signal(seconds) end

--- Returns the id of this process; a forked process has another one.
---@return integer
function core.process_id() end

--- Opens /dev/null on each closed descriptor among 0, 1 and 2, so that no later file gets such a number. Reading and writing them
--- still fails.
---@return boolean ok  all three are open now
function core.hold_standard_descriptors() end

return core
