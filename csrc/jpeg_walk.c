/* SPDX-License-Identifier: MIT
 *
 * Counts the blocks of the last scan of a JPEG by following its Huffman codes, to find out whether it is complete.
 */
#include "jpeg_walk.h"

#include <string.h>

#define STEPS 4096 /* segments followed before giving up */

/* A JPEG counts as complete when at most this part of its blocks is missing, in the lower right corner: programs show such a
 * file, and no card has text there. */
#define CORNER 64

enum { STOP_END = 1, STOP_MARKER };

/* Outcome of one unit. */
enum outcome { OUTCOME_DONE, OUTCOME_SHORT, OUTCOME_DAMAGED };

void idocr_jpeg_walk_init(struct idocr_jpeg_walk *walk, const struct idocr_image *image)
{
    memset(walk, 0, sizeof *walk);
    walk->image = image;
}

/* ---- segments */

static bool read_huffman(struct idocr_jpeg_tables *tables, const uint8_t *p, size_t length)
{
    while (length >= 17) {
        unsigned place = p[0] & 0x0f, total = 0;
        if (place > 3 || p[0] > 0x1f)
            return false;
        struct idocr_jpeg_huffman *table = p[0] & 0x10 ? &tables->ac[place] : &tables->dc[place];
        const uint8_t *counts = p;
        for (unsigned size = 1; size <= 16; size++)
            total += counts[size];
        if (total > 256 || total > length - 17)
            return false;
        memset(table, 0, sizeof *table);
        memcpy(table->values, p + 17, total);
        int32_t code = 0, index = 0;
        for (unsigned size = 1; size <= 16; size++, code <<= 1) {
            table->first_index[size] = index - code;
            for (unsigned i = 0; i < counts[size]; i++, code++, index++) {
                if (code >= (int32_t)1 << size)
                    return false;
                if (size <= 8) {
                    size_t from = (size_t)code << (8 - size), span = (size_t)1 << (8 - size);
                    memset(table->lengths + from, (int)size, span);
                    memset(table->symbols + from, table->values[index], span);
                }
            }
            table->last[size] = counts[size] > 0 ? code - 1 : -1;
        }
        table->defined = true;
        p += 17 + total;
        length -= 17 + total;
    }
    return length == 0;
}

static bool read_frame(struct idocr_jpeg_walk *walk, uint8_t marker, const uint8_t *p, size_t length)
{
    if (length < 6 || walk->count != 0 || p[5] < 1 || p[5] > 4 || length < 6 + (size_t)p[5] * 3)
        return false;
    walk->frame = marker;
    walk->height = idocr_big16(p + 1);
    walk->width = idocr_big16(p + 3);
    walk->count = p[5];
    walk->most_across = walk->most_down = 1;
    for (unsigned i = 0; i < walk->count; i++) {
        struct idocr_jpeg_component *component = &walk->components[i];
        component->id = p[6 + i * 3];
        component->across = p[7 + i * 3] >> 4;
        component->down = p[7 + i * 3] & 0x0f;
        if (component->across < 1 || component->across > 4 || component->down < 1 || component->down > 4)
            return false;
        if (component->across > walk->most_across)
            walk->most_across = component->across;
        if (component->down > walk->most_down)
            walk->most_down = component->down;
    }
    return walk->width > 0 && walk->height > 0;
}

static uint64_t divide_up(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

static bool read_scan(struct idocr_jpeg_walk *walk, const uint8_t *p, size_t length)
{
    if (walk->count == 0 || length < 1 || p[0] < 1 || p[0] > walk->count || length < 4 + (size_t)p[0] * 2)
        return false;
    walk->scan_count = p[0];
    walk->essential = false;
    for (unsigned i = 0; i < walk->scan_count; i++) {
        unsigned found = 0;
        while (found < walk->count && walk->components[found].id != p[1 + i * 2])
            found++;
        uint8_t tables = p[2 + i * 2];
        if (found == walk->count || tables >> 4 > 3 || (tables & 0x0f) > 3)
            return false;
        walk->scan[i] = walk->components[found];
        walk->scan[i].dc = tables >> 4;
        walk->scan[i].ac = tables & 0x0f;
        if (found == 0) /* brightness, by which text is read */
            walk->essential = true;
    }
    p += 1 + (size_t)walk->scan_count * 2;
    walk->low = p[0];
    walk->high = p[1];
    walk->successive = p[2] >> 4;
    if (walk->frame != 0xc2) { /* sequential: all coefficients at once */
        walk->low = 0;
        walk->high = 63;
        walk->successive = 0;
    }
    if (walk->low == 0 && walk->essential)
        walk->covered = true;
    walk->used = walk->tables;
    if (walk->scan_count == 1) {
        const struct idocr_jpeg_component *only = &walk->scan[0];
        walk->units = divide_up(divide_up((uint64_t)walk->width * only->across, walk->most_across), 8) *
                      divide_up(divide_up((uint64_t)walk->height * only->down, walk->most_down), 8);
    } else {
        walk->units =
            divide_up(walk->width, UINT64_C(8) * walk->most_across) * divide_up(walk->height, UINT64_C(8) * walk->most_down);
    }
    return walk->low <= walk->high && walk->high <= 63;
}

/* Parses all segments to find the last scan. Returns false where the structure is malformed. */
static bool read_segments(struct idocr_jpeg_walk *walk, struct idocr_image_reader *reader)
{
    uint64_t at = 2, size = reader->image->size;
    for (int step = 0; step < STEPS; step++) {
        at = idocr_image_next_marker(reader, at, false);
        const uint8_t *p = idocr_image_peek(reader, at, 4);
        if (p == NULL)
            return true; /* end of file: the last scan is known */
        uint8_t marker = p[1];
        if (marker == 0xd9)
            return true;
        if (marker == 0xd8 || marker == 0x01) {
            at += 2;
            continue;
        }
        size_t length = idocr_big16(p + 2);
        if (length < 2) {
            at += 2;
            continue;
        }
        bool frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        if (frame || marker == 0xc4 || marker == 0xda || marker == 0xdd) {
            uint8_t payload[IDOCR_IMAGE_WINDOW];
            size_t count = length - 2;
            if (count > sizeof payload || at + 2 + length > size)
                return walk->scan_at != 0; /* after a scan: no marker, but data that looks like one */
            if ((p = idocr_image_peek(reader, at + 4, count)) == NULL)
                return false;
            memcpy(payload, p, count);
            bool good = marker == 0xc4   ? read_huffman(&walk->tables, payload, count)
                        : marker == 0xda ? read_scan(walk, payload, count)
                        : marker == 0xdd ? count == 2
                                         : marker <= 0xc2 && read_frame(walk, marker, payload, count);
            if (!good)
                return walk->scan_at != 0 && marker != 0xda;
            if (marker == 0xdd)
                walk->tables.restart = idocr_big16(payload);
            if (marker == 0xda)
                walk->scan_at = at + 2 + length;
        }
        at += 2 + (uint64_t)length;
    }
    return false;
}

/* ---- bits */

static void fill(struct idocr_jpeg_walk *walk, struct idocr_image_reader *reader, unsigned want)
{
    while (walk->have < want && walk->stopped == 0) {
        const uint8_t *p = idocr_image_peek(reader, walk->at, 1);
        if (p == NULL) {
            walk->stopped = STOP_END;
            return;
        }
        uint8_t byte = *p;
        walk->at++;
        if (byte == 0xff) {
            p = idocr_image_peek(reader, walk->at, 1);
            while (p != NULL && *p == 0xff) /* fill bytes */
                p = idocr_image_peek(reader, ++walk->at, 1);
            if (p == NULL || *p != 0) {
                walk->stopped = p == NULL ? STOP_END : STOP_MARKER;
                return;
            }
            walk->at++;
        }
        walk->bits = walk->bits << 8 | byte;
        walk->have += 8;
    }
}

static enum outcome skip(struct idocr_jpeg_walk *walk, struct idocr_image_reader *reader, unsigned count, uint32_t *value)
{
    fill(walk, reader, count);
    if (walk->have < count)
        return walk->stopped == STOP_END ? OUTCOME_SHORT : OUTCOME_DAMAGED;
    walk->have -= count;
    if (value != NULL)
        *value = walk->bits >> walk->have & (((uint32_t)1 << count) - 1);
    return OUTCOME_DONE;
}

static enum outcome symbol(struct idocr_jpeg_walk *walk, struct idocr_image_reader *reader, const struct idocr_jpeg_huffman *table,
                           unsigned *value)
{
    fill(walk, reader, 16);
    unsigned have = walk->have;
    uint32_t bits = have >= 16 ? walk->bits >> (have - 16) & 0xffff : walk->bits << (16 - have) & 0xffff;
    unsigned size = table->lengths[bits >> 8];
    if (size != 0) {
        *value = table->symbols[bits >> 8];
    } else {
        int32_t code = 0;
        for (size = 9; size <= 16; size++) {
            code = (int32_t)(bits >> (16 - size));
            if (code <= table->last[size])
                break;
        }
        if (size > 16 || code + table->first_index[size] < 0 || code + table->first_index[size] > 255)
            return have < 16 && walk->stopped == STOP_END ? OUTCOME_SHORT : OUTCOME_DAMAGED;
        *value = table->values[code + table->first_index[size]];
    }
    if (size > have)
        return walk->stopped == STOP_END ? OUTCOME_SHORT : OUTCOME_DAMAGED;
    walk->have -= size;
    return OUTCOME_DONE;
}

/* ---- blocks */

static enum outcome ac_block(struct idocr_jpeg_walk *walk, struct idocr_image_reader *reader,
                             const struct idocr_jpeg_huffman *table, unsigned from)
{
    enum outcome outcome;
    unsigned value;
    for (unsigned k = from; k <= walk->high; k++) {
        if ((outcome = symbol(walk, reader, table, &value)) != OUTCOME_DONE)
            return outcome;
        unsigned run = value >> 4, size = value & 0x0f;
        if (size == 0 && run == 15) {
            k += 15;
        } else if (size == 0) {
            uint32_t more = 0;
            if (walk->frame == 0xc2 && run > 0 && (outcome = skip(walk, reader, run, &more)) != OUTCOME_DONE)
                return outcome;
            if (walk->frame == 0xc2)
                walk->band = ((uint32_t)1 << run) + more - 1;
            return OUTCOME_DONE;
        } else {
            k += run;
            if (k > walk->high)
                return OUTCOME_DAMAGED;
            if ((outcome = skip(walk, reader, size, NULL)) != OUTCOME_DONE)
                return outcome;
        }
    }
    return OUTCOME_DONE;
}

static enum outcome block(struct idocr_jpeg_walk *walk, struct idocr_image_reader *reader,
                          const struct idocr_jpeg_component *component)
{
    enum outcome outcome;
    if (walk->low == 0) {
        const struct idocr_jpeg_huffman *table = &walk->used.dc[component->dc];
        unsigned size;
        if (!table->defined)
            return OUTCOME_DAMAGED;
        if ((outcome = symbol(walk, reader, table, &size)) != OUTCOME_DONE)
            return outcome;
        if (size > 16)
            return OUTCOME_DAMAGED;
        if (size > 0 && (outcome = skip(walk, reader, size, NULL)) != OUTCOME_DONE)
            return outcome;
        if (walk->high == 0)
            return OUTCOME_DONE;
    }
    const struct idocr_jpeg_huffman *table = &walk->used.ac[component->ac];
    return table->defined ? ac_block(walk, reader, table, walk->low > 0 ? walk->low : 1) : OUTCOME_DAMAGED;
}

static enum outcome unit(struct idocr_jpeg_walk *walk, struct idocr_image_reader *reader)
{
    for (unsigned i = 0; i < walk->scan_count; i++) {
        const struct idocr_jpeg_component *component = &walk->scan[i];
        unsigned blocks = walk->scan_count == 1 ? 1 : (unsigned)component->across * component->down;
        for (unsigned b = 0; b < blocks; b++) {
            enum outcome outcome = block(walk, reader, component);
            if (outcome != OUTCOME_DONE)
                return outcome;
        }
    }
    return OUTCOME_DONE;
}

/* Skips the restart marker that must come next. */
static enum outcome restart(struct idocr_jpeg_walk *walk, struct idocr_image_reader *reader)
{
    if (walk->have >= 8) /* an excess byte before the marker */
        return OUTCOME_DAMAGED;
    walk->have = walk->band = 0; /* the rest of the last byte is padding */
    fill(walk, reader, 1);
    if (walk->stopped == 0)
        return OUTCOME_DAMAGED;
    if (walk->stopped == STOP_END)
        return OUTCOME_SHORT;
    const uint8_t *p = idocr_image_peek(reader, walk->at, 1);
    if (p == NULL || *p < 0xd0 || *p > 0xd7)
        return OUTCOME_DAMAGED;
    walk->at++;
    walk->stopped = 0;
    walk->restart_left = walk->used.restart;
    return OUTCOME_DONE;
}

static enum idocr_jpeg_walk_result begin(struct idocr_jpeg_walk *walk, struct idocr_image_reader *reader)
{
    walk->begun = true;
    if (!read_segments(walk, reader))
        return IDOCR_JPEG_WALK_UNKNOWN;
    if (walk->scan_at == 0)
        return IDOCR_JPEG_WALK_EARLY;
    if (!walk->covered)
        return IDOCR_JPEG_WALK_EARLY;
    if (!walk->essential)
        return IDOCR_JPEG_WALK_UNKNOWN;
    if (walk->successive != 0 || (walk->low > 0 && walk->scan_count != 1))
        return IDOCR_JPEG_WALK_UNKNOWN;
    walk->at = walk->scan_at;
    walk->restart_left = walk->used.restart;
    walk->in_scan = true;
    return IDOCR_JPEG_WALK_MORE;
}

static enum idocr_jpeg_walk_result go_on(struct idocr_jpeg_walk *walk, struct idocr_image_reader *reader, uint64_t bytes)
{
    enum idocr_jpeg_walk_result result;
    if (!walk->begun && (result = begin(walk, reader)) != IDOCR_JPEG_WALK_MORE)
        return result;
    if (!walk->in_scan)
        return IDOCR_JPEG_WALK_UNKNOWN;
    uint64_t from = walk->at, empty = 0;
    while (walk->unit < walk->units) {
        /* Units in a run of empty blocks take no byte, but count as work. */
        if (walk->at - from >= bytes || ++empty > bytes)
            return IDOCR_JPEG_WALK_MORE;
        enum outcome outcome = OUTCOME_DONE;
        if (walk->used.restart > 0 && walk->restart_left == 0)
            outcome = restart(walk, reader);
        uint64_t passed = 1;
        if (outcome == OUTCOME_DONE && walk->band > 0) { /* a run of empty blocks, one in each unit */
            passed = walk->units - walk->unit < walk->band ? walk->units - walk->unit : walk->band;
            if (walk->used.restart > 0 && walk->restart_left < passed)
                passed = walk->restart_left;
            walk->band -= (uint32_t)passed;
        } else if (outcome == OUTCOME_DONE) {
            outcome = unit(walk, reader);
        }
        if (outcome == OUTCOME_DAMAGED)
            return IDOCR_JPEG_WALK_UNKNOWN;
        if (outcome == OUTCOME_SHORT)
            return walk->units - walk->unit > walk->units / CORNER ? IDOCR_JPEG_WALK_EARLY : IDOCR_JPEG_WALK_UNKNOWN;
        walk->unit += passed;
        if (walk->used.restart > 0)
            walk->restart_left -= (uint32_t)passed;
    }
    return IDOCR_JPEG_WALK_WHOLE;
}

enum idocr_jpeg_walk_result idocr_jpeg_walk_step(struct idocr_jpeg_walk *walk, uint64_t bytes)
{
    struct idocr_image_reader reader;
    idocr_image_reader_init(&reader, walk->image, &walk->error);
    enum idocr_jpeg_walk_result result = go_on(walk, &reader, bytes);
    return reader.failed ? IDOCR_JPEG_WALK_FAILED : result;
}
