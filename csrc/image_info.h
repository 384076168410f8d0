/* SPDX-License-Identifier: MIT
 *
 * Parses the header and the end of a picture: format, width and height, completeness, EXIF orientation. Decodes no pixels; checks
 * every offset and length of the file, and bounds the number of reads.
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
    const char *format;               /* of idocr_image_format; NULL: not recognised */
    bool measured;                    /* whether the header declares width and height */
    uint32_t width, height;           /* pixels as stored, before EXIF rotation */
    unsigned orientation;             /* EXIF, 1 to 8; 0: absent */
    enum idocr_completeness complete; /* NO: pixels are certainly missing */
};

/* Fills *info; members that a malformed file does not tell stay unset. -1: errors of idocr_image_view. */
int idocr_image_inspect(const struct idocr_image *image, struct idocr_image_info *info, struct idocr_error *error);

IDOCR_HIDDEN_END

#endif
