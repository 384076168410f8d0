/* SPDX-License-Identifier: MIT
 *
 * Turns a picture by its EXIF orientation: stores its pixels in bands of rows that are freed as they are returned.
 */
#include "fit_turn.h"

#include <stdlib.h>
#include <string.h>

#define BAND 64 /* rows that are allocated and freed together; even */

int idocr_fit_turn_open(struct idocr_fit_turn *turn, uint32_t width, uint32_t height, enum idocr_fit_colour from,
                        unsigned orientation)
{
    memset(turn, 0, sizeof *turn);
    turn->width = width;
    turn->height = height;
    turn->across = orientation >= 5 ? height : width;
    turn->down = orientation >= 5 ? width : height;
    turn->orientation = orientation;
    turn->from = from;
    turn->open_line = -1;
    turn->bands = (turn->down + BAND - 1) / BAND;
    const size_t half = (turn->across + 1) / 2, line = ((width > height ? width : height) + 1) / 2;
    bool colours = from != IDOCR_FIT_GREY;
    turn->luma = calloc(turn->bands, sizeof *turn->luma);
    turn->chroma = colours ? calloc(turn->bands, sizeof *turn->chroma) : NULL;
    turn->sums = calloc(line, 2 * sizeof *turn->sums);
    turn->counts = calloc(line, sizeof *turn->counts);
    bool there = turn->luma != NULL && turn->sums != NULL && turn->counts != NULL && (!colours || turn->chroma != NULL);
    for (uint32_t i = 0; there && i < turn->bands; i++) {
        turn->luma[i] = malloc((size_t)turn->across * BAND);
        if (colours)
            turn->chroma[i] = malloc(half * 2 * (BAND / 2));
        there = turn->luma[i] != NULL && (!colours || turn->chroma[i] != NULL);
    }
    if (there)
        return 0;
    idocr_fit_turn_close(turn);
    return -1;
}

/* Where the pixels of a stored row go in the upright picture: from (x, y) in steps of (dx, dy). */
struct path {
    int64_t x, y;
    int dx, dy;
};

static struct path path_of(const struct idocr_fit_turn *turn, uint32_t row)
{
    const int64_t right = (int64_t)turn->width - 1, last = (int64_t)turn->height - 1, y = row;
    switch (turn->orientation) {
    case 2: return (struct path){right, y, -1, 0};
    case 3: return (struct path){right, last - y, -1, 0};
    case 4: return (struct path){0, last - y, 1, 0};
    case 5: return (struct path){y, 0, 0, 1};
    case 6: return (struct path){last - y, 0, 0, 1};
    case 7: return (struct path){last - y, right, 0, -1};
    case 8: return (struct path){y, right, 0, -1};
    default: return (struct path){0, y, 1, 0};
    }
}

static uint8_t *luma_at(const struct idocr_fit_turn *turn, uint32_t x, uint32_t y)
{
    return turn->luma[y / BAND] + (size_t)(y % BAND) * turn->across + x;
}

static uint8_t *chroma_at(const struct idocr_fit_turn *turn, uint32_t x, uint32_t y)
{
    return turn->chroma[y / (BAND / 2)] + ((size_t)(y % (BAND / 2)) * ((turn->across + 1) / 2) + x) * 2;
}

/* Stores the averages of the line of chroma that is in the sums: a row, or a column where the picture is turned sideways. */
static void finish_line(struct idocr_fit_turn *turn)
{
    const bool sideways = turn->orientation >= 5;
    const uint32_t length = ((sideways ? turn->down : turn->across) + 1) / 2;
    for (uint32_t i = 0; i < length && turn->open_line >= 0; i++) {
        uint32_t line = (uint32_t)turn->open_line, count = turn->counts[i];
        uint8_t *out = sideways ? chroma_at(turn, line, i) : chroma_at(turn, i, line);
        for (int k = 0; k < 2; k++)
            out[k] = (uint8_t)((turn->sums[2 * i + (uint32_t)k] + count / 2) / count);
    }
    memset(turn->sums, 0, (size_t)length * 2 * sizeof *turn->sums);
    memset(turn->counts, 0, length);
}

/* Converts a pixel by the formula of JFIF, in 16 bits of fraction. */
static void to_ycc(const uint8_t *rgb, uint8_t ycc[3])
{
    const int r = rgb[0], g = rgb[1], b = rgb[2];
    ycc[0] = (uint8_t)((19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
    ycc[1] = (uint8_t)((-11059 * r - 21709 * g + 32768 * b + (128 << 16) + 32767) >> 16);
    ycc[2] = (uint8_t)((32768 * r - 27439 * g - 5329 * b + (128 << 16) + 32767) >> 16);
}

void idocr_fit_turn_push(struct idocr_fit_turn *turn, const uint8_t *row)
{
    if (turn->rows >= turn->height)
        return;
    struct path path = path_of(turn, turn->rows++);
    if (turn->from == IDOCR_FIT_GREY) {
        for (uint32_t i = 0; i < turn->width; i++, path.x += path.dx, path.y += path.dy)
            *luma_at(turn, (uint32_t)path.x, (uint32_t)path.y) = row[i];
        return;
    }
    const int64_t line = (path.dx != 0 ? path.y : path.x) / 2;
    if (line != turn->open_line) {
        finish_line(turn);
        turn->open_line = line;
    }
    for (uint32_t i = 0; i < turn->width; i++, row += 3, path.x += path.dx, path.y += path.dy) {
        uint8_t converted[3];
        const uint8_t *ycc = row;
        if (turn->from == IDOCR_FIT_RGB) {
            to_ycc(row, converted);
            ycc = converted;
        }
        *luma_at(turn, (uint32_t)path.x, (uint32_t)path.y) = ycc[0];
        uint32_t at = (uint32_t)(path.dx != 0 ? path.x : path.y) / 2;
        turn->sums[2 * at] = (uint16_t)(turn->sums[2 * at] + ycc[1]);
        turn->sums[2 * at + 1] = (uint16_t)(turn->sums[2 * at + 1] + ycc[2]);
        turn->counts[at]++;
    }
    if (turn->rows == turn->height)
        finish_line(turn);
}

void idocr_fit_turn_take(struct idocr_fit_turn *turn, uint32_t y, uint8_t *row)
{
    if (y >= BAND && y % BAND == 0) {
        free(turn->luma[y / BAND - 1]);
        turn->luma[y / BAND - 1] = NULL;
        if (turn->chroma != NULL) {
            free(turn->chroma[y / BAND - 1]);
            turn->chroma[y / BAND - 1] = NULL;
        }
    }
    const uint8_t *luma = luma_at(turn, 0, y);
    if (turn->chroma == NULL) {
        memcpy(row, luma, turn->across);
        return;
    }
    const uint8_t *chroma = chroma_at(turn, 0, y / 2);
    for (uint32_t x = 0; x < turn->across; x++, row += 3) {
        row[0] = luma[x];
        memcpy(row + 1, chroma + (x & ~UINT32_C(1)), 2);
    }
}

void idocr_fit_turn_close(struct idocr_fit_turn *turn)
{
    for (uint32_t i = 0; i < turn->bands; i++) {
        if (turn->luma != NULL)
            free(turn->luma[i]);
        if (turn->chroma != NULL)
            free(turn->chroma[i]);
    }
    free(turn->luma);
    free(turn->chroma);
    free(turn->sums);
    free(turn->counts);
    memset(turn, 0, sizeof *turn);
}
