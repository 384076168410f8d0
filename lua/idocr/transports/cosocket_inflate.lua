--- Decompresses gzip and zlib with the zlib that nginx is linked to. Requests do not ask for compression (decompressing 3 MB
--- costs more than transferring them), but a gateway may compress anyway.

local ok, ffi = pcall(require, "ffi")
local zlib
if ok then
  for _, name in ipairs { "libz.so.1", "z" } do
    local found, library = pcall(ffi.load, name)
    if found then zlib = library break end
  end
end

if not zlib then return { available = false } end

pcall(ffi.cdef, [[
typedef struct {
  const unsigned char *next_in; unsigned int avail_in; unsigned long total_in;
  unsigned char *next_out; unsigned int avail_out; unsigned long total_out;
  const char *msg; void *state; void *zalloc; void *zfree; void *opaque;
  int data_type; unsigned long adler; unsigned long reserved;
} idocr_z_stream;
const char *zlibVersion(void);
int inflateInit2_(idocr_z_stream *, int, const char *, int);
int inflate(idocr_z_stream *, int);
int inflateEnd(idocr_z_stream *);
]])

local inflate = { available = true }

local SLICE = 64 * 1024
local STREAM_END = 1
local EITHER_HEADER = 32 + 15 -- detects gzip or zlib

--- Decompresses a gzip or zlib text to at most `limit` bytes.
---@param text string
---@param limit integer
---@param pause fun()
---@param sink idocr.core.Reply? receives the plain text in pieces; the result is then ""
---@return string? plain
---@return "BadEncoding"|"ResponseTooLarge"|"ReceiveFailed"|nil code
function inflate.all(text, limit, pause, sink)
  local stream = ffi.new("idocr_z_stream")
  if zlib.inflateInit2_(stream, EITHER_HEADER, zlib.zlibVersion(), ffi.sizeof(stream)) ~= 0 then return nil, "BadEncoding" end
  ffi.gc(stream, zlib.inflateEnd) -- a killed thread's stream is freed too
  local out, parts, size = ffi.new("unsigned char[?]", SLICE), {}, 0
  stream.next_in, stream.avail_in = ffi.cast("const unsigned char *", text), #text
  local code
  repeat
    pause()
    stream.next_out, stream.avail_out = out, SLICE
    code = zlib.inflate(stream, 0)
    local got = SLICE - stream.avail_out
    size = size + got
    if size > limit then return nil, "ResponseTooLarge" end
    if got > 0 and not sink then
      parts[#parts + 1] = ffi.string(out, got)
    elseif got > 0 then
      local fed, _, why = sink:feed(ffi.string(out, got))
      if not fed then return nil, why == "too_large" and "ResponseTooLarge" or "ReceiveFailed" end
    end
  until code ~= 0 or (got == 0 and stream.avail_in == 0)
  zlib.inflateEnd(ffi.gc(stream, nil))
  if code ~= STREAM_END or stream.avail_in > 0 then return nil, "BadEncoding" end -- truncated, or data after the end
  return table.concat(parts)
end

return inflate
