/* SPDX-License-Identifier: MIT
 *
 * The interface between pixels_decode.c, which buffers the bytes, and the JPEG and PNG decoders; their limits.
 */
#ifndef IDOCR_PIXELS_INTERNAL_H
#define IDOCR_PIXELS_INTERNAL_H

#include "pixels_decode.h"

IDOCR_HIDDEN_BEGIN

#define IDOCR_PIXELS_MOST (UINT64_C(120) * 1000 * 1000) /* pixels of a picture; phones make up to 108 million */
#define IDOCR_PIXELS_MOST_SCANS 40                      /* passes of a progressive JPEG; encoders make about ten */
/* Pixels of a JPEG with several scans: libjpeg stores all of its coefficients. */
#define IDOCR_PIXELS_MOST_SCANNED (UINT64_C(32) * 1000 * 1000)
/* Bytes that libjpeg may allocate: enough for 32 million pixels with subsampled colours, or 16 million without. */
#define IDOCR_PIXELS_MOST_MEMORY (96L * 1024 * 1024)
/* Pixels of a PNG, which cannot be decoded at a smaller scale. */
#define IDOCR_PIXELS_MOST_PNG (UINT64_C(40) * 1000 * 1000)
/* Pixels of an interlaced PNG, which is stored whole. */
#define IDOCR_PIXELS_MOST_INTERLACED (UINT64_C(16) * 1000 * 1000)

/* `new` returns NULL when out of memory. `feed` decodes bytes; *used: the bytes that it does not need again. */
struct idocr_jpeg;
struct idocr_jpeg *idocr_jpeg_new(struct idocr_pixels *pixels);
enum idocr_decoder_state idocr_jpeg_feed(struct idocr_jpeg *jpeg, const uint8_t *bytes, size_t length, size_t *used);
void idocr_jpeg_free(struct idocr_jpeg *jpeg);

struct idocr_png;
struct idocr_png *idocr_png_new(struct idocr_pixels *pixels);
enum idocr_decoder_state idocr_png_feed(struct idocr_png *png, uint8_t *bytes, size_t length);
void idocr_png_free(struct idocr_png *png);

IDOCR_HIDDEN_END

#endif
