/* SPDX-License-Identifier: MIT
 *
 * Reads small pieces of a picture at any offset through a buffered window.
 */
#include "image_reader.h"

#include <string.h>

void idocr_image_reader_init(struct idocr_image_reader *reader, const struct idocr_image *image, struct idocr_error *error)
{
    reader->image = image;
    reader->error = error;
    reader->failed = false;
    reader->start = 0;
    reader->length = 0;
}

const uint8_t *idocr_image_peek(struct idocr_image_reader *reader, uint64_t offset, size_t length)
{
    const struct idocr_image *image = reader->image;
    if (reader->failed || offset > image->size || length > image->size - offset)
        return NULL;
    if (idocr_image_memory(image) != NULL)
        return idocr_image_memory(image) + offset;
    if (offset < reader->start || offset - reader->start > reader->length ||
        length > reader->length - (size_t)(offset - reader->start)) {
        const uint8_t *at;
        size_t want = image->size - offset < IDOCR_IMAGE_WINDOW ? (size_t)(image->size - offset) : IDOCR_IMAGE_WINDOW;
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

uint64_t idocr_image_next_marker(struct idocr_image_reader *reader, uint64_t from, bool restarts)
{
    uint64_t size = reader->image->size;
    while (from + 1 < size) {
        size_t length = size - from < IDOCR_IMAGE_WINDOW ? (size_t)(size - from) : IDOCR_IMAGE_WINDOW;
        const uint8_t *start = idocr_image_peek(reader, from, length), *p = start;
        if (p == NULL)
            return size;
        const uint8_t *end = start + length;
        for (; (p = memchr(p, 0xff, (size_t)(end - p))) != NULL && p + 1 < end; p++)
            if (p[1] != 0x00 && p[1] != 0xff && (restarts || p[1] < 0xd0 || p[1] > 0xd7))
                return from + (uint64_t)(p - start);
        from += length - 1; /* the pair may lie across two windows */
    }
    return size;
}
