/* SPDX-License-Identifier: MIT
 *
 * Decodes PNG row by row with libpng, while bytes arrive.
 */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "pixels_internal.h"

struct idocr_png {
    png_structp png;
    png_infop info;
    struct idocr_pixels *pixels;
    enum idocr_decoder_state state, why;
    uint32_t width, height;
    int channels;
    uint8_t *whole; /* an interlaced picture, which is decoded in passes; else NULL */
};

static void on_error(png_structp png, png_const_charp message)
{
    (void)message; /* the default handler of libpng prints it */
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void fail(struct idocr_png *self, enum idocr_decoder_state why)
{
    self->why = why;
    png_longjmp(self->png, 1);
}

static void on_info(png_structp png, png_infop info)
{
    struct idocr_png *self = png_get_progressive_ptr(png);
    self->width = png_get_image_width(png, info);
    self->height = png_get_image_height(png, info);
    uint64_t pixels = (uint64_t)self->width * self->height;
    bool interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
    if (pixels > IDOCR_PIXELS_MOST_PNG || (interlaced && pixels > IDOCR_PIXELS_MOST_INTERLACED))
        fail(self, IDOCR_DECODER_TOO_LARGE);

    png_set_expand(png);
    png_set_strip_16(png);
    png_set_strip_alpha(png);
    if (interlaced)
        png_set_interlace_handling(png);
    png_read_update_info(png, info);
    self->channels = png_get_channels(png, info);
    if (self->channels != 1 && self->channels != 3)
        fail(self, IDOCR_DECODER_BROKEN);
    if (interlaced) {
        self->whole = calloc((size_t)pixels, (size_t)self->channels);
        if (self->whole == NULL)
            fail(self, IDOCR_DECODER_NO_MEMORY);
    }
    if (idocr_pixels_open(self->pixels, self->width, self->height) != 0)
        fail(self, IDOCR_DECODER_NO_MEMORY);
}

static void on_row(png_structp png, png_bytep row, png_uint_32 number, int pass)
{
    (void)pass;
    struct idocr_png *self = png_get_progressive_ptr(png);
    if (number >= self->height)
        return;
    if (self->whole != NULL)
        png_progressive_combine_row(png, self->whole + (size_t)number * self->width * (size_t)self->channels, row);
    else if (row != NULL)
        idocr_pixels_row(self->pixels, row, self->channels);
}

static void on_end(png_structp png, png_infop info)
{
    (void)info;
    struct idocr_png *self = png_get_progressive_ptr(png);
    if (self->whole != NULL) {
        for (uint32_t y = 0; y < self->height; y++)
            idocr_pixels_row(self->pixels, self->whole + (size_t)y * self->width * (size_t)self->channels, self->channels);
    }
    self->state = IDOCR_DECODER_DONE;
}

struct idocr_png *idocr_png_new(struct idocr_pixels *pixels)
{
    struct idocr_png *self = calloc(1, sizeof *self);
    if (self == NULL)
        return NULL;
    self->pixels = pixels;
    self->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
    if (self->png != NULL)
        self->info = png_create_info_struct(self->png);
    if (self->info == NULL) {
        idocr_png_free(self);
        return NULL;
    }
    png_set_user_limits(self->png, 100000, 100000);
    png_set_chunk_cache_max(self->png, 64);
    png_set_chunk_malloc_max(self->png, 4 * 1024 * 1024);
    png_set_progressive_read_fn(self->png, self, on_info, on_row, on_end);
    return self;
}

enum idocr_decoder_state idocr_png_feed(struct idocr_png *png, uint8_t *bytes, size_t length)
{
    png->why = IDOCR_DECODER_BROKEN;
    if (setjmp(png_jmpbuf(png->png)) != 0) {
        png->state = png->why;
        return png->state;
    }
    if (png->state == IDOCR_DECODER_MORE)
        png_process_data(png->png, png->info, bytes, length);
    return png->state;
}

void idocr_png_free(struct idocr_png *png)
{
    if (png == NULL)
        return;
    if (png->png != NULL)
        png_destroy_read_struct(&png->png, png->info != NULL ? &png->info : NULL, NULL);
    free(png->whole);
    free(png);
}
