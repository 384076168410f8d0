/* SPDX-License-Identifier: MIT
 *
 * Feeds slices of a picture to the decoder of its format and hands the rows to pixels.c.
 */
#include <stdlib.h>
#include <string.h>

#include "pixels_internal.h"

#define MOST_KEPT (1024 * 1024) /* bytes that a decoder may leave unread; a JPEG segment has at most 64 KiB */

struct idocr_decoder {
    enum idocr_decoder_state state;
    struct idocr_jpeg *jpeg;
    struct idocr_png *png;
    struct idocr_pixels pixels;
    uint8_t *kept; /* unread bytes; owned */
    size_t length, room;
};

struct idocr_decoder *idocr_decoder_new(void)
{
    return calloc(1, sizeof(struct idocr_decoder));
}

/* Appends to the unread bytes. */
static enum idocr_decoder_state keep(struct idocr_decoder *decoder, const void *bytes, size_t length)
{
    if (length > SIZE_MAX / 4 || decoder->length > SIZE_MAX / 4)
        return IDOCR_DECODER_TOO_LARGE;
    size_t needed = decoder->length + length;
    if (needed > decoder->room) {
        size_t room = decoder->room * 2 > needed ? decoder->room * 2 : needed;
        uint8_t *more = realloc(decoder->kept, room);
        if (more == NULL)
            return IDOCR_DECODER_NO_MEMORY;
        decoder->kept = more;
        decoder->room = room;
    }
    memcpy(decoder->kept + decoder->length, bytes, length);
    decoder->length = needed;
    return IDOCR_DECODER_MORE;
}

/* Selects the decoder by the first bytes. */
static enum idocr_decoder_state sniff(struct idocr_decoder *decoder)
{
    static const uint8_t jpeg[] = {0xFF, 0xD8, 0xFF}, png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    size_t n = decoder->length;
    if (memcmp(decoder->kept, jpeg, n < sizeof jpeg ? n : sizeof jpeg) == 0) {
        if (n < sizeof jpeg)
            return IDOCR_DECODER_MORE;
        decoder->jpeg = idocr_jpeg_new(&decoder->pixels);
        return decoder->jpeg != NULL ? IDOCR_DECODER_MORE : IDOCR_DECODER_NO_MEMORY;
    }
    if (memcmp(decoder->kept, png, n < sizeof png ? n : sizeof png) == 0) {
        if (n < sizeof png)
            return IDOCR_DECODER_MORE;
        decoder->png = idocr_png_new(&decoder->pixels);
        return decoder->png != NULL ? IDOCR_DECODER_MORE : IDOCR_DECODER_NO_MEMORY;
    }
    return IDOCR_DECODER_UNSUPPORTED;
}

enum idocr_decoder_state idocr_decoder_feed(struct idocr_decoder *decoder, const void *bytes, size_t length)
{
    if (decoder->state != IDOCR_DECODER_MORE || length == 0)
        return decoder->state;
    enum idocr_decoder_state state = keep(decoder, bytes, length);
    if (state == IDOCR_DECODER_MORE && decoder->jpeg == NULL && decoder->png == NULL)
        state = sniff(decoder);
    size_t used = 0;
    if (state == IDOCR_DECODER_MORE && decoder->jpeg != NULL) {
        state = idocr_jpeg_feed(decoder->jpeg, decoder->kept, decoder->length, &used);
    } else if (state == IDOCR_DECODER_MORE && decoder->png != NULL) {
        state = idocr_png_feed(decoder->png, decoder->kept, decoder->length);
        used = decoder->length; /* libpng buffers unread bytes itself */
    }
    memmove(decoder->kept, decoder->kept + used, decoder->length - used);
    decoder->length -= used;
    if (state == IDOCR_DECODER_MORE && decoder->length > MOST_KEPT + length)
        state = IDOCR_DECODER_TOO_LARGE;
    decoder->state = state;
    return state;
}

int idocr_decoder_measure(struct idocr_decoder *decoder, struct idocr_measures *measures)
{
    return decoder->pixels.small == NULL ? -1 : idocr_pixels_measure(&decoder->pixels, measures);
}

const char *idocr_decoder_format(const struct idocr_decoder *decoder)
{
    return decoder->jpeg != NULL ? "jpeg" : decoder->png != NULL ? "png" : NULL;
}

void idocr_decoder_free(struct idocr_decoder *decoder)
{
    if (decoder == NULL)
        return;
    idocr_jpeg_free(decoder->jpeg);
    idocr_png_free(decoder->png);
    idocr_pixels_close(&decoder->pixels);
    free(decoder->kept);
    free(decoder);
}
