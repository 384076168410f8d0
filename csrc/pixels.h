/* SPDX-License-Identifier: MIT
 *
 * Measures sharpness, brightness and colour of a picture from its pixel rows, top to bottom. Rows are scaled down while they
 * arrive, so that memory does not depend on the size of the picture.
 */
#ifndef IDOCR_PIXELS_H
#define IDOCR_PIXELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "visibility.h"

IDOCR_HIDDEN_BEGIN

/* Pixels of the longer side of the scaled picture; a smaller picture is not scaled. */
#define IDOCR_PIXELS_SIDE 800

struct idocr_pixels {
    uint32_t width, height; /* of the incoming rows */
    uint32_t across, down;  /* of the scaled picture */
    uint32_t row;           /* incoming rows so far */
    uint8_t *small;         /* grey, across * down */
    double *line;           /* the unfinished scaled row: grey, then red-green and yellow-blue differences */
    double filled;          /* the part of that row that is complete, 0 to 1 */
    uint32_t done;          /* finished scaled rows */
    double chroma;          /* sum over scaled pixels */
};

struct idocr_measures {
    double sharpness;  /* variance of the Laplacian over the whole picture */
    double sharpest;   /* the same, 90th percentile over 8 x 8 tiles */
    double brightness; /* mean grey, 0 to 255 */
    double contrast;   /* between the 5th and the 95th percentile of grey */
    double dark;       /* share of pixels below 40 */
    double glare;      /* share of pixels from 250 that are not connected with the edge */
    double background; /* share of pixels from 250 that are connected with the edge: a white table */
    double chroma;     /* mean distance from grey, 0 to about 180 */
};

/* Allocates for `height` rows of `width` pixels. -1: out of memory. */
int idocr_pixels_open(struct idocr_pixels *pixels, uint32_t width, uint32_t height);

/* Adds the next row: `width` pixels of `channels` bytes, 1 (grey), 3 (red, green, blue) or 4 (with one ignored byte). Ignores
 * rows beyond the height. */
void idocr_pixels_row(struct idocr_pixels *pixels, const uint8_t *row, int channels);

/* Measures the rows so far. -1: no scaled row is complete, or out of memory. */
int idocr_pixels_measure(struct idocr_pixels *pixels, struct idocr_measures *measures);

/* Frees the memory. */
void idocr_pixels_close(struct idocr_pixels *pixels);

IDOCR_HIDDEN_END

#endif
