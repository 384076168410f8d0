/* SPDX-License-Identifier: MIT
 *
 * Computes the measures of a picture (sharpness, brightness, colour) from its pixel rows.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pixels.h"

enum { TILES = 8, BRIGHT = 250, DARK = 40 };

int idocr_pixels_open(struct idocr_pixels *pixels, uint32_t width, uint32_t height)
{
    memset(pixels, 0, sizeof *pixels);
    uint32_t longer = width > height ? width : height;
    if (longer == 0 || width == 0 || height == 0)
        return -1;
    double scale = longer > IDOCR_PIXELS_SIDE ? (double)IDOCR_PIXELS_SIDE / longer : 1.0;
    pixels->width = width;
    pixels->height = height;
    pixels->across = (uint32_t)(width * scale + 0.5);
    pixels->down = (uint32_t)(height * scale + 0.5);
    if (pixels->across == 0)
        pixels->across = 1;
    if (pixels->down == 0)
        pixels->down = 1;
    pixels->small = malloc((size_t)pixels->across * pixels->down);
    pixels->line = calloc((size_t)pixels->across * 3, sizeof *pixels->line);
    if (pixels->small == NULL || pixels->line == NULL) {
        idocr_pixels_close(pixels);
        return -1;
    }
    return 0;
}

/* Adds `weight` of a row to the unfinished scaled row: each pixel goes to the one or two scaled pixels that it overlaps. */
static void add(struct idocr_pixels *pixels, const uint8_t *row, int channels, double weight)
{
    const double scale = (double)pixels->across / pixels->width;
    double *line = pixels->line;
    double right = 0;
    uint32_t at = 0;
    for (uint32_t x = 0; x < pixels->width; x++) {
        double grey, first = 0, second = 0;
        if (channels == 1) {
            grey = row[x];
        } else {
            const uint8_t *p = row + (size_t)x * (size_t)channels;
            grey = 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
            first = 0.713 * (p[0] - grey);
            second = 0.564 * (p[2] - grey);
        }
        right += scale;
        double share = scale, here = share;
        bool split = right > at + 1 && at + 1 < pixels->across;
        if (split)
            here = share - (right - (at + 1));
        double w = here * weight;
        line[at * 3] += grey * w;
        line[at * 3 + 1] += first * w;
        line[at * 3 + 2] += second * w;
        if (split) {
            at++;
            w = (share - here) * weight;
            line[at * 3] += grey * w;
            line[at * 3 + 1] += first * w;
            line[at * 3 + 2] += second * w;
        }
    }
}

static uint8_t to_byte(double value)
{
    return value <= 0 ? 0 : value >= 255 ? 255 : (uint8_t)(value + 0.5);
}

/* Finishes the scaled row: stores its grey, sums its colour, and starts the next one. */
static void finish_line(struct idocr_pixels *pixels)
{
    uint8_t *out = pixels->small + (size_t)pixels->done * pixels->across;
    for (uint32_t x = 0; x < pixels->across; x++) {
        const double *p = pixels->line + (size_t)x * 3;
        out[x] = to_byte(p[0] / pixels->filled);
        pixels->chroma += sqrt(p[1] * p[1] + p[2] * p[2]) / pixels->filled;
    }
    memset(pixels->line, 0, (size_t)pixels->across * 3 * sizeof *pixels->line);
    pixels->filled = 0;
    pixels->done++;
}

void idocr_pixels_row(struct idocr_pixels *pixels, const uint8_t *row, int channels)
{
    if (pixels->row >= pixels->height || pixels->done >= pixels->down)
        return;
    const double scale = (double)pixels->down / pixels->height;
    double bottom = (pixels->row + 1) * scale;
    double here = scale;
    bool ends = bottom >= pixels->done + 1 - 1e-9;
    if (ends && bottom > pixels->done + 1)
        here = scale - (bottom - (pixels->done + 1));
    add(pixels, row, channels, here);
    pixels->filled += here;
    pixels->row++;
    if (ends) {
        finish_line(pixels);
        if (scale - here > 1e-9 && pixels->done < pixels->down) {
            add(pixels, row, channels, scale - here);
            pixels->filled += scale - here;
        }
    }
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Computes the variance of the 4-neighbour Laplacian, over the picture and by tile. */
static void measure_sharpness(const struct idocr_pixels *pixels, uint32_t down, struct idocr_measures *measures)
{
    double sum[TILES][TILES] = {{0}}, square[TILES][TILES] = {{0}};
    double count[TILES][TILES] = {{0}};
    const uint32_t across = pixels->across;
    for (uint32_t y = 1; y + 1 < down; y++) {
        const uint8_t *row = pixels->small + (size_t)y * across;
        const uint8_t *above = row - across, *below = row + across;
        uint32_t tile_y = y * TILES / down;
        for (uint32_t x = 1; x + 1 < across; x++) {
            int value = row[x - 1] + row[x + 1] + above[x] + below[x] - 4 * row[x];
            uint32_t tile_x = x * TILES / across;
            sum[tile_y][tile_x] += value;
            square[tile_y][tile_x] += (double)value * value;
            count[tile_y][tile_x]++;
        }
    }
    double tiles[TILES * TILES], all = 0, all_square = 0, all_count = 0;
    size_t n = 0;
    for (int y = 0; y < TILES; y++) {
        for (int x = 0; x < TILES; x++) {
            if (count[y][x] < 1)
                continue;
            double mean = sum[y][x] / count[y][x];
            tiles[n++] = square[y][x] / count[y][x] - mean * mean;
            all += sum[y][x];
            all_square += square[y][x];
            all_count += count[y][x];
        }
    }
    if (n == 0)
        return;
    double mean = all / all_count;
    measures->sharpness = all_square / all_count - mean * mean;
    qsort(tiles, n, sizeof *tiles, compare_doubles);
    measures->sharpest = tiles[n * 9 / 10];
}

static void measure_light(const struct idocr_pixels *pixels, uint32_t down, struct idocr_measures *measures)
{
    size_t histogram[256] = {0}, total = (size_t)pixels->across * down;
    double sum = 0;
    for (size_t i = 0; i < total; i++) {
        histogram[pixels->small[i]]++;
        sum += pixels->small[i];
    }
    size_t dark = 0, seen = 0;
    int low = -1, high = -1;
    for (int value = 0; value < 256; value++) {
        if (value < DARK)
            dark += histogram[value];
        seen += histogram[value];
        if (low < 0 && seen * 20 >= total)
            low = value;
        if (high < 0 && seen * 20 >= total * 19)
            high = value;
    }
    measures->brightness = sum / (double)total;
    measures->contrast = high - low;
    measures->dark = (double)dark / (double)total;
}

/* Separates bright pixels by a flood fill: those connected with the edge are background; the others are glare, or white parts of
 * the card. */
static int measure_glare(const struct idocr_pixels *pixels, uint32_t down, struct idocr_measures *measures)
{
    const uint32_t across = pixels->across;
    size_t total = (size_t)across * down, top = 0, bright = 0, outside = 0;
    uint8_t *seen = calloc(total, 1);
    uint32_t *stack = malloc(total * sizeof *stack); /* each pixel is pushed at most once */
    if (seen == NULL || stack == NULL) {
        free(seen);
        free(stack);
        return -1;
    }
#define PUSH(i) \
    do { \
        size_t push_at = (i); \
        if (!seen[push_at] && pixels->small[push_at] >= BRIGHT) { \
            seen[push_at] = 1; \
            stack[top++] = (uint32_t)push_at; \
        } \
    } while (0)
    for (size_t x = 0; x < across; x++) {
        PUSH(x);
        PUSH(total - across + x);
    }
    for (size_t y = 0; y < down; y++) {
        PUSH(y * across);
        PUSH(y * across + across - 1);
    }
    while (top > 0) {
        size_t i = stack[--top];
        outside++;
        if (i % across > 0)
            PUSH(i - 1);
        if (i % across + 1 < across)
            PUSH(i + 1);
        if (i >= across)
            PUSH(i - across);
        if (i + across < total)
            PUSH(i + across);
    }
#undef PUSH
    for (size_t i = 0; i < total; i++)
        bright += pixels->small[i] >= BRIGHT;
    measures->background = (double)outside / (double)total;
    measures->glare = (double)(bright - outside) / (double)total;
    free(seen);
    free(stack);
    return 0;
}

int idocr_pixels_measure(struct idocr_pixels *pixels, struct idocr_measures *measures)
{
    memset(measures, 0, sizeof *measures);
    if (pixels->done < pixels->down && pixels->filled > 0)
        finish_line(pixels); /* the last row is incomplete by rounding, or because the file ended early */
    uint32_t down = pixels->done;
    if (down == 0)
        return -1;
    measure_sharpness(pixels, down, measures);
    measure_light(pixels, down, measures);
    measures->chroma = pixels->chroma / ((double)pixels->across * down);
    return measure_glare(pixels, down, measures);
}

void idocr_pixels_close(struct idocr_pixels *pixels)
{
    free(pixels->small);
    free(pixels->line);
    memset(pixels, 0, sizeof *pixels);
}
