/* SPDX-License-Identifier: MIT
 *
 * Reads small pieces of a picture at any offset through a buffered window; decodes integers of both byte orders.
 */
#ifndef IDOCR_IMAGE_READER_H
#define IDOCR_IMAGE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "image.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

#define IDOCR_IMAGE_WINDOW 4096 /* bytes read at once */

/* A failed read is remembered, and every later peek returns NULL, so that a parser needs one check at its end. */
struct idocr_image_reader {
    const struct idocr_image *image; /* borrowed */
    struct idocr_error *error;       /* borrowed; filled when `failed` is set */
    bool failed;
    uint64_t start;
    size_t length;
    uint8_t window[IDOCR_IMAGE_WINDOW];
};

void idocr_image_reader_init(struct idocr_image_reader *reader, const struct idocr_image *image, struct idocr_error *error);

/* Returns `length` (at most IDOCR_IMAGE_WINDOW) bytes at `offset`, valid until the next call; NULL where the picture is
 * shorter or cannot be read. */
const uint8_t *idocr_image_peek(struct idocr_image_reader *reader, uint64_t offset, size_t length);

/* Returns the offset of the next JPEG marker at or after `from`: FF and a byte other than FF and 00. Skips restart markers unless
 * `restarts`. Returns the size of the picture where there is no marker. */
uint64_t idocr_image_next_marker(struct idocr_image_reader *reader, uint64_t from, bool restarts);

static inline uint32_t idocr_big16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t idocr_big32(const uint8_t *p)
{
    return idocr_big16(p) << 16 | idocr_big16(p + 2);
}

static inline uint32_t idocr_little16(const uint8_t *p)
{
    return (uint32_t)p[1] << 8 | p[0];
}

static inline uint32_t idocr_little24(const uint8_t *p)
{
    return idocr_little16(p) | (uint32_t)p[2] << 16;
}

static inline uint32_t idocr_little32(const uint8_t *p)
{
    return idocr_little16(p + 2) << 16 | idocr_little16(p);
}

IDOCR_HIDDEN_END

#endif
