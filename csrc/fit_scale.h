/* SPDX-License-Identifier: MIT
 *
 * Scales a picture down while its rows arrive, from top to bottom, with a bicubic filter (Catmull-Rom) that covers all pixels. Holds
 * only the rows that the filter needs.
 */
#ifndef IDOCR_FIT_SCALE_H
#define IDOCR_FIT_SCALE_H

#include <stdint.h>

#include "visibility.h"

IDOCR_HIDDEN_BEGIN

/* The weights of one axis: out[i] = sum of weights[i * taps + t] * in[start[i] + t] / 2^14. */
struct idocr_fit_axis {
    uint32_t from, to, taps;
    uint32_t *start; /* NULL where from == to */
    int16_t *weights;
};

struct idocr_fit_scale {
    struct idocr_fit_axis across, down;
    int channels;
    uint32_t rows, done;    /* rows that came, and rows that were taken */
    uint8_t *ring;          /* the last `down.taps` rows that came */
    uint8_t *line;          /* a row after the vertical filter */
    const uint8_t **window; /* rows that the vertical filter reads */
};

/* Allocates for rows of `width` pixels of `channels` bytes; the result is not larger in either direction. -1: out of memory. */
int idocr_fit_scale_open(struct idocr_fit_scale *scale, uint32_t width, uint32_t height, uint32_t to_width, uint32_t to_height,
                         int channels);

/* Returns where to store the next row, before idocr_fit_scale_push. */
uint8_t *idocr_fit_scale_room(struct idocr_fit_scale *scale);

/* Adds the row that was stored. */
void idocr_fit_scale_push(struct idocr_fit_scale *scale);

/* Computes the next row of the result. 0: more rows must come first. */
int idocr_fit_scale_take(struct idocr_fit_scale *scale, uint8_t *row);

void idocr_fit_scale_close(struct idocr_fit_scale *scale);

IDOCR_HIDDEN_END

#endif
