/* SPDX-License-Identifier: MIT
 *
 * Decodes JPEG row by row with libjpeg, while bytes arrive.
 */
#include <setjmp.h>
#include <stdio.h> /* jpeglib.h needs it */
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "pixels_internal.h"

enum stage { HEADER, START, ROWS, FINISHED };

struct idocr_jpeg {
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf escape; /* set before each call of libjpeg */
    enum idocr_decoder_state why;
    enum stage stage;
    bool created;
    size_t skip; /* bytes to skip that have not arrived yet */
    struct idocr_pixels *pixels;
    JSAMPLE *row;
    JSAMPARRAY (*alloc_rows)(j_common_ptr, int, JDIMENSION, JDIMENSION); /* the original function of libjpeg */
};

/* Replaces the error handler of libjpeg, which prints and exits. */
static void on_error(j_common_ptr info)
{
    struct idocr_jpeg *jpeg = info->client_data;
    if (info->err->msg_code == JERR_NO_BACKING_STORE) /* more than max_memory_to_use */
        jpeg->why = IDOCR_DECODER_TOO_LARGE;
    else if (info->err->msg_code == JERR_OUT_OF_MEMORY)
        jpeg->why = IDOCR_DECODER_NO_MEMORY;
    longjmp(jpeg->escape, 1);
}

static void on_message(j_common_ptr info)
{
    (void)info;
}

static void on_warning(j_common_ptr info, int level)
{
    if (level < 0)
        info->err->num_warnings++;
}

/* Limits the scans: a file of a few kilobytes can declare thousands of scans of a huge picture. */
static void on_progress(j_common_ptr info)
{
    struct idocr_jpeg *jpeg = info->client_data;
    if (jpeg->info.input_scan_number > IDOCR_PIXELS_MOST_SCANS) {
        jpeg->why = IDOCR_DECODER_TOO_LARGE;
        longjmp(jpeg->escape, 1);
    }
}

static void source_nothing(j_decompress_ptr info)
{
    (void)info;
}

static boolean source_fill(j_decompress_ptr info)
{
    (void)info;
    return FALSE; /* suspend: decoding continues with the next slice */
}

static void source_skip(j_decompress_ptr info, long count)
{
    struct idocr_jpeg *jpeg = info->client_data;
    if (count <= 0)
        return;
    size_t wanted = (size_t)count;
    size_t now = wanted < jpeg->source.bytes_in_buffer ? wanted : jpeg->source.bytes_in_buffer;
    jpeg->source.next_input_byte += now;
    jpeg->source.bytes_in_buffer -= now;
    jpeg->skip += wanted - now;
}

/* Zeroes the rows that libjpeg allocates: rows of a damaged component stay unwritten and must be black instead of old heap
 * content. Vector code also reads the padding after a row, up to a multiple of 64. */
static JSAMPARRAY alloc_zeroed_rows(j_common_ptr info, int pool, JDIMENSION width, JDIMENSION count)
{
    struct idocr_jpeg *jpeg = info->client_data;
    if (width <= UINT32_MAX - 63)
        width = (width + 63) / 64 * 64;
    JSAMPARRAY rows = jpeg->alloc_rows(info, pool, width, count);
    for (JDIMENSION i = 0; i < count; i++)
        memset(rows[i], 0, width * sizeof(JSAMPLE));
    return rows;
}

static int create(struct idocr_jpeg *jpeg)
{
    if (setjmp(jpeg->escape) != 0)
        return -1;
    jpeg_create_decompress(&jpeg->info); /* preserves err and client_data */
    jpeg->created = true;
    jpeg->alloc_rows = jpeg->info.mem->alloc_sarray;
    jpeg->info.mem->alloc_sarray = alloc_zeroed_rows;
    jpeg->info.mem->max_memory_to_use = IDOCR_PIXELS_MOST_MEMORY;
    return 0;
}

struct idocr_jpeg *idocr_jpeg_new(struct idocr_pixels *pixels)
{
    struct idocr_jpeg *jpeg = calloc(1, sizeof *jpeg);
    if (jpeg == NULL)
        return NULL;
    jpeg->pixels = pixels;
    jpeg->info.err = jpeg_std_error(&jpeg->errors);
    jpeg->errors.error_exit = on_error;
    jpeg->errors.output_message = on_message;
    jpeg->errors.emit_message = on_warning;
    jpeg->info.client_data = jpeg;
    if (create(jpeg) != 0) {
        idocr_jpeg_free(jpeg);
        return NULL;
    }
    jpeg->source.init_source = source_nothing;
    jpeg->source.fill_input_buffer = source_fill;
    jpeg->source.skip_input_data = source_skip;
    jpeg->source.resync_to_restart = jpeg_resync_to_restart;
    jpeg->source.term_source = source_nothing;
    jpeg->info.src = &jpeg->source;
    jpeg->progress.progress_monitor = on_progress;
    jpeg->info.progress = &jpeg->progress;
    return jpeg;
}

/* Selects scale and colour space once the header is parsed. */
static enum idocr_decoder_state prepare(struct idocr_jpeg *jpeg)
{
    struct jpeg_decompress_struct *info = &jpeg->info;
    uint64_t pixels = (uint64_t)info->image_width * info->image_height;
    if (pixels > IDOCR_PIXELS_MOST || (jpeg_has_multiple_scans(info) && pixels > IDOCR_PIXELS_MOST_SCANNED))
        return IDOCR_DECODER_TOO_LARGE;
    JDIMENSION longer = info->image_width > info->image_height ? info->image_width : info->image_height;
    info->scale_num = 1;
    info->scale_denom = 1;
    while (info->scale_denom < 8 && longer / (info->scale_denom * 2) >= IDOCR_PIXELS_SIDE)
        info->scale_denom *= 2;
    info->dct_method = JDCT_IFAST;
    info->do_fancy_upsampling = FALSE;
    switch (info->jpeg_color_space) {
    case JCS_GRAYSCALE: info->out_color_space = JCS_GRAYSCALE; break;
    case JCS_CMYK:
    case JCS_YCCK: info->out_color_space = JCS_CMYK; break;
    default: info->out_color_space = JCS_RGB;
    }
    return IDOCR_DECODER_MORE;
}

static enum idocr_decoder_state begin_rows(struct idocr_jpeg *jpeg)
{
    struct jpeg_decompress_struct *info = &jpeg->info;
    jpeg->row = malloc((size_t)info->output_width * (size_t)info->output_components);
    if (jpeg->row == NULL || idocr_pixels_open(jpeg->pixels, info->output_width, info->output_height) != 0)
        return IDOCR_DECODER_NO_MEMORY;
    return IDOCR_DECODER_MORE;
}

/* Converts Adobe's CMYK, which is inverted: 255 is no ink. */
static void cmyk_to_rgb(JSAMPLE *row, JDIMENSION width, bool inverted)
{
    for (JDIMENSION x = 0; x < width; x++, row += 4) {
        for (int i = 0; i < 3; i++) {
            int ink = inverted ? row[i] : 255 - row[i], black = inverted ? row[3] : 255 - row[3];
            row[i] = (JSAMPLE)(ink * black / 255);
        }
    }
}

static enum idocr_decoder_state take_rows(struct idocr_jpeg *jpeg)
{
    struct jpeg_decompress_struct *info = &jpeg->info;
    while (info->output_scanline < info->output_height) {
        JSAMPROW row = jpeg->row;
        if (jpeg_read_scanlines(info, &row, 1) == 0)
            return IDOCR_DECODER_MORE;
        if (info->output_components == 4)
            cmyk_to_rgb(row, info->output_width, info->saw_Adobe_marker);
        idocr_pixels_row(jpeg->pixels, row, info->output_components);
    }
    jpeg->stage = FINISHED; /* the rest of the file is not needed */
    return IDOCR_DECODER_DONE;
}

static enum idocr_decoder_state go_on(struct idocr_jpeg *jpeg)
{
    enum idocr_decoder_state state;
    switch (jpeg->stage) {
    case HEADER:
        if (jpeg_read_header(&jpeg->info, TRUE) == JPEG_SUSPENDED)
            return IDOCR_DECODER_MORE;
        state = prepare(jpeg);
        if (state != IDOCR_DECODER_MORE)
            return state;
        jpeg->stage = START;
        /* fall through */
    case START:
        if (!jpeg_start_decompress(&jpeg->info))
            return IDOCR_DECODER_MORE;
        state = begin_rows(jpeg);
        if (state != IDOCR_DECODER_MORE)
            return state;
        jpeg->stage = ROWS;
        /* fall through */
    case ROWS: return take_rows(jpeg);
    case FINISHED: break;
    }
    return IDOCR_DECODER_DONE;
}

enum idocr_decoder_state idocr_jpeg_feed(struct idocr_jpeg *jpeg, const uint8_t *bytes, size_t length, size_t *used)
{
    size_t passed = jpeg->skip < length ? jpeg->skip : length;
    jpeg->skip -= passed;
    jpeg->source.next_input_byte = bytes + passed;
    jpeg->source.bytes_in_buffer = length - passed;
    jpeg->why = IDOCR_DECODER_BROKEN;
    *used = length;
    if (setjmp(jpeg->escape) != 0)
        return jpeg->why;
    enum idocr_decoder_state state = go_on(jpeg);
    *used = length - jpeg->source.bytes_in_buffer;
    return state;
}

void idocr_jpeg_free(struct idocr_jpeg *jpeg)
{
    if (jpeg == NULL)
        return;
    if (jpeg->created && setjmp(jpeg->escape) == 0)
        jpeg_destroy_decompress(&jpeg->info);
    free(jpeg->row);
    free(jpeg);
}
