/* SPDX-License-Identifier: MIT
 *
 * What a picture says about itself in its header and tail: format, pixels, whether it is whole, how it is turned.
 * Nothing is decoded; every offset and length that the file claims is checked, and the number of reads is bounded.
 */
#ifndef IDOCR_IMAGE_INFO_H
#define IDOCR_IMAGE_INFO_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "image.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

enum idocr_completeness { IDOCR_COMPLETE_UNKNOWN, IDOCR_COMPLETE_NO, IDOCR_COMPLETE_YES };

struct idocr_image_info {
    const char *format;     /* as of idocr_image_format; NULL: not recognised */
    bool measured;          /* whether the header declares width and height */
    uint32_t width, height; /* pixels as stored, before any turning */
    unsigned orientation;   /* EXIF, 1 to 8; 0: not told */
    enum idocr_completeness complete; /* NO: a decoder surely lacks pixels */
};

/* -1 only when the bytes cannot be read (errors of idocr_image_view); nonsense in the file is an answer with gaps. */
int idocr_image_inspect(const struct idocr_image *image, struct idocr_image_info *info, struct idocr_error *error);

IDOCR_HIDDEN_END

#endif
