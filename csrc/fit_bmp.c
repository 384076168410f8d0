/* SPDX-License-Identifier: MIT
 *
 * Decodes BMP for a fit: 1, 4 and 8 bits with a palette, 16, 24 and 32 bits, rows in both directions, and 8 bits with run lengths.
 */
#include <stdlib.h>
#include <string.h>

#include "fit_decoders.h"

#define BUFFER 4096 /* bytes read at once */
#define HEADER 138  /* bytes of the file header and the longest bitmap header */

struct channel {
    uint32_t mask;
    unsigned shift, most; /* most: the largest value */
};

struct bmp {
    struct idocr_source *source;
    uint64_t at;         /* bytes taken */
    size_t next, filled; /* of the buffer */
    uint32_t width, height;
    unsigned bits;
    bool grey, os2, runs, last; /* last: the end of the picture was coded */
    uint32_t blank;             /* rows that a run length skips */
    uint32_t column;            /* at which the next row begins, after such a skip */
    uint8_t head[HEADER];
    uint8_t palette[256][3];
    struct channel channels[4]; /* red, green, blue, alpha */
    uint8_t *line;
    size_t stride;
    uint8_t buffer[BUFFER];
};

static uint32_t little16(const uint8_t *p)
{
    return (uint32_t)p[1] << 8 | p[0];
}

static uint32_t little32(const uint8_t *p)
{
    return little16(p + 2) << 16 | little16(p);
}

static enum idocr_fit_status read_bytes(struct bmp *self, void *into, size_t length)
{
    uint8_t *to = into;
    while (length > 0) {
        if (self->next == self->filled) {
            self->next = 0;
            if (self->source->read(self->source, self->buffer, sizeof self->buffer, &self->filled) != 0)
                return IDOCR_FIT_READ;
            if (self->filled == 0)
                return IDOCR_FIT_TRUNCATED;
        }
        size_t there = self->filled - self->next, now = there < length ? there : length;
        memcpy(to, self->buffer + self->next, now);
        self->next += now;
        self->at += now;
        to += now;
        length -= now;
    }
    return IDOCR_FIT_DONE;
}

static enum idocr_fit_status skip_to(struct bmp *self, uint64_t offset)
{
    uint8_t room[4096];
    while (self->at < offset) {
        uint64_t rest = offset - self->at;
        enum idocr_fit_status status = read_bytes(self, room, rest < sizeof room ? (size_t)rest : sizeof room);
        if (status != IDOCR_FIT_DONE)
            return status;
    }
    return IDOCR_FIT_DONE;
}

static void *open_bmp(struct idocr_source *source)
{
    struct bmp *self = calloc(1, sizeof *self);
    if (self != NULL)
        self->source = source;
    return self;
}

static void close_bmp(void *data)
{
    struct bmp *self = data;
    free(self->line);
    free(self);
}

/* Sets a channel from its mask, whose bits must be contiguous. */
static int set_channel(struct channel *channel, uint32_t mask)
{
    channel->mask = mask;
    channel->shift = 0;
    channel->most = 0;
    if (mask == 0)
        return 0;
    while ((mask & 1) == 0) {
        mask >>= 1;
        channel->shift++;
    }
    channel->most = mask;
    return (mask & (mask + 1)) == 0 ? 0 : -1;
}

static int set_masks(struct bmp *self, uint32_t compression, uint32_t header)
{
    static const uint32_t FIVE[] = {0x7c00, 0x3e0, 0x1f, 0}, EIGHT[] = {0xff0000, 0xff00, 0xff, 0};
    uint32_t masks[4] = {0};
    if (compression == 0)
        memcpy(masks, self->bits == 16 ? FIVE : EIGHT, sizeof masks);
    else
        for (int i = 0; i < (header >= 56 ? 4 : 3); i++)
            masks[i] = little32(self->head + 54 + 4 * i);
    for (int i = 0; i < 4; i++)
        if (set_channel(&self->channels[i], masks[i]) != 0)
            return -1;
    return 0;
}

static enum idocr_fit_status read_palette(struct bmp *self, uint32_t colours, size_t entry)
{
    self->grey = true;
    for (uint32_t i = 0; i < colours; i++) {
        uint8_t blue_green_red[4];
        enum idocr_fit_status status = read_bytes(self, blue_green_red, entry);
        if (status != IDOCR_FIT_DONE)
            return status;
        for (int k = 0; k < 3; k++)
            self->palette[i][k] = blue_green_red[2 - k];
        self->grey = self->grey && blue_green_red[0] == blue_green_red[1] && blue_green_red[1] == blue_green_red[2];
    }
    return IDOCR_FIT_DONE;
}

/* Parses the header behind its length; *colours: entries of the palette. */
static enum idocr_fit_status parse_header(struct bmp *self, struct idocr_fit_picture *picture, uint32_t header, uint32_t *colours)
{
    const uint8_t *head = self->head;
    uint32_t compression = 0;
    *colours = 0;
    if (self->os2) {
        self->width = little16(head + 18);
        self->height = little16(head + 20);
        self->bits = little16(head + 24);
        picture->bottom_up = true;
    } else {
        self->width = little32(head + 18);
        self->height = little32(head + 22);
        picture->bottom_up = self->height <= INT32_MAX;
        if (!picture->bottom_up)
            self->height = 0 - self->height;
        self->bits = little16(head + 28);
        compression = little32(head + 30);
        *colours = little32(head + 46);
    }
    if (self->width == 0 || self->width > IDOCR_FIT_MOST_SIDE || self->height == 0 || self->height > IDOCR_FIT_MOST_SIDE)
        return self->width == 0 || self->height == 0 ? IDOCR_FIT_BROKEN : IDOCR_FIT_TOO_LARGE;
    bool masked = self->bits == 16 || self->bits == 32, paletted = self->bits == 1 || self->bits == 4 || self->bits == 8;
    self->runs = compression == 1 && self->bits == 8;
    if ((compression != 0 && !(compression == 3 && masked) && !self->runs) || !(masked || paletted || self->bits == 24))
        return IDOCR_FIT_UNSUPPORTED;
    if (masked && set_masks(self, compression, header) != 0)
        return IDOCR_FIT_BROKEN;
    if (!paletted)
        *colours = 0;
    else if (*colours == 0 || *colours > 1u << self->bits)
        *colours = 1u << self->bits;
    return IDOCR_FIT_DONE;
}

static enum idocr_fit_status inspect_bmp(void *data, struct idocr_fit_picture *picture)
{
    struct bmp *self = data;
    enum idocr_fit_status status = read_bytes(self, self->head, 18);
    if (status != IDOCR_FIT_DONE)
        return status;
    const uint32_t pixels = little32(self->head + 10), header = little32(self->head + 14);
    self->os2 = header == 12;
    if (!self->os2 && (header < 40 || header > 124))
        return IDOCR_FIT_UNSUPPORTED;
    status = read_bytes(self, self->head + 18, header - 4);
    /* Three masks follow a header of the oldest length. */
    if (status == IDOCR_FIT_DONE && header == 40 && little32(self->head + 30) == 3)
        status = read_bytes(self, self->head + 54, 12);
    uint32_t colours;
    if (status == IDOCR_FIT_DONE)
        status = parse_header(self, picture, header, &colours);
    if (status != IDOCR_FIT_DONE)
        return status;
    const size_t entry = self->os2 ? 3 : 4;
    if (pixels > self->at && (pixels - self->at) / entry < colours) /* some encoders write fewer than the header implies */
        colours = (uint32_t)((pixels - self->at) / entry);
    status = read_palette(self, colours, entry);
    if (status == IDOCR_FIT_DONE && pixels < self->at)
        return IDOCR_FIT_BROKEN;
    picture->width = self->width;
    picture->height = self->height;
    picture->colour = colours > 0 && self->grey ? IDOCR_FIT_GREY : IDOCR_FIT_RGB;
    self->grey = picture->colour == IDOCR_FIT_GREY;
    return status;
}

static enum idocr_fit_status start_bmp(void *data, struct idocr_fit_picture *picture, uint32_t width, uint32_t height)
{
    struct bmp *self = data;
    (void)picture;
    (void)width;
    (void)height;
    self->stride = ((size_t)self->width * self->bits + 31) / 32 * 4;
    self->line = malloc(self->stride);
    if (self->line == NULL)
        return IDOCR_FIT_NO_MEMORY;
    return skip_to(self, little32(self->head + 10));
}

static uint8_t value_of(const struct channel *channel, uint32_t pixel)
{
    if (channel->most == 0)
        return 0;
    return (uint8_t)((uint64_t)((pixel & channel->mask) >> channel->shift) * 255 / channel->most);
}

static void masked_row(const struct bmp *self, uint8_t *row)
{
    const size_t bytes = self->bits / 8;
    const uint8_t *p = self->line;
    for (uint32_t x = 0; x < self->width; x++, p += bytes) {
        uint32_t pixel = bytes == 2 ? little16(p) : little32(p);
        uint8_t rgba[4];
        for (int i = 0; i < 4; i++)
            rgba[i] = value_of(&self->channels[i], pixel);
        if (self->channels[3].most != 0)
            idocr_fit_flatten(rgba, 1, 3);
        memcpy(row + (size_t)x * 3, rgba, 3);
    }
}

static void paletted_row(const struct bmp *self, uint8_t *row)
{
    const unsigned per_byte = 8 / self->bits, mask = (1u << self->bits) - 1;
    for (uint32_t x = 0; x < self->width; x++) {
        unsigned shift = (per_byte - 1 - x % per_byte) * self->bits;
        const uint8_t *colour = self->palette[(unsigned)self->line[x / per_byte] >> shift & mask];
        if (self->grey)
            row[x] = colour[0];
        else
            memcpy(row + (size_t)x * 3, colour, 3);
    }
}

/* Reads `count` values that are coded one by one; the last ones may be beyond the row. */
static enum idocr_fit_status read_values(struct bmp *self, uint32_t *x, unsigned count)
{
    uint8_t values[256];
    enum idocr_fit_status status = read_bytes(self, values, count + (count & 1));
    for (unsigned i = 0; status == IDOCR_FIT_DONE && i < count && *x < self->width; i++)
        self->line[(*x)++] = values[i];
    return status;
}

/* Reads a row of run lengths; what it leaves out has the first colour of the palette. */
static enum idocr_fit_status read_runs(struct bmp *self)
{
    memset(self->line, 0, self->stride);
    if (self->last)
        return IDOCR_FIT_DONE;
    if (self->blank > 0 && --self->blank > 0)
        return IDOCR_FIT_DONE;
    for (uint32_t x = self->column;;) {
        uint8_t pair[2];
        enum idocr_fit_status status = read_bytes(self, pair, 2);
        self->column = 0;
        if (status != IDOCR_FIT_DONE)
            return status;
        if (pair[0] > 0) {
            uint32_t room = self->width - x, count = pair[0] < room ? pair[0] : room;
            memset(self->line + x, pair[1], count);
            x += count;
        } else if (pair[1] <= 1) { /* the end of the row, or of the picture */
            self->last = pair[1] == 1;
            return IDOCR_FIT_DONE;
        } else if (pair[1] == 2) { /* a move to the right and to later rows */
            if ((status = read_bytes(self, pair, 2)) != IDOCR_FIT_DONE)
                return status;
            x = self->width - x < pair[0] ? self->width : x + pair[0];
            if (pair[1] > 0) {
                self->blank = pair[1];
                self->column = x;
                return IDOCR_FIT_DONE;
            }
        } else if ((status = read_values(self, &x, pair[1])) != IDOCR_FIT_DONE) {
            return status;
        }
    }
}

static enum idocr_fit_status read_bmp(void *data, uint8_t *row)
{
    struct bmp *self = data;
    enum idocr_fit_status status = self->runs ? read_runs(self) : read_bytes(self, self->line, self->stride);
    if (status != IDOCR_FIT_DONE)
        return status;
    if (self->bits <= 8) {
        paletted_row(self, row);
    } else if (self->bits == 24) {
        for (size_t i = 0; i < (size_t)self->width * 3; i += 3) {
            row[i] = self->line[i + 2];
            row[i + 1] = self->line[i + 1];
            row[i + 2] = self->line[i];
        }
    } else {
        masked_row(self, row);
    }
    return IDOCR_FIT_DONE;
}

const struct idocr_fit_decoder idocr_fit_bmp = {open_bmp, inspect_bmp, start_bmp, read_bmp, close_bmp};
