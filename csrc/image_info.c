/* SPDX-License-Identifier: MIT
 *
 * Parses the header and the end of a picture: size in pixels, completeness, EXIF orientation.
 */
#include "image_info.h"

#include <stdbool.h>
#include <string.h>

#include "image_format.h"
#include "image_reader.h"

#define WINDOW IDOCR_IMAGE_WINDOW
#define STEPS 4096            /* segments or chunks followed before giving up */
#define CORNER 64             /* of the rows of a BMP, one in so many may be missing */
#define SCAN_LIMIT (64 << 20) /* bytes searched for the end of a JPEG that other data follows */

/* Returns the integer of a directory entry: TIFF 6.0 requires SHORT, writers also use BYTE and LONG; 0 for other types. */
static uint32_t exif_integer(const uint8_t *entry, bool little)
{
    unsigned type = little ? idocr_little16(entry + 2) : idocr_big16(entry + 2);
    uint32_t count = little ? idocr_little32(entry + 4) : idocr_big32(entry + 4);
    const uint8_t *p = entry + 8;
    if (count < 1)
        return 0;
    switch (type) {
    case 1: /* BYTE */
    case 6: /* SBYTE */ return count <= 4 ? p[0] : 0;
    case 3: /* SHORT */
    case 8: /* SSHORT */ return count <= 2 ? (little ? idocr_little16(p) : idocr_big16(p)) : 0;
    case 4: /* LONG */
    case 9: /* SLONG */ return count == 1 ? (little ? idocr_little32(p) : idocr_big32(p)) : 0;
    default: return 0;
    }
}

/* Reads the orientation from the TIFF structure of an EXIF block of `length` bytes at `offset`: the first directory, tag 0x0112. */
static unsigned exif_orientation(struct idocr_image_reader *reader, uint64_t offset, uint64_t length)
{
    const uint8_t *p = length >= 8 ? idocr_image_peek(reader, offset, 8) : NULL;
    if (p == NULL || (memcmp(p, "II*\0", 4) != 0 && memcmp(p, "MM\0*", 4) != 0))
        return 0;
    bool little = p[0] == 'I';
    uint64_t directory = little ? idocr_little32(p + 4) : idocr_big32(p + 4);
    if (directory > length || length - directory < 2 || (p = idocr_image_peek(reader, offset + directory, 2)) == NULL)
        return 0;
    unsigned entries = little ? idocr_little16(p) : idocr_big16(p);
    for (unsigned i = 0; i < entries; i++) {
        uint64_t entry = directory + 2 + UINT64_C(12) * i;
        if (entry > length || length - entry < 12 || (p = idocr_image_peek(reader, offset + entry, 12)) == NULL)
            return 0;
        if ((little ? idocr_little16(p) : idocr_big16(p)) != 0x0112)
            continue;
        uint32_t value = exif_integer(p, little);
        return value >= 1 && value <= 8 ? value : 0;
    }
    return 0;
}

/* Returns whether FF and `marker` occur at or after `from`; searches the last bytes first, where the end marker usually is. */
static bool find_marker(struct idocr_image_reader *reader, uint64_t from, uint8_t marker)
{
    uint64_t size = reader->image->size;
    uint64_t tail = size - from > WINDOW ? size - WINDOW : from;
    for (int pass = 0; pass < 2; pass++) {
        /* Entropy-coded data never holds FF D9, so the first one after the scan begins is the end of the picture. */
        for (uint64_t at = pass == 0 ? tail : from; at + 1 < size;) {
            if (at - from > SCAN_LIMIT && pass == 1)
                return false;
            size_t length = size - at < WINDOW ? (size_t)(size - at) : WINDOW;
            const uint8_t *p = idocr_image_peek(reader, at, length);
            if (p == NULL)
                return false;
            const uint8_t *end = p + length;
            while ((p = memchr(p, 0xff, (size_t)(end - p))) != NULL && p + 1 < end)
                if (*++p == marker)
                    return true;
            at += length - 1; /* the pair may lie across two windows */
        }
    }
    return false;
}

/* Parses an EXIF block outside of a JPEG; some writers keep the prefix of the JPEG segment. */
static unsigned exif_block(struct idocr_image_reader *reader, uint64_t offset, uint64_t length)
{
    const uint8_t *p = length >= 6 ? idocr_image_peek(reader, offset, 6) : NULL;
    unsigned skip = p != NULL && memcmp(p, "Exif", 5) == 0 ? 6 : 0;
    return exif_orientation(reader, offset + skip, length - skip);
}

static void set_size(struct idocr_image_info *info, uint32_t width, uint32_t height)
{
    info->width = width;
    info->height = height;
    info->measured = true;
}

static void inspect_jpeg(struct idocr_image_reader *reader, struct idocr_image_info *info)
{
    uint64_t at = 2;
    info->complete = IDOCR_COMPLETE_NO;
    for (int step = 0; step < STEPS; step++) {
        at = idocr_image_next_marker(reader, at, true);
        const uint8_t *p = idocr_image_peek(reader, at, 4);
        if (p == NULL || p[1] == 0xd9)
            return; /* the end before any scan: nothing to decode */
        unsigned marker = p[1], length = idocr_big16(p + 2);
        if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8) || length < 2) {
            at += 2;
            continue;
        }
        if (marker == 0xda) {
            /* A missing end marker proves nothing: jpeg_walk.h counts the blocks. */
            info->complete = find_marker(reader, at, 0xd9) ? IDOCR_COMPLETE_YES : IDOCR_COMPLETE_UNKNOWN;
            if (info->measured && info->height == 0 && find_marker(reader, at, 0xdc))
                info->measured = false; /* a DNL segment after the first scan declares the height */
            return;
        }
        bool frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        if (frame && length >= 8 && !info->measured && (p = idocr_image_peek(reader, at + 5, 4)) != NULL)
            set_size(info, idocr_big16(p + 2), idocr_big16(p));
        if (marker == 0xe1 && length >= 16 && info->orientation == 0 && (p = idocr_image_peek(reader, at + 4, 6)) != NULL &&
            memcmp(p, "Exif", 5) == 0)
            info->orientation = exif_orientation(reader, at + 10, length - 8);
        at += 2 + (uint64_t)length;
    }
    info->complete = IDOCR_COMPLETE_UNKNOWN;
}

/* Returns whether `needle` occurs in the last WINDOW bytes. */
static bool find_in_tail(struct idocr_image_reader *reader, const void *needle, size_t length)
{
    uint64_t size = reader->image->size;
    size_t span = size < WINDOW ? (size_t)size : WINDOW;
    const uint8_t *p = idocr_image_peek(reader, size - span, span);
    for (size_t i = 0; p != NULL && span >= length && i <= span - length; i++)
        if (memcmp(p + i, needle, length) == 0)
            return true;
    return false;
}

/* A PNG lacks pixels when it ends before or inside its IDAT chunks. The chunks after them and the checksum of the last one may be
 * missing. */
static void inspect_png(struct idocr_image_reader *reader, struct idocr_image_info *info)
{
    bool pixels = false;
    uint64_t at = 8, size = reader->image->size;
    const uint8_t *p = NULL;
    info->complete = IDOCR_COMPLETE_NO;
    for (int step = 0; step < STEPS && (p = idocr_image_peek(reader, at, 8)) != NULL; step++) {
        uint32_t length = idocr_big32(p);
        uint8_t name[4];
        memcpy(name, p + 4, 4);
        if (memcmp(name, "IEND", 4) == 0) {
            info->complete = idocr_image_peek(reader, at, 12) != NULL ? IDOCR_COMPLETE_YES
                             : pixels                                 ? IDOCR_COMPLETE_UNKNOWN
                                                                      : IDOCR_COMPLETE_NO;
            return;
        }
        if (length > INT32_MAX)
            break;
        if (memcmp(name, "IHDR", 4) == 0 && !info->measured && (p = idocr_image_peek(reader, at + 8, 8)) != NULL)
            set_size(info, idocr_big32(p), idocr_big32(p + 4));
        if (memcmp(name, "eXIf", 4) == 0 && info->orientation == 0)
            info->orientation = exif_block(reader, at + 8, length);
        if (memcmp(name, "IDAT", 4) == 0) {
            if (at + 8 + length > size)
                return;
            pixels = true;
        }
        at += UINT64_C(12) + length;
    }
    if (p != NULL && find_in_tail(reader, "\0\0\0\0IEND\xae\x42\x60\x82", 12)) /* more chunks than are followed */
        info->complete = IDOCR_COMPLETE_YES;
    else if (pixels)
        info->complete = IDOCR_COMPLETE_UNKNOWN;
}

static void inspect_bmp(struct idocr_image_reader *reader, struct idocr_image_info *info)
{
    const uint8_t *p = idocr_image_peek(reader, 0, 26);
    if (p == NULL) {
        info->complete = IDOCR_COMPLETE_NO;
        return;
    }
    uint32_t data = idocr_little32(p + 10), header = idocr_little32(p + 14);
    if (header == 12) { /* OS/2 */
        set_size(info, idocr_little16(p + 18), idocr_little16(p + 20));
        return;
    }
    if (header < 40 || (p = idocr_image_peek(reader, 0, 34)) == NULL)
        return;
    uint32_t width = idocr_little32(p + 18), height = idocr_little32(p + 22), bits = idocr_little16(p + 28),
             compression = idocr_little32(p + 30);
    if (height > INT32_MAX)
        height = 0 - height; /* negative: stored from the top */
    if (width > INT32_MAX || height > INT32_MAX)
        return;
    set_size(info, width, height);
    if ((compression != 0 && compression != 3) || bits > 32)
        return;
    uint64_t row = ((uint64_t)width * bits + 31) / 32 * 4; /* rows end on 4 bytes */
    uint64_t size = reader->image->size, there = size > data ? size - data : 0;
    if (row == 0 || height <= there / row)
        info->complete = IDOCR_COMPLETE_YES;
    else if (height - there / row > height / CORNER + 1) /* a few last rows may be missing: programs show the others */
        info->complete = IDOCR_COMPLETE_NO;
}

static void inspect_gif(struct idocr_image_reader *reader, struct idocr_image_info *info)
{
    const uint8_t *p = idocr_image_peek(reader, 6, 4);
    if (p != NULL) {
        set_size(info, idocr_little16(p), idocr_little16(p + 2));
    }
    /* The trailer is the byte 3B; some writers fill up with zeros. */
    uint64_t size = reader->image->size;
    size_t span = size < 64 ? (size_t)size : 64;
    p = idocr_image_peek(reader, size - span, span);
    while (p != NULL && span > 0 && p[span - 1] == 0)
        span--;
    info->complete = p != NULL && span > 0 && p[span - 1] == 0x3b ? IDOCR_COMPLETE_YES : IDOCR_COMPLETE_NO;
}

/* Reads width and height from the first chunk: eight bytes of name and length, ten of payload. */
static void webp_size(const uint8_t *chunk, struct idocr_image_info *info)
{
    const uint8_t *payload = chunk + 8;
    if (memcmp(chunk, "VP8X", 4) == 0) {
        set_size(info, idocr_little24(payload + 4) + 1, idocr_little24(payload + 7) + 1);
    } else if (memcmp(chunk, "VP8L", 4) == 0 && payload[0] == 0x2f) {
        uint32_t bits = idocr_little32(payload + 1);
        set_size(info, (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
    } else if (memcmp(chunk, "VP8 ", 4) == 0 && memcmp(payload + 3, "\x9d\x01\x2a", 3) == 0) {
        set_size(info, idocr_little16(payload + 6) & 0x3fff, idocr_little16(payload + 8) & 0x3fff);
    }
}

static void inspect_webp(struct idocr_image_reader *reader, struct idocr_image_info *info)
{
    const uint8_t *p = idocr_image_peek(reader, 0, 12);
    uint64_t end = UINT64_C(8) + (p != NULL ? idocr_little32(p + 4) : 0);
    info->complete = end <= reader->image->size ? IDOCR_COMPLETE_YES : IDOCR_COMPLETE_NO;
    uint64_t at = 12;
    for (int step = 0; step < STEPS && at < end && (p = idocr_image_peek(reader, at, 8)) != NULL; step++) {
        uint32_t length = idocr_little32(p + 4);
        if (memcmp(p, "EXIF", 4) == 0) {
            info->orientation = exif_block(reader, at + 8, length);
            return;
        }
        if (!info->measured && (p = idocr_image_peek(reader, at, 18)) != NULL)
            webp_size(p, info);
        at += UINT64_C(8) + length + (length & 1);
    }
}

int idocr_image_inspect(const struct idocr_image *image, struct idocr_image_info *info, struct idocr_error *error)
{
    static const struct {
        const char *format;
        void (*inspect)(struct idocr_image_reader *, struct idocr_image_info *);
    } INSPECTORS[] = {
        {"jpeg", inspect_jpeg}, {"png", inspect_png}, {"bmp", inspect_bmp}, {"gif", inspect_gif}, {"webp", inspect_webp}};
    struct idocr_image_reader reader;
    idocr_image_reader_init(&reader, image, error);
    memset(info, 0, sizeof *info);
    size_t length = image->size < IDOCR_IMAGE_HEAD ? (size_t)image->size : IDOCR_IMAGE_HEAD;
    const uint8_t *head = idocr_image_peek(&reader, 0, length);
    if (head != NULL)
        info->format = idocr_image_format(head, length);
    for (size_t i = 0; info->format != NULL && i < sizeof INSPECTORS / sizeof INSPECTORS[0]; i++)
        if (strcmp(info->format, INSPECTORS[i].format) == 0)
            INSPECTORS[i].inspect(&reader, info);
    /* Not required: readers repair a PDF without its last line, or with data after it. */
    if (info->format != NULL && strcmp(info->format, "pdf") == 0 && find_in_tail(&reader, "%%EOF", 5))
        info->complete = IDOCR_COMPLETE_YES;
    return reader.failed ? -1 : 0;
}
