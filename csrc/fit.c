/* SPDX-License-Identifier: MIT
 *
 * Makes a picture fit in steps: runs the decoder, the scaler, the turn, the colour conversion and the encoder.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* clock_gettime */
#endif

#include "fit.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fit_colour.h"
#include "fit_encode.h"
#include "fit_scale.h"
#include "fit_turn.h"

#define MOST_RESULT 65500 /* pixels of a side of a JPEG */

enum stage { INSPECT, START, ROWS, TURNED, FINISHED };

struct idocr_fit {
    struct idocr_source *source;
    const struct idocr_fit_decoder *decoder;
    struct idocr_fit_settings settings;
    enum idocr_fit_status failed; /* the error that stays; IDOCR_FIT_DONE: none */
    enum stage stage;
    void *self; /* of the decoder */
    struct idocr_fit_picture picture;
    uint32_t from_width, from_height; /* of the picture as stored */
    uint32_t width, height;           /* of the result as stored, before it is turned */
    unsigned orientation;             /* of the rows as they come */
    uint32_t row;                     /* rows of the decoder, then rows of the turned picture */
    struct idocr_fit_scale scale;
    struct idocr_fit_colours colours;
    struct idocr_fit_turn turn;
    struct idocr_fit_encoder *encoder;
    struct idocr_fit_output output;
    uint8_t *line;
};

struct idocr_fit *idocr_fit_new(struct idocr_source *source, const struct idocr_fit_decoder *decoder,
                                const struct idocr_fit_settings *settings)
{
    struct idocr_fit *fit = calloc(1, sizeof *fit);
    if (fit == NULL)
        return NULL;
    fit->source = source;
    fit->decoder = decoder;
    fit->settings = *settings;
    idocr_fit_output_init(&fit->output);
    fit->self = decoder->open(source);
    if (fit->self != NULL)
        return fit;
    free(fit);
    return NULL;
}

/* Frees what a finished or failed fit does not need any more. */
static void free_work(struct idocr_fit *fit)
{
    if (fit->self != NULL)
        fit->decoder->close(fit->self);
    fit->self = NULL;
    idocr_fit_scale_close(&fit->scale);
    idocr_fit_colours_close(&fit->colours);
    idocr_fit_turn_close(&fit->turn);
    idocr_fit_encoder_free(fit->encoder);
    fit->encoder = NULL;
    free(fit->line);
    fit->line = NULL;
}

void idocr_fit_free(struct idocr_fit *fit)
{
    if (fit == NULL)
        return;
    free_work(fit);
    idocr_fit_output_close(&fit->output);
    free(fit);
}

/* Returns the part of its size to which a picture is scaled down. */
static double factor(const struct idocr_fit_settings *settings, uint32_t width, uint32_t height)
{
    const double longer = width > height ? width : height, shorter = width > height ? height : width;
    double part = settings->longest > 0 ? settings->longest / longer : 1;
    if (settings->least_long > 0 && part * longer < settings->least_long)
        part = settings->least_long / longer;
    if (settings->least_short > 0 && part * shorter < settings->least_short)
        part = settings->least_short / shorter;
    const double most = settings->most_side > 0 && settings->most_side < MOST_RESULT ? settings->most_side : MOST_RESULT;
    if (part * longer > most)
        part = most / longer;
    return part < 1 ? part : 1;
}

static uint32_t scaled(uint32_t size, double part)
{
    uint32_t result = (uint32_t)(size * part + 0.5);
    return result == 0 ? 1 : result > size ? size : result;
}

/* Returns the orientation of a picture whose rows come from the bottom to the top. */
static unsigned flipped(unsigned orientation)
{
    static const unsigned FLIPPED[] = {1, 4, 3, 2, 1, 6, 5, 8, 7};
    return FLIPPED[orientation];
}

static enum idocr_fit_status inspect(struct idocr_fit *fit)
{
    fit->picture.most_pixels = fit->settings.most_pixels;
    fit->picture.background = fit->settings.background != 0;
    enum idocr_fit_status status = fit->decoder->inspect(fit->self, &fit->picture);
    if (status != IDOCR_FIT_DONE)
        return status;
    const struct idocr_fit_picture *picture = &fit->picture;
    uint64_t most = picture->held ? IDOCR_FIT_MOST_HELD : IDOCR_FIT_MOST_STREAMED;
    if (fit->settings.most_pixels > 0 && fit->settings.most_pixels < most)
        most = fit->settings.most_pixels;
    if (picture->width == 0 || picture->height == 0)
        return IDOCR_FIT_BROKEN;
    if (picture->width > IDOCR_FIT_MOST_SIDE || picture->height > IDOCR_FIT_MOST_SIDE ||
        (uint64_t)picture->width * picture->height > most)
        return IDOCR_FIT_TOO_LARGE;
    double part = factor(&fit->settings, picture->width, picture->height);
    fit->from_width = picture->width;
    fit->from_height = picture->height;
    fit->width = scaled(picture->width, part);
    fit->height = scaled(picture->height, part);
    fit->orientation = fit->settings.orientation >= 1 && fit->settings.orientation <= 8 ? fit->settings.orientation : 1;
    if (picture->bottom_up)
        fit->orientation = flipped(fit->orientation);
    status = idocr_fit_colours_open(&fit->colours, picture); /* here: `start` may free the profile */
    fit->stage = START;
    return status == IDOCR_FIT_DONE ? IDOCR_FIT_MORE : status;
}

static enum idocr_fit_status begin_encoding(struct idocr_fit *fit, uint32_t width, uint32_t height, enum idocr_fit_colour colour)
{
    fit->encoder = idocr_fit_encoder_new(&fit->output, width, height, colour, fit->settings.quality);
    return fit->encoder != NULL ? IDOCR_FIT_MORE : IDOCR_FIT_NO_MEMORY;
}

static enum idocr_fit_status start(struct idocr_fit *fit)
{
    struct idocr_fit_picture *picture = &fit->picture;
    enum idocr_fit_status status = fit->decoder->start(fit->self, picture, fit->width, fit->height);
    if (status != IDOCR_FIT_DONE)
        return status;
    const int channels = idocr_fit_channels(picture->colour);
    enum idocr_fit_colour to = fit->colours.to;
    fit->line = malloc((size_t)fit->width * 4 > (size_t)fit->height * 3 ? (size_t)fit->width * 4 : (size_t)fit->height * 3);
    if (fit->line == NULL ||
        idocr_fit_scale_open(&fit->scale, picture->width, picture->height, fit->width, fit->height, channels) != 0)
        return IDOCR_FIT_NO_MEMORY;
    fit->stage = ROWS;
    if (fit->orientation == 1)
        return begin_encoding(fit, fit->width, fit->height, to);
    if (idocr_fit_turn_open(&fit->turn, fit->width, fit->height, to, fit->orientation) != 0)
        return IDOCR_FIT_NO_MEMORY;
    return IDOCR_FIT_MORE;
}

static enum idocr_fit_status finish(struct idocr_fit *fit)
{
    enum idocr_fit_status status = idocr_fit_encoder_finish(fit->encoder);
    if (status != IDOCR_FIT_DONE)
        return status;
    free_work(fit);
    fit->stage = FINISHED;
    return IDOCR_FIT_DONE;
}

/* Decodes a row, and passes on the rows of the result that it completes. */
static enum idocr_fit_status pass_row(struct idocr_fit *fit)
{
    if (fit->row == fit->picture.height) {
        fit->row = 0;
        fit->stage = TURNED;
        fit->decoder->close(fit->self);
        fit->self = NULL;
        idocr_fit_scale_close(&fit->scale);
        if (fit->orientation == 1)
            return finish(fit);
        return begin_encoding(fit, fit->turn.across, fit->turn.down,
                              fit->colours.to == IDOCR_FIT_GREY ? IDOCR_FIT_GREY : IDOCR_FIT_YCC);
    }
    enum idocr_fit_status status = fit->decoder->row(fit->self, idocr_fit_scale_room(&fit->scale));
    if (status != IDOCR_FIT_DONE)
        return status;
    fit->row++;
    idocr_fit_scale_push(&fit->scale);
    while (idocr_fit_scale_take(&fit->scale, fit->line)) {
        idocr_fit_colours_row(&fit->colours, fit->line, fit->width);
        if (fit->orientation != 1)
            idocr_fit_turn_push(&fit->turn, fit->line);
        else if ((status = idocr_fit_encoder_row(fit->encoder, fit->line)) != IDOCR_FIT_DONE)
            return status;
    }
    return IDOCR_FIT_MORE;
}

static enum idocr_fit_status pass_turned(struct idocr_fit *fit)
{
    if (fit->row == fit->turn.down)
        return finish(fit);
    idocr_fit_turn_take(&fit->turn, fit->row++, fit->line);
    enum idocr_fit_status status = idocr_fit_encoder_row(fit->encoder, fit->line);
    return status == IDOCR_FIT_DONE ? IDOCR_FIT_MORE : status;
}

static enum idocr_fit_status advance(struct idocr_fit *fit)
{
    switch (fit->stage) {
    case INSPECT: return inspect(fit);
    case START: return start(fit);
    case ROWS: return pass_row(fit);
    case TURNED: return pass_turned(fit);
    case FINISHED: break;
    }
    return IDOCR_FIT_DONE;
}

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

enum idocr_fit_status idocr_fit_step(struct idocr_fit *fit, uint64_t microseconds)
{
    if (fit->failed != IDOCR_FIT_DONE)
        return fit->failed;
    const uint64_t end = microseconds > 0 ? now() + microseconds : 0;
    enum idocr_fit_status status;
    do
        status = advance(fit);
    while (status == IDOCR_FIT_MORE && (microseconds == 0 || now() < end));
    if (status > IDOCR_FIT_WAIT) {
        fit->failed = status;
        free_work(fit);
        idocr_fit_output_close(&fit->output);
    }
    return status;
}

struct idocr_fit_result idocr_fit_result(const struct idocr_fit *fit)
{
    const bool sideways = fit->orientation >= 5;
    return (struct idocr_fit_result){
        .from_width = fit->from_width,
        .from_height = fit->from_height,
        .width = sideways ? fit->height : fit->width,
        .height = sideways ? fit->width : fit->height,
        .length = fit->stage == FINISHED ? fit->output.length : 0,
        .bytes = fit->output.bytes,
        .fd = fit->output.fd,
    };
}
