/* SPDX-License-Identifier: MIT
 *
 * Decodes JPEG and PNG from slices of bytes for pixels.h. JPEG is decoded at the smallest sufficient scale, so that a photo of 12
 * million pixels takes milliseconds.
 */
#ifndef IDOCR_PIXELS_DECODE_H
#define IDOCR_PIXELS_DECODE_H

#include <stddef.h>

#include "pixels.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

struct idocr_decoder; /* owns all of its memory */

enum idocr_decoder_state {
    IDOCR_DECODER_MORE,        /* needs more bytes */
    IDOCR_DECODER_DONE,        /* all rows are decoded; further bytes are ignored */
    IDOCR_DECODER_UNSUPPORTED, /* neither JPEG nor PNG */
    IDOCR_DECODER_BROKEN,      /* the data is damaged */
    IDOCR_DECODER_TOO_LARGE,   /* more pixels or scans than the limits in pixels_internal.h */
    IDOCR_DECODER_NO_MEMORY,
};

/* Makes a decoder. NULL: out of memory. */
struct idocr_decoder *idocr_decoder_new(void);

/* Decodes the next slice. An error state stays. */
enum idocr_decoder_state idocr_decoder_feed(struct idocr_decoder *decoder, const void *bytes, size_t length);

/* Measures the rows so far, of a file that ends early too. -1: no row was decoded. */
int idocr_decoder_measure(struct idocr_decoder *decoder, struct idocr_measures *measures);

/* Returns "jpeg", "png", or NULL while there are too few bytes to tell. */
const char *idocr_decoder_format(const struct idocr_decoder *decoder);

void idocr_decoder_free(struct idocr_decoder *decoder);

IDOCR_HIDDEN_END

#endif
