/* SPDX-License-Identifier: MIT
 *
 * Makes a picture fit what a service takes: decodes it, scales it down, turns it upright, converts it to sRGB on white, and
 * encodes a JPEG without metadata. Rows pass from the decoder through the scaler to the encoder, so that the memory does not depend
 * on the size of a picture whose format can be decoded row by row. The work is done in steps, so that an event loop can run in
 * between.
 */
#ifndef IDOCR_FIT_H
#define IDOCR_FIT_H

#include <stddef.h>
#include <stdint.h>

#include "fit_decoder.h"
#include "source.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

struct idocr_fit; /* owns all of its memory and its temporary file */

struct idocr_fit_settings {
    uint32_t longest;     /* pixels of the longer side of the result; 0: the size of the picture */
    uint32_t most_side;   /* pixels of the longer side that the result must not exceed; 0: none */
    uint32_t least_long;  /* pixels of the longer side below which nothing is scaled; 0: none */
    uint32_t least_short; /* of the shorter side; likewise */
    uint64_t most_pixels; /* of the picture; larger ones are IDOCR_FIT_TOO_LARGE; 0: the limit of the format */
    unsigned orientation; /* EXIF orientation of the stored pixels, 1 to 8 */
    int quality;          /* of the JPEG, 1 to 100 */
    int background;       /* whether a decoder that cannot work in steps may use a thread */
};

struct idocr_fit_result {
    uint32_t from_width, from_height; /* of the picture as stored */
    uint32_t width, height;           /* of the result, upright */
    uint64_t length;                  /* bytes of the result */
    const uint8_t *bytes;             /* the result, owned by the fit; NULL where it is in the file */
    int fd;                           /* an unlinked temporary file, owned by the fit; -1 where the result is in memory */
};

/* Starts a fit. `source` and `decoder` must outlive it; the source is read from its beginning. NULL: out of memory. */
struct idocr_fit *idocr_fit_new(struct idocr_source *source, const struct idocr_fit_decoder *decoder,
                                const struct idocr_fit_settings *settings);

/* Works for about `microseconds` (0: to the end). Returns IDOCR_FIT_DONE, IDOCR_FIT_MORE (call again), IDOCR_FIT_WAIT (call again in
 * some milliseconds: a thread works) or an error, which stays. */
enum idocr_fit_status idocr_fit_step(struct idocr_fit *fit, uint64_t microseconds);

/* Returns the sizes that are known so far, and after IDOCR_FIT_DONE the result, valid until idocr_fit_free. */
struct idocr_fit_result idocr_fit_result(const struct idocr_fit *fit);

void idocr_fit_free(struct idocr_fit *fit);

IDOCR_HIDDEN_END

#endif
