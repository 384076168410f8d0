/* SPDX-License-Identifier: MIT */
#include "image_info.h"

#include <stdbool.h>
#include <string.h>

#define WINDOW 4096          /* bytes read at once */
#define STEPS 4096           /* segments or chunks followed before giving up */
#define SCAN_LIMIT (64 << 20) /* bytes searched for the end of a JPEG that other data follows */

/* A look through a window at any place of the picture. A failed read is remembered and everything after it is "not there",
 * so that the parsers need one check at their end. */
struct reader {
    const struct idocr_image *image;
    struct idocr_error *error;
    bool failed;
    uint64_t start;
    size_t length;
    uint8_t window[WINDOW];
};

/* `length` (at most WINDOW) bytes at `offset`, or NULL where the picture is shorter. */
static const uint8_t *peek(struct reader *reader, uint64_t offset, size_t length)
{
    const struct idocr_image *image = reader->image;
    if (reader->failed || offset > image->size || length > image->size - offset)
        return NULL;
    if (idocr_image_memory(image) != NULL)
        return idocr_image_memory(image) + offset;
    if (offset < reader->start || offset - reader->start > reader->length ||
        length > reader->length - (size_t)(offset - reader->start)) {
        const uint8_t *at;
        size_t want = image->size - offset < WINDOW ? (size_t)(image->size - offset) : WINDOW;
        reader->length = 0;
        if (idocr_image_view(image, offset, want, reader->window, &at, reader->error) != 0) {
            reader->failed = true;
            return NULL;
        }
        reader->start = offset;
        reader->length = want;
    }
    return reader->window + (offset - reader->start);
}

static uint32_t big16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t big32(const uint8_t *p)
{
    return big16(p) << 16 | big16(p + 2);
}

static uint32_t little16(const uint8_t *p)
{
    return (uint32_t)p[1] << 8 | p[0];
}

static uint32_t little24(const uint8_t *p)
{
    return little16(p) | (uint32_t)p[2] << 16;
}

static uint32_t little32(const uint8_t *p)
{
    return little16(p + 2) << 16 | little16(p);
}

/* Orientation from the TIFF structure of an EXIF block of `length` bytes at `offset`: the first directory, tag 0x0112. */
static unsigned exif_orientation(struct reader *reader, uint64_t offset, uint64_t length)
{
    const uint8_t *p = length >= 8 ? peek(reader, offset, 8) : NULL;
    if (p == NULL || (memcmp(p, "II*\0", 4) != 0 && memcmp(p, "MM\0*", 4) != 0))
        return 0;
    bool little = p[0] == 'I';
    uint64_t directory = little ? little32(p + 4) : big32(p + 4);
    if (directory > length || length - directory < 2 || (p = peek(reader, offset + directory, 2)) == NULL)
        return 0;
    unsigned entries = little ? little16(p) : big16(p);
    for (unsigned i = 0; i < entries; i++) {
        uint64_t entry = directory + 2 + UINT64_C(12) * i;
        if (entry > length || length - entry < 12 || (p = peek(reader, offset + entry, 12)) == NULL)
            return 0;
        if ((little ? little16(p) : big16(p)) != 0x0112)
            continue;
        unsigned type = little ? little16(p + 2) : big16(p + 2);
        unsigned value = little ? little16(p + 8) : big16(p + 8);
        return type == 3 && value >= 1 && value <= 8 ? value : 0;
    }
    return 0;
}

/* Whether the two bytes occur at or after `from`; looks at the last bytes first, where they are in a sound file. */
static enum idocr_completeness find_jpeg_end(struct reader *reader, uint64_t from)
{
    uint64_t size = reader->image->size;
    uint64_t tail = size - from > WINDOW ? size - WINDOW : from;
    for (int pass = 0; pass < 2; pass++) {
        /* Entropy-coded data never holds FF D9, so the first one after the scan begins is the end of the picture. */
        for (uint64_t at = pass == 0 ? tail : from; at + 1 < size;) {
            if (at - from > SCAN_LIMIT && pass == 1)
                return IDOCR_COMPLETE_UNKNOWN;
            size_t length = size - at < WINDOW ? (size_t)(size - at) : WINDOW;
            const uint8_t *p = peek(reader, at, length);
            if (p == NULL)
                return IDOCR_COMPLETE_UNKNOWN;
            const uint8_t *end = p + length;
            while ((p = memchr(p, 0xff, (size_t)(end - p))) != NULL && p + 1 < end)
                if (*++p == 0xd9)
                    return IDOCR_COMPLETE_YES;
            at += length - 1; /* the pair may lie across two windows */
        }
    }
    return IDOCR_COMPLETE_NO;
}

static void inspect_jpeg(struct reader *reader, struct idocr_image_info *info)
{
    uint64_t at = 2;
    info->complete = IDOCR_COMPLETE_NO;
    for (int step = 0; step < STEPS; step++) {
        const uint8_t *p = peek(reader, at, 2);
        if (p == NULL || p[0] != 0xff)
            return;
        unsigned marker = p[1];
        if (marker == 0xff) { /* fill byte */
            at++;
            continue;
        }
        if (marker == 0xd9)
            return; /* the end before any picture */
        if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
            at += 2;
            continue;
        }
        p = peek(reader, at, 4);
        unsigned length = p == NULL ? 0 : big16(p + 2);
        if (length < 2)
            return;
        if (marker == 0xda) {
            info->complete = find_jpeg_end(reader, at);
            return;
        }
        bool frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        if (frame && length >= 8 && info->width == 0 && (p = peek(reader, at + 5, 4)) != NULL) {
            info->height = big16(p);
            info->width = big16(p + 2);
        }
        if (marker == 0xe1 && length >= 16 && info->orientation == 0 && (p = peek(reader, at + 4, 6)) != NULL &&
            memcmp(p, "Exif\0", 6) == 0)
            info->orientation = exif_orientation(reader, at + 10, length - 8);
        at += 2 + (uint64_t)length;
    }
    info->complete = IDOCR_COMPLETE_UNKNOWN;
}

/* Whether `needle` occurs in the last WINDOW bytes. */
static enum idocr_completeness find_in_tail(struct reader *reader, const void *needle, size_t length)
{
    uint64_t size = reader->image->size;
    size_t span = size < WINDOW ? (size_t)size : WINDOW;
    const uint8_t *p = peek(reader, size - span, span);
    for (size_t i = 0; p != NULL && span >= length && i <= span - length; i++)
        if (memcmp(p + i, needle, length) == 0)
            return IDOCR_COMPLETE_YES;
    return IDOCR_COMPLETE_NO;
}

static void inspect_png(struct reader *reader, struct idocr_image_info *info)
{
    const uint8_t *p = peek(reader, 8, 16);
    if (p != NULL && memcmp(p + 4, "IHDR", 4) == 0) {
        info->width = big32(p + 8);
        info->height = big32(p + 12);
    }
    info->complete = IDOCR_COMPLETE_NO;
    uint64_t at = 8;
    for (int step = 0; step < STEPS && (p = peek(reader, at, 8)) != NULL; step++) {
        uint32_t length = big32(p);
        if (length > INT32_MAX)
            return;
        if (memcmp(p + 4, "IEND", 4) == 0) {
            if (peek(reader, at, 12) != NULL)
                info->complete = IDOCR_COMPLETE_YES;
            return;
        }
        if (memcmp(p + 4, "eXIf", 4) == 0 && info->orientation == 0)
            info->orientation = exif_orientation(reader, at + 8, length);
        at += UINT64_C(12) + length;
    }
    /* Very many chunks: the last bytes tell. */
    if (p != NULL)
        info->complete = find_in_tail(reader, "\0\0\0\0IEND\xae\x42\x60\x82", 12);
}

static void inspect_bmp(struct reader *reader, struct idocr_image_info *info)
{
    const uint8_t *p = peek(reader, 0, 26);
    if (p == NULL) {
        info->complete = IDOCR_COMPLETE_NO;
        return;
    }
    uint32_t data = little32(p + 10), header = little32(p + 14);
    if (header == 12) { /* OS/2 */
        info->width = little16(p + 18);
        info->height = little16(p + 20);
        return;
    }
    if (header < 40 || (p = peek(reader, 0, 34)) == NULL)
        return;
    uint32_t width = little32(p + 18), height = little32(p + 22), bits = little16(p + 28), compression = little32(p + 30);
    if (height > INT32_MAX)
        height = 0 - height; /* negative: stored from the top */
    if (width > INT32_MAX || height > INT32_MAX)
        return;
    info->width = width;
    info->height = height;
    if ((compression == 0 || compression == 3) && bits <= 32) {
        uint64_t row = ((uint64_t)width * bits + 31) / 32 * 4; /* rows end on 4 bytes */
        info->complete = data + row * height <= reader->image->size ? IDOCR_COMPLETE_YES : IDOCR_COMPLETE_NO;
    }
}

static void inspect_gif(struct reader *reader, struct idocr_image_info *info)
{
    const uint8_t *p = peek(reader, 6, 4);
    if (p != NULL) {
        info->width = little16(p);
        info->height = little16(p + 2);
    }
    /* The trailer is the byte 3B; some writers fill up with zeros. */
    uint64_t size = reader->image->size;
    size_t span = size < 64 ? (size_t)size : 64;
    p = peek(reader, size - span, span);
    while (p != NULL && span > 0 && p[span - 1] == 0)
        span--;
    info->complete = p != NULL && span > 0 && p[span - 1] == 0x3b ? IDOCR_COMPLETE_YES : IDOCR_COMPLETE_NO;
}

/* Pixels from the first chunk that tells them: eight bytes of name and length, ten of its payload. */
static void webp_size(const uint8_t *chunk, struct idocr_image_info *info)
{
    const uint8_t *payload = chunk + 8;
    if (memcmp(chunk, "VP8X", 4) == 0) {
        info->width = little24(payload + 4) + 1;
        info->height = little24(payload + 7) + 1;
    } else if (memcmp(chunk, "VP8L", 4) == 0 && payload[0] == 0x2f) {
        uint32_t bits = little32(payload + 1);
        info->width = (bits & 0x3fff) + 1;
        info->height = (bits >> 14 & 0x3fff) + 1;
    } else if (memcmp(chunk, "VP8 ", 4) == 0 && memcmp(payload + 3, "\x9d\x01\x2a", 3) == 0) {
        info->width = little16(payload + 6) & 0x3fff;
        info->height = little16(payload + 8) & 0x3fff;
    }
}

static void inspect_webp(struct reader *reader, struct idocr_image_info *info)
{
    const uint8_t *p = peek(reader, 0, 12);
    uint64_t end = UINT64_C(8) + (p != NULL ? little32(p + 4) : 0);
    info->complete = end <= reader->image->size ? IDOCR_COMPLETE_YES : IDOCR_COMPLETE_NO;
    uint64_t at = 12;
    for (int step = 0; step < STEPS && at < end && (p = peek(reader, at, 8)) != NULL; step++) {
        uint32_t length = little32(p + 4);
        if (memcmp(p, "EXIF", 4) == 0) {
            /* Some writers keep the prefix that a JPEG has. */
            unsigned skip = length >= 6 && (p = peek(reader, at + 8, 6)) != NULL && memcmp(p, "Exif\0", 6) == 0 ? 6 : 0;
            info->orientation = exif_orientation(reader, at + 8 + skip, length - skip);
            return;
        }
        if (info->width == 0 && (p = peek(reader, at, 18)) != NULL)
            webp_size(p, info);
        at += UINT64_C(8) + length + (length & 1);
    }
}

/* The signature may stand anywhere in the first 1024 bytes (ISO 32000-1, annex H). */
static bool is_pdf(struct reader *reader)
{
    uint64_t size = reader->image->size;
    size_t span = size < 1024 ? (size_t)size : 1024;
    const uint8_t *p = peek(reader, 0, span);
    for (size_t i = 0; p != NULL && span >= 5 && i <= span - 5; i++)
        if (memcmp(p + i, "%PDF-", 5) == 0)
            return true;
    return false;
}

int idocr_image_inspect(const struct idocr_image *image, struct idocr_image_info *info, struct idocr_error *error)
{
    struct reader reader;
    reader.image = image;
    reader.error = error;
    reader.failed = false;
    reader.start = 0;
    reader.length = 0;
    memset(info, 0, sizeof *info);
    size_t length = image->size < 12 ? (size_t)image->size : 12;
    uint8_t head[12] = {0};
    const uint8_t *p = peek(&reader, 0, length);
    if (p != NULL)
        memcpy(head, p, length);
    if (memcmp(head, "\xff\xd8\xff", 3) == 0) {
        info->format = "jpeg";
        inspect_jpeg(&reader, info);
    } else if (memcmp(head, "\x89PNG\r\n\x1a\n", 8) == 0) {
        info->format = "png";
        inspect_png(&reader, info);
    } else if (memcmp(head, "GIF87a", 6) == 0 || memcmp(head, "GIF89a", 6) == 0) {
        info->format = "gif";
        inspect_gif(&reader, info);
    } else if (memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WEBP", 4) == 0) {
        info->format = "webp";
        inspect_webp(&reader, info);
    } else if (memcmp(head, "BM", 2) == 0) {
        info->format = "bmp";
        inspect_bmp(&reader, info);
    } else if (is_pdf(&reader)) {
        info->format = "pdf";
        info->complete = find_in_tail(&reader, "%%EOF", 5);
    }
    return reader.failed ? -1 : 0;
}
