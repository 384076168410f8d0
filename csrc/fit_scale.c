/* SPDX-License-Identifier: MIT
 *
 * Scales a picture down row by row: a vertical and a horizontal bicubic filter with integer weights.
 */
#include "fit_scale.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = 14, ONE = 1 << BITS, HALF = ONE / 2 };

/* Catmull-Rom: a bicubic that keeps edges sharp; zero from 2. */
static double kernel(double x)
{
    x = fabs(x);
    if (x < 1)
        return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

static void close_axis(struct idocr_fit_axis *axis)
{
    free(axis->start);
    free(axis->weights);
    memset(axis, 0, sizeof *axis);
}

/* Computes the weights of one output; they sum up to ONE, so that plain areas keep their value. */
static void set_weights(struct idocr_fit_axis *axis, uint32_t i, double *exact)
{
    const double ratio = (double)axis->from / axis->to, center = (i + 0.5) * ratio - 0.5;
    int64_t first = (int64_t)ceil(center - 2 * ratio);
    if (first < 0)
        first = 0;
    if (first > (int64_t)axis->from - (int64_t)axis->taps)
        first = (int64_t)axis->from - (int64_t)axis->taps;
    double sum = 0;
    for (uint32_t t = 0; t < axis->taps; t++)
        sum += exact[t] = kernel(((double)first + t - center) / ratio);
    int16_t *weights = axis->weights + (size_t)i * axis->taps;
    int left = ONE;
    uint32_t largest = 0;
    for (uint32_t t = 0; t < axis->taps; t++) {
        weights[t] = (int16_t)lround(exact[t] / sum * ONE);
        left -= weights[t];
        if (weights[t] > weights[largest])
            largest = t;
    }
    weights[largest] = (int16_t)(weights[largest] + left);
    axis->start[i] = (uint32_t)first;
}

static int open_axis(struct idocr_fit_axis *axis, uint32_t from, uint32_t to)
{
    axis->from = from;
    axis->to = to;
    axis->taps = 1;
    if (from == to)
        return 0;
    double taps = ceil(4.0 * from / to) + 1;
    axis->taps = taps < from ? (uint32_t)taps : from;
    double *exact = malloc(axis->taps * sizeof *exact);
    axis->start = malloc((size_t)to * sizeof *axis->start);
    axis->weights = malloc((size_t)to * axis->taps * sizeof *axis->weights);
    int result = exact != NULL && axis->start != NULL && axis->weights != NULL ? 0 : -1;
    for (uint32_t i = 0; result == 0 && i < to; i++)
        set_weights(axis, i, exact);
    free(exact);
    return result;
}

int idocr_fit_scale_open(struct idocr_fit_scale *scale, uint32_t width, uint32_t height, uint32_t to_width, uint32_t to_height,
                         int channels)
{
    memset(scale, 0, sizeof *scale);
    if (to_width == 0 || to_height == 0 || to_width > width || to_height > height)
        return -1;
    scale->channels = channels;
    size_t row = (size_t)width * (size_t)channels;
    if (open_axis(&scale->across, width, to_width) == 0 && open_axis(&scale->down, height, to_height) == 0) {
        scale->ring = malloc(row * scale->down.taps);
        scale->line = malloc(row);
        scale->sums = malloc(row * sizeof *scale->sums);
    }
    if (scale->ring != NULL && scale->line != NULL && scale->sums != NULL)
        return 0;
    idocr_fit_scale_close(scale);
    return -1;
}

static uint8_t *ring_row(const struct idocr_fit_scale *scale, uint32_t row)
{
    return scale->ring + (size_t)(row % scale->down.taps) * scale->across.from * (size_t)scale->channels;
}

uint8_t *idocr_fit_scale_room(struct idocr_fit_scale *scale)
{
    return ring_row(scale, scale->rows);
}

void idocr_fit_scale_push(struct idocr_fit_scale *scale)
{
    scale->rows++;
}

static inline uint8_t to_byte(int32_t sum)
{
    sum >>= BITS;
    return sum < 0 ? 0 : sum > 255 ? 255 : (uint8_t)sum;
}

/* Filters down the columns into `line`: contiguous loops that the compiler vectorises. */
static void filter_down(struct idocr_fit_scale *scale, uint32_t start, const int16_t *weights)
{
    const size_t length = (size_t)scale->across.from * (size_t)scale->channels;
    int32_t *restrict sums = scale->sums;
    for (size_t x = 0; x < length; x++)
        sums[x] = HALF;
    for (uint32_t t = 0; t < scale->down.taps; t++) {
        const uint8_t *restrict row = ring_row(scale, start + t);
        const int32_t weight = weights[t];
        if (weight == 0)
            continue;
        for (size_t x = 0; x < length; x++)
            sums[x] += weight * row[x];
    }
    uint8_t *restrict line = scale->line;
    for (size_t x = 0; x < length; x++)
        line[x] = to_byte(sums[x]);
}

static void filter_across_1(const struct idocr_fit_axis *axis, const uint8_t *line, uint8_t *out)
{
    const int16_t *weights = axis->weights;
    for (uint32_t i = 0; i < axis->to; i++, weights += axis->taps) {
        const uint8_t *in = line + axis->start[i];
        int32_t sum = HALF;
        for (uint32_t t = 0; t < axis->taps; t++)
            sum += weights[t] * in[t];
        *out++ = to_byte(sum);
    }
}

static void filter_across_3(const struct idocr_fit_axis *axis, const uint8_t *line, uint8_t *out)
{
    const int16_t *weights = axis->weights;
    for (uint32_t i = 0; i < axis->to; i++, weights += axis->taps) {
        const uint8_t *in = line + (size_t)axis->start[i] * 3;
        int32_t a = HALF, b = HALF, c = HALF;
        for (uint32_t t = 0; t < axis->taps; t++, in += 3) {
            int32_t weight = weights[t];
            a += weight * in[0];
            b += weight * in[1];
            c += weight * in[2];
        }
        *out++ = to_byte(a);
        *out++ = to_byte(b);
        *out++ = to_byte(c);
    }
}

static void filter_across_4(const struct idocr_fit_axis *axis, const uint8_t *line, uint8_t *out)
{
    const int16_t *weights = axis->weights;
    for (uint32_t i = 0; i < axis->to; i++, weights += axis->taps) {
        const uint8_t *in = line + (size_t)axis->start[i] * 4;
        int32_t sums[4] = {HALF, HALF, HALF, HALF};
        for (uint32_t t = 0; t < axis->taps; t++, in += 4)
            for (int k = 0; k < 4; k++)
                sums[k] += weights[t] * in[k];
        for (int k = 0; k < 4; k++)
            *out++ = to_byte(sums[k]);
    }
}

int idocr_fit_scale_take(struct idocr_fit_scale *scale, uint8_t *row)
{
    const struct idocr_fit_axis *across = &scale->across, *down = &scale->down;
    if (scale->done >= down->to)
        return 0;
    uint32_t start = down->start != NULL ? down->start[scale->done] : scale->done;
    if (scale->rows < start + down->taps)
        return 0;
    const uint8_t *line = ring_row(scale, start);
    if (down->start != NULL) {
        filter_down(scale, start, down->weights + (size_t)scale->done * down->taps);
        line = scale->line;
    }
    scale->done++;
    if (across->start == NULL)
        memcpy(row, line, (size_t)across->from * (size_t)scale->channels);
    else if (scale->channels == 1)
        filter_across_1(across, line, row);
    else if (scale->channels == 3)
        filter_across_3(across, line, row);
    else
        filter_across_4(across, line, row);
    return 1;
}

void idocr_fit_scale_close(struct idocr_fit_scale *scale)
{
    close_axis(&scale->across);
    close_axis(&scale->down);
    free(scale->ring);
    free(scale->line);
    free(scale->sums);
    memset(scale, 0, sizeof *scale);
}
