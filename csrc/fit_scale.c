/* SPDX-License-Identifier: MIT
 *
 * Scales a picture down row by row: a vertical and a horizontal bicubic filter with integer weights.
 */
#include "fit_scale.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define PADDING 16 /* bytes behind a row that vector code may read */

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
        scale->ring = calloc(row * scale->down.taps + PADDING, 1);
        scale->line = calloc(row + PADDING, 1);
        scale->window = malloc(scale->down.taps * sizeof *scale->window);
    }
    if (scale->ring != NULL && scale->line != NULL && scale->window != NULL)
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

/* Filters bytes `from` to `to` of the rows of the window, one after the other. */
static void filter_bytes(const struct idocr_fit_scale *scale, const int16_t *weights, size_t from, size_t to)
{
    for (size_t x = from; x < to; x++) {
        int32_t sum = HALF;
        for (uint32_t t = 0; t < scale->down.taps; t++)
            sum += weights[t] * scale->window[t][x];
        scale->line[x] = to_byte(sum);
    }
}

#ifdef __SSE2__

/* Returns two weights as the factors of pairs of values. */
static inline __m128i pair(const int16_t *weights, uint32_t t, uint32_t taps)
{
    int second = t + 1 < taps ? weights[t + 1] : 0;
    return _mm_set1_epi32((int)((unsigned)second << 16 | (uint16_t)weights[t]));
}

/* Filters 16 bytes at a time; returns the number of bytes that are done. */
static size_t filter_vectors(const struct idocr_fit_scale *scale, const int16_t *weights, size_t length)
{
    const uint32_t taps = scale->down.taps;
    const __m128i zero = _mm_setzero_si128();
    size_t x = 0;
    for (; x + 16 <= length; x += 16) {
        __m128i sums[4];
        for (int i = 0; i < 4; i++)
            sums[i] = _mm_set1_epi32(HALF);
        for (uint32_t t = 0; t < taps; t += 2) {
            const __m128i factors = pair(weights, t, taps);
            const __m128i a = _mm_loadu_si128((const __m128i *)(const void *)(scale->window[t] + x));
            const __m128i b = t + 1 < taps ? _mm_loadu_si128((const __m128i *)(const void *)(scale->window[t + 1] + x)) : zero;
            const __m128i low = _mm_unpacklo_epi8(a, b), high = _mm_unpackhi_epi8(a, b); /* pairs of bytes */
            sums[0] = _mm_add_epi32(sums[0], _mm_madd_epi16(_mm_unpacklo_epi8(low, zero), factors));
            sums[1] = _mm_add_epi32(sums[1], _mm_madd_epi16(_mm_unpackhi_epi8(low, zero), factors));
            sums[2] = _mm_add_epi32(sums[2], _mm_madd_epi16(_mm_unpacklo_epi8(high, zero), factors));
            sums[3] = _mm_add_epi32(sums[3], _mm_madd_epi16(_mm_unpackhi_epi8(high, zero), factors));
        }
        for (int i = 0; i < 4; i++)
            sums[i] = _mm_srai_epi32(sums[i], BITS);
        const __m128i bytes = _mm_packus_epi16(_mm_packs_epi32(sums[0], sums[1]), _mm_packs_epi32(sums[2], sums[3]));
        _mm_storeu_si128((__m128i *)(void *)(scale->line + x), bytes);
    }
    return x;
}

/* Loads a pixel of three bytes, and the byte behind it, as the low bytes of 16-bit values. */
static inline __m128i load_pixel(const uint8_t *p)
{
    int32_t bytes;
    memcpy(&bytes, p, sizeof bytes);
    return _mm_cvtsi32_si128(bytes);
}

static void filter_across_3(const struct idocr_fit_axis *axis, const uint8_t *line, uint8_t *out)
{
    const int16_t *weights = axis->weights;
    const uint32_t taps = axis->taps;
    const __m128i zero = _mm_setzero_si128();
    for (uint32_t i = 0; i < axis->to; i++, weights += taps, out += 3) {
        const uint8_t *in = line + (size_t)axis->start[i] * 3;
        __m128i sum = _mm_set1_epi32(HALF);
        for (uint32_t t = 0; t < taps; t += 2, in += 6) {
            const __m128i b = t + 1 < taps ? load_pixel(in + 3) : zero;
            const __m128i values = _mm_unpacklo_epi8(_mm_unpacklo_epi8(load_pixel(in), b), zero);
            sum = _mm_add_epi32(sum, _mm_madd_epi16(values, pair(weights, t, taps)));
        }
        sum = _mm_packs_epi32(_mm_srai_epi32(sum, BITS), zero);
        const int32_t bytes = _mm_cvtsi128_si32(_mm_packus_epi16(sum, zero));
        memcpy(out, &bytes, 3);
    }
}

#else

static size_t filter_vectors(const struct idocr_fit_scale *scale, const int16_t *weights, size_t length)
{
    (void)scale;
    (void)weights;
    (void)length;
    return 0;
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

#endif

/* Filters down the columns into `line`. */
static void filter_down(struct idocr_fit_scale *scale, uint32_t start, const int16_t *weights)
{
    const size_t length = (size_t)scale->across.from * (size_t)scale->channels;
    for (uint32_t t = 0; t < scale->down.taps; t++)
        scale->window[t] = ring_row(scale, start + t);
    filter_bytes(scale, weights, filter_vectors(scale, weights, length), length);
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
    free(scale->window);
    memset(scale, 0, sizeof *scale);
}
