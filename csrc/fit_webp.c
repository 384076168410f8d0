/* SPDX-License-Identifier: MIT
 *
 * Decodes WebP for a fit with libwebp. The file and the pixels are held; libwebp scales while it decodes.
 */
#ifdef IDOCR_HAVE_WEBP

#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>

#include "fit_decoders.h"
#include "fit_file.h"

#define STEP_PIXELS 30000 /* pixels whose bytes are decoded in a step, about */
#define LEAST_STEP 64     /* bytes */

struct webp {
    struct idocr_source *source;
    struct idocr_fit_file file;
    size_t fed, step; /* bytes given to the decoder, and bytes of a step */
    WebPBitstreamFeatures features;
    WebPDecoderConfig config;
    WebPIDecoder *decoder;
    bool begun; /* config was initialised */
    uint32_t row;
};

static void *open_webp(struct idocr_source *source)
{
    struct webp *self = calloc(1, sizeof *self);
    if (self != NULL)
        self->source = source;
    return self;
}

static void close_webp(void *data)
{
    struct webp *self = data;
    WebPIDelete(self->decoder);
    if (self->begun)
        WebPFreeDecBuffer(&self->config.output);
    free(self->file.bytes);
    free(self);
}

static uint32_t little32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* Finds the colour profile, which follows the header of an extended file. */
static void find_profile(const struct webp *self, struct idocr_fit_picture *picture)
{
    const uint8_t *file = self->file.bytes;
    if (self->file.length < 38 || memcmp(file + 12, "VP8X", 4) != 0 || little32(file + 16) != 10 ||
        memcmp(file + 30, "ICCP", 4) != 0)
        return;
    uint32_t length = little32(file + 34);
    if (length == 0 || length > self->file.length - 38)
        return;
    picture->profile = file + 38;
    picture->profile_length = length;
}

static enum idocr_fit_status inspect_webp(void *data, struct idocr_fit_picture *picture)
{
    struct webp *self = data;
    enum idocr_fit_status status = idocr_fit_file_read(&self->file, self->source);
    if (status != IDOCR_FIT_DONE)
        return status;
    switch (WebPGetFeatures(self->file.bytes, self->file.length, &self->features)) {
    case VP8_STATUS_OK: break;
    case VP8_STATUS_NOT_ENOUGH_DATA: return IDOCR_FIT_TRUNCATED;
    case VP8_STATUS_OUT_OF_MEMORY: return IDOCR_FIT_NO_MEMORY;
    default: return IDOCR_FIT_BROKEN;
    }
    if (self->features.has_animation)
        return IDOCR_FIT_UNSUPPORTED;
    picture->width = (uint32_t)self->features.width;
    picture->height = (uint32_t)self->features.height;
    picture->held = true;
    picture->colour = IDOCR_FIT_RGB;
    find_profile(self, picture);
    return IDOCR_FIT_DONE;
}

/* Sets up the decoder. Where the result is far smaller, libwebp scales to twice its size. */
static enum idocr_fit_status set_up(struct webp *self, struct idocr_fit_picture *picture, uint32_t width, uint32_t height)
{
    const uint64_t pixels = (uint64_t)picture->width * picture->height;
    const unsigned channels = self->features.has_alpha ? 4 : 3;
    if (!WebPInitDecoderConfig(&self->config))
        return IDOCR_FIT_UNSUPPORTED;
    self->begun = true;
    if (picture->width / 2 > width && picture->height / 2 > height) {
        self->config.options.use_scaling = 1;
        self->config.options.scaled_width = (int)width * 2;
        self->config.options.scaled_height = (int)height * 2;
        picture->width = width * 2;
        picture->height = height * 2;
    }
    bool lossless = self->features.format == 2;
    if ((lossless ? pixels * 4 : 0) + (uint64_t)picture->width * picture->height * channels > 2 * IDOCR_FIT_MOST_MEMORY)
        return IDOCR_FIT_TOO_LARGE;
    self->config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
    self->decoder = WebPIDecode(NULL, 0, &self->config);
    if (self->decoder == NULL)
        return IDOCR_FIT_NO_MEMORY;
    uint64_t step = (uint64_t)self->file.length * STEP_PIXELS / (pixels + 1);
    self->step = step < LEAST_STEP ? LEAST_STEP : (size_t)step;
    return IDOCR_FIT_MORE;
}

static enum idocr_fit_status start_webp(void *data, struct idocr_fit_picture *picture, uint32_t width, uint32_t height)
{
    struct webp *self = data;
    if (self->decoder == NULL)
        return set_up(self, picture, width, height);
    size_t rest = self->file.length - self->fed;
    if (rest == 0)
        return IDOCR_FIT_TRUNCATED;
    self->fed += rest < self->step ? rest : self->step;
    switch (WebPIUpdate(self->decoder, self->file.bytes, self->fed)) {
    case VP8_STATUS_OK: return IDOCR_FIT_DONE;
    case VP8_STATUS_SUSPENDED: return IDOCR_FIT_MORE;
    case VP8_STATUS_OUT_OF_MEMORY: return IDOCR_FIT_NO_MEMORY;
    case VP8_STATUS_NOT_ENOUGH_DATA: return IDOCR_FIT_TRUNCATED;
    default: return IDOCR_FIT_BROKEN;
    }
}

static enum idocr_fit_status read_webp(void *data, uint8_t *row)
{
    struct webp *self = data;
    const WebPRGBABuffer *pixels = &self->config.output.u.RGBA;
    const uint32_t width = (uint32_t)self->config.output.width;
    uint8_t *line = pixels->rgba + (size_t)pixels->stride * self->row++;
    if (self->features.has_alpha)
        idocr_fit_flatten(line, width, 3);
    memcpy(row, line, (size_t)width * 3);
    return IDOCR_FIT_DONE;
}

const struct idocr_fit_decoder idocr_fit_webp = {open_webp, inspect_webp, start_webp, read_webp, close_webp};

#else

/* ISO C forbids an empty file. */
typedef int idocr_fit_no_webp;

#endif
