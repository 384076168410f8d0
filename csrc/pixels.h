/* SPDX-License-Identifier: MIT
 *
 * What the pixels of a picture say of themselves: how sharp, bright and colourful it is. Measures, no
 * judgement. Rows come in from the top, as a decoder gives them; memory is one small grey picture, whatever
 * the size of the input.
 */
#ifndef IDOCR_PIXELS_H
#define IDOCR_PIXELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "visibility.h"

IDOCR_HIDDEN_BEGIN

/* Pixels of the longer side on which everything is measured; smaller pictures stay as they are. */
#define IDOCR_PIXELS_SIDE 800

struct idocr_pixels {
    uint32_t width, height; /* of the rows that come in */
    uint32_t across, down;  /* of the small picture */
    uint32_t row;           /* rows taken so far */
    uint8_t *small;         /* grey, across * down */
    double *line;           /* the small row being made: grey, then red-green and yellow-blue differences */
    double filled;          /* how much of that row is there, 0 to 1 */
    uint32_t done;          /* small rows made */
    double chroma;          /* sum over small pixels */
};

struct idocr_measures {
    double sharpness;  /* variance of the Laplacian over the whole picture */
    double sharpest;   /* the same of its sharper parts: 90th percentile over 8 x 8 tiles */
    double brightness; /* mean grey, 0 to 255 */
    double contrast;   /* between the 5th and the 95th percentile of grey */
    double dark;       /* share of pixels below 40 */
    double glare;      /* share of pixels from 250 that do not hang together with the picture's edge (a white
                          table) */
    double background; /* share of pixels from 250 that do */
    double chroma;     /* mean distance from grey, 0 to about 180 */
};

/* Makes ready for `height` rows of `width` pixels. -1: no memory. */
int idocr_pixels_open(struct idocr_pixels *pixels, uint32_t width, uint32_t height);

/* Takes the next row: `width` pixels of `channels` bytes, 1 (grey), 3 (red, green, blue) or 4 (and one to
 * skip). Rows beyond the height are dropped. */
void idocr_pixels_row(struct idocr_pixels *pixels, const uint8_t *row, int channels);

/* Measures what has come in. -1: no row was whole, or no memory. */
int idocr_pixels_measure(struct idocr_pixels *pixels, struct idocr_measures *measures);

void idocr_pixels_close(struct idocr_pixels *pixels);

IDOCR_HIDDEN_END

#endif
