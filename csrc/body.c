/* SPDX-License-Identifier: MIT
 *
 * Makes and reads request bodies: a list of literal text and pictures, which are encoded while they are read.
 */
#include "body.h"

#include <string.h>

#include "base64.h"
#include "base64_sha256.h"

/* Bytes read from a file at once: a multiple of 48, because 48 bytes are 64 characters and one hash block. A quarter of it costs
 * 5 % of the hash in system calls; more gains nothing (measured). */
#define SLICE (48 * 1024)
/* Picture bytes encoded at once: with their characters they fit the first-level cache (12 KB + 16 KB). */
#define PART (12 * 1024)
#define BLOCK (PART / 3 * 4)
#define SEGMENTS 1024 /* at most; requests need fewer than ten */

static struct idocr_body *of_source(struct idocr_source *source)
{
    return (struct idocr_body *)(void *)source;
}

static uint64_t source_length(const struct idocr_source *source)
{
    return ((const struct idocr_body *)(const void *)source)->length;
}

static int source_read(struct idocr_source *source, void *into, size_t max, size_t *got)
{
    struct idocr_body *body = of_source(source);
    return idocr_body_read(body, &body->send, into, max, got, &body->error);
}

static int source_rewind(struct idocr_source *source)
{
    memset(&of_source(source)->send, 0, sizeof(struct idocr_cursor));
    return 0;
}

static const char *source_error(const struct idocr_source *source)
{
    const struct idocr_body *body = (const struct idocr_body *)(const void *)source;
    return body->error.message != NULL ? body->error.message : "no error";
}

size_t idocr_body_size(size_t capacity)
{
    if (capacity > SEGMENTS)
        return 0;
    return sizeof(struct idocr_body) + capacity * sizeof(struct idocr_segment);
}

void idocr_body_init(struct idocr_body *body, size_t capacity, bool fused)
{
    body->source.length = source_length;
    body->source.read = source_read;
    body->source.rewind = source_rewind;
    body->source.error = source_error;
    body->source.magic = IDOCR_SOURCE_MAGIC;
    body->capacity = capacity;
    body->fused = fused;
}

static int append(struct idocr_body *body, struct idocr_segment segment, struct idocr_error *error)
{
    uint64_t length;
    if (body->count == body->capacity || __builtin_add_overflow(body->length, segment.length, &length) || length > INT64_MAX)
        return idocr_fail(error, "too_long", "the body is too long", 0);
    body->segments[body->count++] = segment;
    body->length = length;
    return 0;
}

int idocr_body_add_literal(struct idocr_body *body, const char *text, size_t length, struct idocr_error *error)
{
    struct idocr_segment segment = {IDOCR_LITERAL, text, NULL, length};
    return append(body, segment, error);
}

/* Copies base64 text and percent-encodes +, / and =. Returns the length, up to 3 * `length`. */
static size_t expand(const char *text, size_t length, uint8_t *out)
{
    uint8_t *start = out;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c != '+' && c != '/' && c != '=') {
            *out++ = (uint8_t)c;
            continue;
        }
        memcpy(out, c == '+' ? "%2B" : c == '/' ? "%2F" : "%3D", 3);
        out += 3;
    }
    return (size_t)(out - start);
}

static int form_length(const struct idocr_image *image, uint64_t *length, struct idocr_error *error)
{
    uint8_t room[PART];
    char text[BLOCK];
    uint64_t total = 0;
    for (uint64_t offset = 0; offset < image->size;) {
        size_t slice = image->size - offset < PART ? (size_t)(image->size - offset) : PART;
        const uint8_t *at;
        if (idocr_image_view(image, offset, slice, room, &at, error) != 0)
            return -1;
        size_t chars = idocr_base64_encoded_length(slice);
        idocr_base64_encode(at, slice, text);
        size_t special = 0;
        for (size_t i = 0; i < chars; i++)
            special += (text[i] == '+') | (text[i] == '/') | (text[i] == '=');
        total += chars + 2 * special;
        offset += slice;
    }
    *length = total;
    return 0;
}

int idocr_body_add_image(struct idocr_body *body, struct idocr_image *image, enum idocr_encoding encoding,
                         struct idocr_error *error)
{
    struct idocr_segment segment = {encoding, NULL, image, image->size};
    if (image->size > (uint64_t)INT64_MAX / 16)
        return idocr_fail(error, "too_long", "the picture is too long", 0);
    if (encoding == IDOCR_BASE64)
        segment.length = (image->size + 2) / 3 * 4;
    else if (encoding == IDOCR_FORM && form_length(image, &segment.length, error) != 0)
        return -1;
    if (append(body, segment, error) != 0)
        return -1;
    idocr_image_retain(image);
    return 0;
}

void idocr_body_release(struct idocr_body *body)
{
    for (size_t i = 0; i < body->count; i++)
        if (body->segments[i].image != NULL)
            idocr_image_release(body->segments[i].image);
    body->count = 0;
    body->length = 0;
    body->hashing = body->hashed = false; /* the cursors are past the last segment now */
    memset(&body->send, 0, sizeof body->send);
    body->source.magic = 0; /* idocr.curl refuses a body without it */
}

static size_t smaller(uint64_t a, size_t b)
{
    return a < b ? (size_t)a : b;
}

static int read_raw(const struct idocr_segment *segment, uint64_t offset, uint8_t *into, size_t max, size_t *got,
                    struct idocr_error *error)
{
    size_t length = smaller(segment->length - offset, max);
    const uint8_t *at;
    if (idocr_image_view(segment->image, offset, length, into, &at, error) != 0)
        return -1;
    if (at != into)
        memcpy(into, at, length);
    *got = length;
    return 0;
}

/* Encodes whole groups directly into the caller's memory; a group that is cut at either end goes through a copy. */
static int read_base64(const struct idocr_segment *segment, uint64_t offset, uint8_t *into, size_t max, size_t *got,
                       struct idocr_error *error)
{
    uint8_t room[SLICE];
    uint64_t raw = offset / 4 * 3;
    size_t skip = (size_t)(offset % 4);
    const uint8_t *at;
    if (skip != 0 || max < 4) {
        char group[4];
        size_t length = smaller(segment->image->size - raw, 3);
        if (idocr_image_view(segment->image, raw, length, room, &at, error) != 0)
            return -1;
        idocr_base64_encode(at, length, group);
        *got = smaller(max, 4 - skip);
        memcpy(into, group + skip, *got);
        return 0;
    }
    size_t length = smaller(segment->image->size - raw, max < SLICE / 3 * 4 ? max / 4 * 3 : SLICE);
    if (idocr_image_view(segment->image, raw, length, room, &at, error) != 0)
        return -1;
    idocr_base64_encode(at, length, (char *)into);
    *got = idocr_base64_encoded_length(length);
    return 0;
}

static int read_form(const struct idocr_segment *segment, struct idocr_cursor *cursor, uint8_t *into, size_t max, size_t *got,
                     struct idocr_error *error)
{
    uint8_t room[PART];
    char text[BLOCK];
    const uint8_t *at;
    uint64_t left = segment->image->size - cursor->offset;
    if (cursor->first < cursor->last) {
        *got = smaller(max, cursor->last - cursor->first);
        memcpy(into, cursor->pending + cursor->first, *got);
        cursor->first += (unsigned)*got;
        return 0;
    }
    /* A group can become twelve characters. Where they may not fit, it is expanded into `pending` and read in parts. */
    size_t length = smaller(left, max < 12 ? 3 : smaller(max / 12 * 3, PART));
    if (idocr_image_view(segment->image, cursor->offset, length, room, &at, error) != 0)
        return -1;
    idocr_base64_encode(at, length, text);
    size_t chars = idocr_base64_encoded_length(length);
    cursor->offset += length;
    if (max >= 12) {
        *got = expand(text, chars, into);
        return 0;
    }
    cursor->first = 0;
    cursor->last = (unsigned)expand(text, chars, cursor->pending);
    return read_form(segment, cursor, into, max, got, error);
}

/* Reads some bytes of the segment at the cursor: *got == 0 at its end. */
static int read_segment(const struct idocr_segment *segment, struct idocr_cursor *cursor, uint8_t *into, size_t max, size_t *got,
                        struct idocr_error *error)
{
    *got = 0;
    if (segment->encoding == IDOCR_FORM) {
        if (cursor->offset == segment->image->size && cursor->first == cursor->last)
            return 0;
        return read_form(segment, cursor, into, max, got, error);
    }
    if (cursor->offset == segment->length)
        return 0;
    int result = 0;
    if (segment->encoding == IDOCR_LITERAL) {
        *got = smaller(segment->length - cursor->offset, max);
        memcpy(into, segment->literal + cursor->offset, *got);
    } else if (segment->encoding == IDOCR_RAW) {
        result = read_raw(segment, cursor->offset, into, max, got, error);
    } else {
        result = read_base64(segment, cursor->offset, into, max, got, error);
    }
    if (result == 0)
        cursor->offset += *got;
    return result;
}

int idocr_body_read(const struct idocr_body *body, struct idocr_cursor *cursor, uint8_t *into, size_t max, size_t *got,
                    struct idocr_error *error)
{
    size_t done = 0;
    while (done < max && cursor->segment < body->count) {
        size_t part;
        if (read_segment(&body->segments[cursor->segment], cursor, into + done, max - done, &part, error) != 0)
            return -1;
        done += part;
        if (part == 0)
            *cursor = (struct idocr_cursor){.segment = cursor->segment + 1};
    }
    *got = done;
    return 0;
}

/* Returns the bytes of the body to hash the ordinary way before idocr_base64_sha256 can continue at a block of the hash; SIZE_MAX
 * where no block begins at a base64 group. */
static size_t before_fusing(const struct idocr_body *body, const struct idocr_segment *segment)
{
    size_t waiting = idocr_sha256_waiting(&body->sha);
    if (!body->fused || segment->encoding != IDOCR_BASE64 || (body->hash.offset - waiting) % 4 != 0)
        return SIZE_MAX;
    return waiting > 0 ? IDOCR_SHA256_BLOCK - waiting : 0;
}

/* Hashes picture bytes with idocr_base64_sha256: whole blocks, then the rest of the picture. */
static int hash_fused(struct idocr_body *body, const struct idocr_segment *segment, uint64_t max, size_t *hashed,
                      struct idocr_error *error)
{
    uint8_t room[SLICE];
    const uint8_t *at;
    uint64_t raw = body->hash.offset / 4 * 3, left = segment->image->size - raw;
    uint64_t most = segment->image->bytes != NULL ? (uint64_t)SIZE_MAX / 4 / 48 * 48 : SLICE;
    if (max / 64 * 48 < most)
        most = max < 64 ? 48 : max / 64 * 48;
    size_t length = smaller(left, (size_t)most);
    if (idocr_image_view(segment->image, raw, length, room, &at, error) != 0)
        return -1;
    size_t blocks = idocr_base64_sha256(idocr_sha256_words(&body->sha), at, length);
    idocr_sha256_skip(&body->sha, blocks / 48);
    if (blocks < length) {
        char text[64];
        idocr_base64_encode(at + blocks, length - blocks, text);
        idocr_sha256_update(&body->sha, text, idocr_base64_encoded_length(length - blocks));
    }
    *hashed = idocr_base64_encoded_length(length);
    body->hash.offset += *hashed;
    return 0;
}

/* Hashes some bytes of the segment at the hash cursor: *hashed == 0 at its end. */
static int hash_segment(struct idocr_body *body, const struct idocr_segment *segment, uint64_t max, size_t *hashed,
                        struct idocr_error *error)
{
    *hashed = 0;
    if (segment->encoding == IDOCR_LITERAL) {
        *hashed = smaller(segment->length - body->hash.offset, max < SIZE_MAX ? (size_t)max : SIZE_MAX);
        idocr_sha256_update(&body->sha, segment->literal + body->hash.offset, *hashed);
        body->hash.offset += *hashed;
        return 0;
    }
    size_t before = before_fusing(body, segment);
    if (before == 0 && body->hash.offset < segment->length)
        return hash_fused(body, segment, max, hashed, error);
    uint8_t block[BLOCK];
    size_t want = smaller(max, before > 0 && before < sizeof block ? before : sizeof block);
    if (read_segment(segment, &body->hash, block, want, hashed, error) != 0)
        return -1;
    idocr_sha256_update(&body->sha, block, *hashed);
    return 0;
}

int idocr_body_hash(struct idocr_body *body, uint64_t max, bool *done, struct idocr_error *error)
{
    if (!body->hashed && !body->hashing) {
        idocr_sha256_init(&body->sha);
        memset(&body->hash, 0, sizeof body->hash);
        body->hashing = true;
    }
    for (uint64_t hashed = 0; !body->hashed && hashed < max;) {
        if (body->hash.segment == body->count) {
            idocr_sha256_final(&body->sha, body->digest);
            body->hashed = true;
            break;
        }
        size_t part;
        if (hash_segment(body, &body->segments[body->hash.segment], max - hashed, &part, error) != 0) {
            body->hashing = false;
            return -1;
        }
        hashed += part;
        if (part == 0)
            body->hash = (struct idocr_cursor){.segment = body->hash.segment + 1};
    }
    *done = body->hashed;
    return 0;
}
