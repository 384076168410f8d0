/* SPDX-License-Identifier: MIT
 *
 * Decodes PNG for a fit with libpng: 8 bits, without alpha. An interlaced picture is held whole.
 */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "fit_decoders.h"

struct png {
    png_structp png;
    png_infop info;
    enum idocr_fit_status why;
    struct idocr_source *source;
    uint32_t width, height;
    int channels, passes; /* as decoded, with alpha */
    bool alpha, started;
    uint8_t *whole;     /* an interlaced picture */
    uint8_t *line;      /* a row with alpha */
    uint32_t pass, row; /* of the next row */
};

static void fail(struct png *self, enum idocr_fit_status why)
{
    self->why = why;
    png_longjmp(self->png, 1);
}

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

static void on_read(png_structp png, png_bytep into, size_t length)
{
    struct png *self = png_get_io_ptr(png);
    while (length > 0) {
        size_t got;
        if (self->source->read(self->source, into, length, &got) != 0)
            fail(self, IDOCR_FIT_READ);
        if (got == 0)
            fail(self, IDOCR_FIT_TRUNCATED);
        into += got;
        length -= got;
    }
}

static void close_png(void *self)
{
    struct png *png = self;
    if (png->png != NULL)
        png_destroy_read_struct(&png->png, png->info != NULL ? &png->info : NULL, NULL);
    free(png->whole);
    free(png->line);
    free(png);
}

static void *open_png(struct idocr_source *source)
{
    struct png *self = calloc(1, sizeof *self);
    if (self == NULL)
        return NULL;
    self->source = source;
    self->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
    if (self->png != NULL)
        self->info = png_create_info_struct(self->png);
    if (self->info == NULL) {
        close_png(self);
        return NULL;
    }
    png_set_user_limits(self->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* fit.c refuses a large picture, before `start` */
    png_set_chunk_cache_max(self->png, 64);
    png_set_chunk_malloc_max(self->png, 4 * 1024 * 1024);
#ifdef PNG_IGNORE_ADLER32
    png_set_option(self->png, PNG_IGNORE_ADLER32, PNG_OPTION_ON); /* each chunk has a checksum already: saves 7 % */
#endif
    png_set_read_fn(self->png, self, on_read);
    return self;
}

/* Selects the transformations. */
static void set_output(struct png *self)
{
    png_set_expand(self->png);
    png_set_scale_16(self->png);
    double gamma;
    int intent;
    if (!png_get_valid(self->png, self->info, PNG_INFO_iCCP) && !png_get_sRGB(self->png, self->info, &intent) &&
        png_get_gAMA(self->png, self->info, &gamma))
        png_set_gamma(self->png, PNG_DEFAULT_sRGB, gamma);
    self->passes = png_set_interlace_handling(self->png);
    png_read_update_info(self->png, self->info);
    self->channels = png_get_channels(self->png, self->info);
    self->alpha = self->channels == 2 || self->channels == 4;
}

static enum idocr_fit_status inspect_png(void *data, struct idocr_fit_picture *picture)
{
    struct png *self = data;
    self->why = IDOCR_FIT_BROKEN;
    if (setjmp(png_jmpbuf(self->png)) != 0)
        return self->why;
    png_read_info(self->png, self->info);
    picture->width = self->width = png_get_image_width(self->png, self->info);
    picture->height = self->height = png_get_image_height(self->png, self->info);
    picture->held = png_get_interlace_type(self->png, self->info) != PNG_INTERLACE_NONE;
    picture->colour = png_get_color_type(self->png, self->info) & PNG_COLOR_MASK_COLOR ? IDOCR_FIT_RGB : IDOCR_FIT_GREY;
    png_charp name;
    int compression;
    png_bytep profile;
    png_uint_32 length;
    if (png_get_iCCP(self->png, self->info, &name, &compression, &profile, &length) != 0) {
        picture->profile = profile;
        picture->profile_length = length;
    }
    return IDOCR_FIT_DONE;
}

/* Decodes a row of one pass of an interlaced picture. */
static enum idocr_fit_status read_pass(struct png *self)
{
    if (self->pass == (uint32_t)self->passes)
        return IDOCR_FIT_DONE;
    png_read_row(self->png, self->whole + (size_t)self->row * self->width * (size_t)self->channels, NULL);
    if (++self->row == self->height) {
        self->row = 0;
        self->pass++;
    }
    return IDOCR_FIT_MORE;
}

static enum idocr_fit_status start_png(void *data, struct idocr_fit_picture *picture, uint32_t width, uint32_t height)
{
    struct png *self = data;
    (void)width;
    (void)height;
    self->why = IDOCR_FIT_BROKEN;
    if (setjmp(png_jmpbuf(self->png)) != 0)
        return self->why;
    if (!self->started) {
        self->started = true;
        set_output(self);
        if ((self->alpha ? self->channels - 1 : self->channels) != idocr_fit_channels(picture->colour))
            return IDOCR_FIT_BROKEN;
        size_t row = (size_t)self->width * (size_t)self->channels;
        if (picture->held) {
            if ((uint64_t)row * self->height > IDOCR_FIT_MOST_MEMORY)
                return IDOCR_FIT_TOO_LARGE;
            self->whole = calloc(self->height, row);
        }
        self->line = malloc(row);
        if (self->line == NULL || (picture->held && self->whole == NULL))
            return IDOCR_FIT_NO_MEMORY;
    }
    return picture->held ? read_pass(self) : IDOCR_FIT_DONE;
}

static enum idocr_fit_status read_png(void *data, uint8_t *row)
{
    struct png *self = data;
    const size_t length = (size_t)self->width * (size_t)self->channels;
    uint8_t *line = self->alpha ? self->line : row;
    self->why = IDOCR_FIT_BROKEN;
    if (setjmp(png_jmpbuf(self->png)) != 0)
        return self->why;
    if (self->whole != NULL)
        memcpy(line, self->whole + length * self->row++, length);
    else
        png_read_row(self->png, line, NULL);
    if (self->alpha) {
        idocr_fit_flatten(line, self->width, self->channels - 1);
        memcpy(row, line, (size_t)self->width * (size_t)(self->channels - 1));
    }
    return IDOCR_FIT_DONE;
}

const struct idocr_fit_decoder idocr_fit_png = {open_png, inspect_png, start_png, read_png, close_png};
