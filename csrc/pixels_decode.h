/* SPDX-License-Identifier: MIT
 *
 * JPEG and PNG, pushed in as slices of bytes: no file, no socket, nothing held but what the decoder still
 * needs. JPEG is decoded at the smallest scale that still covers what is measured, so a photo of 12 million
 * pixels takes milliseconds.
 */
#ifndef IDOCR_PIXELS_DECODE_H
#define IDOCR_PIXELS_DECODE_H

#include <stddef.h>

#include "pixels.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

struct idocr_decoder; /* owns everything it makes */

enum idocr_decoder_state {
    IDOCR_DECODER_MORE,        /* wants more bytes */
    IDOCR_DECODER_DONE,        /* every row has come in; further bytes are ignored */
    IDOCR_DECODER_UNSUPPORTED, /* neither JPEG nor PNG */
    IDOCR_DECODER_BROKEN,      /* the bytes are no picture of that kind */
    IDOCR_DECODER_TOO_LARGE,   /* more pixels, or more passes over them, than an honest picture has */
    IDOCR_DECODER_NO_MEMORY,
};

/* NULL: no memory. */
struct idocr_decoder *idocr_decoder_new(void);

/* Takes the next slice. Once it is neither MORE nor DONE, the state stays. */
enum idocr_decoder_state idocr_decoder_feed(struct idocr_decoder *decoder, const void *bytes, size_t length);

/* Measures the rows so far; a file that ends early is measured as far as it goes. -1: not one row came in. */
int idocr_decoder_measure(struct idocr_decoder *decoder, struct idocr_measures *measures);

/* "jpeg", "png", or NULL before enough bytes came in. */
const char *idocr_decoder_format(const struct idocr_decoder *decoder);

void idocr_decoder_free(struct idocr_decoder *decoder);

IDOCR_HIDDEN_END

#endif
