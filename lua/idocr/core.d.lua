---@meta idocr.core
-- luacheck: ignore
--- The C module under everything (csrc/lua_core*.c): pictures, request bodies, signatures, base64, replies, clocks.
--- Lengths are in bytes, hexadecimal is lower case. Arguments of a wrong type raise, and so does an object after its close();
--- everything else returns nil, message, code. No message holds a path, a key or a byte of a picture.

local core = {}

---@type string
core.version = "scm"

--- SHA-256 of nothing.
---@type string
core.EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

--- SHA-256 of the text UNSIGNED-PAYLOAD.
---@type string
core.UNSIGNED_SHA256 = "438d4109ef0d676b8c2c7ed13cdfcb418e494d53b843d4634ce3b1085f07bb96"

--- A picture: an open file that is read in slices, or a string that is borrowed. Never held as a whole.
---@class idocr.core.Image
local image = {}

---@class idocr.core.ImageInfo
---@field format string?        "jpeg", "png", … as csrc/image_format.h lists them; nil: not recognised
---@field width integer?        pixels as stored, before any turning; nil: the header does not say
---@field height integer?       likewise
---@field complete boolean?     false: a decoder surely lacks pixels; nil: not known (for a JPEG: `jpeg_walk` may know)
---@field orientation integer?  EXIF, 1 to 8

--- Opens a picture.
---@param path string
---@param offset integer?  the picture begins there (0)
---@param length integer?  and has so many bytes; given together with offset
---@return idocr.core.Image? image
---@return string? message
---@return "open"|"not_a_file"|"empty"|"range"|nil code
function core.image_file(path, offset, length) end

--- A picture in a string, which it keeps alive and never copies.
---@param bytes string
---@param offset integer?
---@param length integer?
---@return idocr.core.Image? image
---@return string? message
---@return "empty"|"range"|nil code  only with offset and length
function core.image_bytes(bytes, offset, length) end

---@return integer bytes
function image:size() end

--- What header and tail say.
---@return idocr.core.ImageInfo? info
---@return string? message
---@return "read"|"changed"|nil code
function image:info() end

--- Up to max bytes from offset, "" at the end.
---@param offset integer
---@param max integer  at least 1
---@return string? bytes
---@return string? message
---@return "read"|"changed"|nil code
function image:read(offset, max) end

--- Digest of the raw bytes.
---@return string? hex
---@return string? message
---@return "read"|"changed"|nil code
function image:sha256() end

--- Makes ready to follow the Huffman codes of a JPEG without an end marker.
---@return idocr.core.JpegWalk
function image:jpeg_walk() end

--- Ends the use of this object. A file stays open for the bodies that are made of it.
function image:close() end

--- A walk through the last scan of a JPEG, which finds out whether it has all of its blocks.
---@class idocr.core.JpegWalk
local walk = {}

--- Goes on for about so many bytes.
---@param bytes integer  at least 1
---@return "more"|"whole"|"early"|"unknown"|nil result  early: the data surely ends before the picture does
---@return string? message
---@return "read"|"changed"|nil code
function walk:step(bytes) end

--- A request body: text, and pictures in a form that is made while it is read. tostring() gives the whole text.
--- Its userdata starts with struct idocr_source (csrc/source.h).
---@class idocr.core.Body
local body = {}

---@class idocr.core.BodyImage
---@field image idocr.core.Image
---@field encoding "base64"|"form"|"raw"  form: percent-encoded base64

--- Makes a body. With encoding "form" the picture is read once, because the length depends on it.
---@param list (string|idocr.core.BodyImage)[]  at most 1024
---@return idocr.core.Body? body
---@return string? message
---@return "read"|"changed"|"too_long"|nil code
function core.body(list) end

--- What `core.body { before, { image = image, encoding = "base64" }, after }` gives.
---@param before string
---@param image idocr.core.Image
---@param after string
---@return idocr.core.Body? body
---@return string? message
---@return "too_long"|nil code
function core.framed_body(before, image, after) end

---@return integer bytes
function body:length() end

--- The next bytes: exactly max of them unless the end comes first; nil alone at the end.
---@param max integer  at least 1
---@return string? bytes
---@return string? message
---@return "read"|"changed"|nil code  changed: the file was written to since it was opened
function body:read(max) end

--- Starts again from the first byte.
---@return true? ok
---@return string? message
---@return string? code
function body:rewind() end

--- Digest of the whole body, computed once and independent of what has been read.
---@return string? hex
---@return string? message
---@return "read"|"changed"|nil code
function body:sha256() end

--- Hashes about max_bytes more of it, so that others can run in between.
---@param max_bytes integer  at least 1
---@return boolean? done  true: sha256() is ready
---@return string? message
---@return "read"|"changed"|nil code
function body:hash_some(max_bytes) end

--- Takes a JSON reply while it arrives and decodes the long base64 texts in it at once (csrc/reply.h).
--- Its userdata starts with struct idocr_sink (csrc/sink.h).
---@class idocr.core.Reply
local reply = {}

---@param max integer  bytes that are accepted
---@return idocr.core.Reply
function core.reply(max) end

---@param text string
---@return true? ok
---@return string? message
---@return "too_large"|"memory"|nil code
function reply:feed(text) end

--- What is left of the text, with a marker for each picture, and the pictures. The reply is empty afterwards.
---@return string? text
---@return string[]|string|nil pictures_or_message
---@return "too_large"|"memory"|nil code
function reply:finish() end

function reply:close() end

---@param data string
---@return string hex
function core.sha256(data) end

---@param key string
---@param data string
---@return string mac  32 raw bytes
function core.hmac_sha256(key, data) end

---@param raw string
---@return string hex
function core.hex(raw) end

--- Compares in a time that does not depend on where they differ.
---@param a string
---@param b string
---@return boolean
function core.equal(a, b) end

---@param bytes string
---@return string text  with padding, without line breaks
function core.base64_encode(bytes) end

--- Strict: the 64 characters and right padding only, no blanks, no stray bits.
---@param text string
---@return string? bytes
---@return string? message
---@return integer? position  of the first wrong character; one past the end where the text ends too early
function core.base64_decode(text) end

--- A text without the blanks around it; of a whole number its digits. nil where nothing is left, for what is no UTF-8 and for
--- any other value.
---@param value any
---@return string?
function core.text(value) end

--- The same out of a machine readable zone: fillers at the end are no part of it ("D<<" is Germany).
---@param value any
---@return string?
function core.mrz_text(value) end

--- A date in one of the layouts that machines print (csrc/date.h); false where it is one and there is no such day.
---@param text string
---@return string|false|nil
function core.plain_date(text) end

--- What stands in a program of `core.fill` for a converter that it knows.
---@type table<"text"|"mrz_text"|"date"|"sex", integer>
core.converters = {}

--- Added there where the member has another holder than the one of the output before.
---@type integer
core.OTHER_HOLDER = 0

--- Added there where an output before may have filled the field.
---@type integer
core.FIELD_AGAIN = 0

--- The fields of a card. `program` has five elements for each output: a number of `core.converters` or 0, with the two flags; the
--- names that lead from `result` to the table that holds its member; the member; the field; and what `unusual` gets where 0
--- stands there or the value is none that C knows: `unusual(step, value, result, fields, more)`. Members that are absent are
--- passed over.
---@param program any[]
---@param result table
---@param unusual fun(step: any, value: any, result: table, fields: table, more: any)
---@param more any
---@return table fields
function core.fill(program, result, unusual, more) end

--- ISO 8601 of a date, from numbers or their digits; nil where the Gregorian calendar has no such day from the year 1000 on.
---@param year any
---@param month any
---@param day any
---@return string?
function core.iso_date(year, month, day) end

--- RFC 3986: all but letters, digits and -._~ become %XX.
---@param text string
---@return string
function core.percent_encode(text) end

---@class idocr.core.Request
---@field method string          capital letters
---@field uri string?            "/"
---@field query string?          "" ; exactly as on the wire, without '?'
---@field headers string[][]     list of {name, value} to sign, in any order; at most 32
---@field payload_hash string    hex

---@class idocr.core.Moment
---@field timestamp integer  Unix seconds
---@field service string     "ocr"

--- First stage of TC3-HMAC-SHA256.
---@param request idocr.core.Request
---@return string? canonical
---@return string signed_headers  or the message
---@return "bad_request"|"too_long"|nil code
function core.tc3_canonical_request(request) end

--- Second stage. Fields: timestamp, service, canonical_request.
---@param stage table
---@return string? text
---@return string scope  "2019-02-25/cvm/tc3_request", or the message
---@return "bad_time"|"bad_service"|nil code
function core.tc3_string_to_sign(stage) end

--- Third stage. Fields: secret_key, timestamp, service, string_to_sign.
---@param stage table
---@return string? hex
---@return string? message
---@return "bad_time"|"bad_service"|"bad_key"|nil code
function core.tc3_signature(stage) end

--- The three derived keys, for tests and the sandbox. Fields: secret_key, timestamp, service.
---@param stage table
---@return string? kdate       hex
---@return string kservice     hex, or the message
---@return string ksigning     hex, or the code
function core.tc3_keys(stage) end

--- Credentials that sign: keeps the key of the day, wipes everything on close and when collected, shows nothing.
---@class idocr.core.Signer
local signer = {}

---@param secret_id string   at most 512 bytes
---@param secret_key string  at most 512 bytes
---@return idocr.core.Signer? signer
---@return string? message
---@return "bad_key"|nil code
function core.signer(secret_id, secret_key) end

--- The value of the Authorization header. Fields of idocr.core.Request and idocr.core.Moment.
---@param request table
---@return string? authorization
---@return string? message
---@return "bad_request"|"bad_time"|"bad_service"|"too_long"|nil code
function signer:authorization(request) end

function signer:close() end

--- Reads a small regular file whole. Never waits for a pipe or a device: those are refused.
---@param path string
---@param max integer bytes that it may have (16 MB at most)
---@return string? text
---@return string? message holds no path
---@return "missing"|"denied"|"not_a_file"|"too_large"|"open"|"read"|nil code
function core.read_file(path, max) end

--- Names in a folder, without "." and "..", in the order of their bytes.
---@param path string
---@return string[]? names
---@return string? message
---@return "open"|nil code
function core.list_directory(path) end

--- A file that lines are appended to. Each text is one write(2).
---@class idocr.Output
local output = {}

--- Writes a text at once; only where the system takes a part of it, the rest follows.
---@param text string
---@return true? ok
---@return string? message
---@return "write"|nil code
function output:write(text) end

--- Whether no other process can open the file as an output: true for a regular file on a file system with locks.
---@return boolean
function output:locked() end

--- Closes the file, which ends its lock. Calling it twice is fine.
function output:close() end

--- Opens a file for appending and locks it for this process, or takes an open descriptor as it is, without a lock.
---@param path string|integer a path, or the number of a descriptor
---@return idocr.Output? output
---@return string? message
---@return "open"|"in_use"|nil code
function core.output(path) end

--- What a path names. Nothing is opened: a named pipe cannot make it wait.
---@param path string
---@param follow boolean? follow links
---@return "file"|"folder"|"link"|"special"|nil type "special": a pipe, socket or device
---@return string? identity the same for all names of one file; where the type is nil: a message
---@return "open"|nil code
function core.file_type(path, follow) end

--- The absolute path without links, "." and "..".
---@param path string
---@return string? path
---@return string? message
---@return "open"|nil code
function core.real_path(path) end

--- Opens /dev/null on each of the descriptors 0, 1 and 2 that is closed, so that no other file gets such a number. Reading and
--- writing them stay errors.
---@return boolean ok all three are open now
function core.hold_standard_descriptors() end

--- Seconds from some point in the past; never goes back.
---@return number seconds
function core.monotonic() end

--- The id of this process: another one after a fork.
---@return integer
function core.process_id() end

--- Unix seconds with a fraction.
---@return number seconds
function core.wall() end

--- Blocks the thread; signals do not end it early.
---@param seconds number
function core.sleep(seconds) end

--- Waits for a signal that asks the process to end. From the first call on these signals are held back for the next call.
---@param seconds number
---@return "TERM"|"INT"|"HUP"|nil name  nil: none came in that time
function core.await_signal(seconds) end

return core
