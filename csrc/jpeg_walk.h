/* SPDX-License-Identifier: MIT
 *
 * Checks whether a JPEG without an end marker is complete: counts the blocks of the last scan by following its Huffman codes
 * (ITU-T T.81), without computing pixels. Works in steps, so that an event loop can run in between.
 */
#ifndef IDOCR_JPEG_WALK_H
#define IDOCR_JPEG_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "image.h"
#include "image_reader.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

enum idocr_jpeg_walk_result {
    IDOCR_JPEG_WALK_FAILED = -1, /* the bytes cannot be read: errors of idocr_image_view */
    IDOCR_JPEG_WALK_MORE,        /* call again */
    IDOCR_JPEG_WALK_WHOLE,       /* the last scan has all of its blocks */
    IDOCR_JPEG_WALK_EARLY,       /* the data ends before the picture does */
    IDOCR_JPEG_WALK_UNKNOWN /* undecidable: damaged data, arithmetic coding, a scan without the first component or a refinement scan */
};

struct idocr_jpeg_huffman {
    bool defined;
    uint8_t values[256];
    uint8_t lengths[256]; /* by the next 8 bits: length of the code, 0 where it is longer */
    uint8_t symbols[256];
    int32_t last[17];        /* by length: the largest code, -1 for none */
    int32_t first_index[17]; /* index into values less the smallest code */
};

struct idocr_jpeg_component {
    uint8_t id, across, down; /* blocks in each unit */
    uint8_t dc, ac;           /* tables of the current scan */
};

struct idocr_jpeg_tables {
    struct idocr_jpeg_huffman dc[4], ac[4];
    uint32_t restart; /* units between two restart markers, 0: none */
};

struct idocr_jpeg_walk {
    const struct idocr_image *image; /* borrowed */
    struct idocr_error error;        /* set after IDOCR_JPEG_WALK_FAILED */
    uint64_t at;                     /* of the next byte */
    bool begun, in_scan;
    /* the frame */
    uint32_t width, height;
    uint8_t frame, count, most_across, most_down;
    struct idocr_jpeg_component components[4];
    bool covered; /* a scan has begun the first component */
    struct idocr_jpeg_tables tables;
    /* the last scan, with the tables as they were when it began */
    struct idocr_jpeg_tables used;
    struct idocr_jpeg_component scan[4];
    bool essential; /* has the first component */
    uint8_t scan_count, low, high, successive;
    uint64_t scan_at; /* 0: not seen yet */
    /* position in the last scan */
    uint64_t unit, units;
    uint32_t restart_left, band;
    uint32_t bits; /* read but unused bits: the lowest `have` ones, the next one highest */
    unsigned have;
    unsigned stopped; /* 0, or the reason why there is no next byte: STOP_* */
};

/* Starts a walk through a picture, which must outlive the walk. */
void idocr_jpeg_walk_init(struct idocr_jpeg_walk *walk, const struct idocr_image *image);

/* Processes about `bytes` more bytes of the picture. */
enum idocr_jpeg_walk_result idocr_jpeg_walk_step(struct idocr_jpeg_walk *walk, uint64_t bytes);

IDOCR_HIDDEN_END

#endif
