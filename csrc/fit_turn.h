/* SPDX-License-Identifier: MIT
 *
 * Turns a picture by its EXIF orientation: stores its rows as YCbCr with colours of half the resolution (12 bits a pixel; the JPEG
 * that is written has no more), and returns the upright rows. Memory is freed while the rows are returned.
 */
#ifndef IDOCR_FIT_TURN_H
#define IDOCR_FIT_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "fit_decoder.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

struct idocr_fit_turn {
    uint32_t width, height; /* of the rows that come */
    uint32_t across, down;  /* of the upright picture */
    unsigned orientation;
    enum idocr_fit_colour from; /* grey, RGB or YCC */
    uint32_t rows;              /* that came */
    uint32_t bands;
    uint8_t **luma;    /* by band of the upright picture */
    uint8_t **chroma;  /* likewise; NULL for grey */
    uint16_t *sums;    /* the two colours of the unfinished line of chroma */
    uint8_t *counts;   /* samples in each of them */
    int64_t open_line; /* line of chroma that is in the sums; -1: none */
};

/* Allocates. -1: out of memory. */
int idocr_fit_turn_open(struct idocr_fit_turn *turn, uint32_t width, uint32_t height, enum idocr_fit_colour from,
                        unsigned orientation);

/* Stores the next row. */
void idocr_fit_turn_push(struct idocr_fit_turn *turn, const uint8_t *row);

/* Writes row `y` of the upright picture, after the last one was stored: grey, or YCbCr. Rows must be taken in order. */
void idocr_fit_turn_take(struct idocr_fit_turn *turn, uint32_t y, uint8_t *row);

void idocr_fit_turn_close(struct idocr_fit_turn *turn);

IDOCR_HIDDEN_END

#endif
