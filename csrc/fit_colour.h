/* SPDX-License-Identifier: MIT
 *
 * Converts rows to sRGB (or to grey with the tone curve of sRGB): by the colour profile of the picture where Little CMS was found by
 * the build, and CMYK without a profile by a simple formula.
 */
#ifndef IDOCR_FIT_COLOUR_H
#define IDOCR_FIT_COLOUR_H

#include <stddef.h>
#include <stdint.h>

#include "fit_decoder.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

struct idocr_fit_colours {
    enum idocr_fit_colour from, to;
    void *context, *transform; /* of Little CMS; NULL: no profile */
};

/* Prepares the conversion of rows of a picture. A profile of another colour space than the picture is ignored. Returns
 * IDOCR_FIT_DONE, IDOCR_FIT_PROFILE (damaged) or IDOCR_FIT_NO_MEMORY. */
enum idocr_fit_status idocr_fit_colours_open(struct idocr_fit_colours *colours, const struct idocr_fit_picture *picture);

/* Converts a row in place. */
void idocr_fit_colours_row(const struct idocr_fit_colours *colours, uint8_t *row, uint32_t width);

void idocr_fit_colours_close(struct idocr_fit_colours *colours);

IDOCR_HIDDEN_END

#endif
