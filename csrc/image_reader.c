/* SPDX-License-Identifier: MIT */
#include "image_reader.h"

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
