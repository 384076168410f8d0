/* SPDX-License-Identifier: MIT
 *
 * Between pixels_decode.c, which holds the bytes, and the two decoders behind it.
 */
#ifndef IDOCR_PIXELS_INTERNAL_H
#define IDOCR_PIXELS_INTERNAL_H

#include "pixels_decode.h"

IDOCR_HIDDEN_BEGIN

#define IDOCR_PIXELS_MOST (UINT64_C(120) * 1000 * 1000) /* pixels of a picture; phones make up to 108 million */
#define IDOCR_PIXELS_MOST_SCANS 40                      /* passes of a progressive JPEG; encoders make about ten */
/* Of a JPEG in several scans, progressive or colour by colour, all coefficients have to be held. */
#define IDOCR_PIXELS_MOST_SCANNED (UINT64_C(32) * 1000 * 1000)
/* Bytes that libjpeg may take: 32 million pixels with halved colours, 16 million with whole ones. */
#define IDOCR_PIXELS_MOST_MEMORY (96L * 1024 * 1024)
/* A PNG knows no shortcut: every pixel has to be inflated. */
#define IDOCR_PIXELS_MOST_PNG (UINT64_C(40) * 1000 * 1000)
/* An interlaced PNG has to be held whole. */
#define IDOCR_PIXELS_MOST_INTERLACED (UINT64_C(16) * 1000 * 1000)

/* Each: NULL: no memory. `feed` takes bytes and says in *used how many it needs no more. */
struct idocr_jpeg;
struct idocr_jpeg *idocr_jpeg_new(struct idocr_pixels *pixels);
enum idocr_decoder_state idocr_jpeg_feed(struct idocr_jpeg *jpeg, const uint8_t *bytes, size_t length,
                                         size_t *used);
void idocr_jpeg_free(struct idocr_jpeg *jpeg);

struct idocr_png;
struct idocr_png *idocr_png_new(struct idocr_pixels *pixels);
enum idocr_decoder_state idocr_png_feed(struct idocr_png *png, uint8_t *bytes, size_t length);
void idocr_png_free(struct idocr_png *png);

IDOCR_HIDDEN_END

#endif
