/* SPDX-License-Identifier: MIT
 *
 * Decodes JPEG for a fit with libjpeg-turbo, at the smallest sufficient of its scales. A JPEG with several scans is read in
 * buffered-image mode, so that a step never reads the whole file.
 */
#include <setjmp.h>
#include <stdio.h> /* jpeglib.h needs it */
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "fit_decoders.h"

#define BUFFER (16 * 1024) /* bytes read at once */

enum stage { HEADER, SCANS, ROWS };

struct jpeg {
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr manager;
    jmp_buf escape; /* set before each call of libjpeg */
    enum idocr_fit_status why;
    enum stage stage;
    bool created, ended; /* ended: the source has no more bytes, and an end marker was made up */
    unsigned seen;       /* components that a scan held, one bit each */
    struct idocr_source *source;
    JOCTET *profile; /* allocated by libjpeg */
    uint8_t buffer[BUFFER];
};

_Noreturn static void fail(struct jpeg *jpeg, enum idocr_fit_status why)
{
    jpeg->why = why;
    longjmp(jpeg->escape, 1);
}

/* Replaces the error handler of libjpeg, which prints and exits. */
static void on_error(j_common_ptr info)
{
    struct jpeg *jpeg = info->client_data;
    switch (info->err->msg_code) {
    case JERR_NO_BACKING_STORE: /* more than max_memory_to_use */
    case JERR_IMAGE_TOO_BIG:
    case JERR_WIDTH_OVERFLOW: fail(jpeg, IDOCR_FIT_TOO_LARGE);
    case JERR_OUT_OF_MEMORY: fail(jpeg, IDOCR_FIT_NO_MEMORY);
    case JERR_SOF_UNSUPPORTED:
    case JERR_BAD_PRECISION:
    case JERR_CONVERSION_NOTIMPL: fail(jpeg, IDOCR_FIT_UNSUPPORTED);
    default: fail(jpeg, jpeg->ended ? IDOCR_FIT_TRUNCATED : IDOCR_FIT_BROKEN);
    }
}

static void on_message(j_common_ptr info)
{
    (void)info;
}

/* Warnings after which libjpeg makes up pixels are errors: grey rows must not be sent as a card. */
static void on_warning(j_common_ptr info, int level)
{
    if (level >= 0)
        return;
    struct jpeg *jpeg = info->client_data;
    switch (info->err->msg_code) {
    case JWRN_HIT_MARKER: fail(jpeg, IDOCR_FIT_TRUNCATED);
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC: fail(jpeg, jpeg->ended ? IDOCR_FIT_TRUNCATED : IDOCR_FIT_BROKEN);
    default: info->err->num_warnings++;
    }
}

static void source_nothing(j_decompress_ptr info)
{
    (void)info;
}

/* Reads the next bytes; an end marker follows the last one, because data that is complete may lack it. */
static boolean source_fill(j_decompress_ptr info)
{
    struct jpeg *jpeg = info->client_data;
    size_t got = 0;
    if (!jpeg->ended && jpeg->source->read(jpeg->source, jpeg->buffer, sizeof jpeg->buffer, &got) != 0)
        fail(jpeg, IDOCR_FIT_READ);
    if (got == 0) {
        jpeg->ended = true;
        jpeg->buffer[0] = 0xff;
        jpeg->buffer[1] = JPEG_EOI;
        got = 2;
    }
    jpeg->manager.next_input_byte = jpeg->buffer;
    jpeg->manager.bytes_in_buffer = got;
    return TRUE;
}

static void source_skip(j_decompress_ptr info, long count)
{
    struct jpeg *jpeg = info->client_data;
    while (count > 0) {
        size_t now = (size_t)count < jpeg->manager.bytes_in_buffer ? (size_t)count : jpeg->manager.bytes_in_buffer;
        jpeg->manager.next_input_byte += now;
        jpeg->manager.bytes_in_buffer -= now;
        count -= (long)now;
        if (count > 0) {
            if (jpeg->ended)
                fail(jpeg, IDOCR_FIT_TRUNCATED);
            source_fill(info);
        }
    }
}

static int create(struct jpeg *jpeg)
{
    if (setjmp(jpeg->escape) != 0)
        return -1;
    jpeg_create_decompress(&jpeg->info); /* preserves err and client_data */
    jpeg->created = true;
    jpeg->info.mem->max_memory_to_use = (long)IDOCR_FIT_MOST_MEMORY;
    jpeg->info.src = &jpeg->manager;
    jpeg_save_markers(&jpeg->info, JPEG_APP0 + 2, 0xffff); /* the colour profile */
    return 0;
}

static void jpeg_close(void *self)
{
    struct jpeg *jpeg = self;
    if (jpeg->created && setjmp(jpeg->escape) == 0)
        jpeg_destroy_decompress(&jpeg->info);
    free(jpeg->profile);
    free(jpeg);
}

static void *jpeg_open(struct idocr_source *source)
{
    struct jpeg *jpeg = calloc(1, sizeof *jpeg);
    if (jpeg == NULL)
        return NULL;
    jpeg->source = source;
    jpeg->info.err = jpeg_std_error(&jpeg->errors);
    jpeg->errors.error_exit = on_error;
    jpeg->errors.output_message = on_message;
    jpeg->errors.emit_message = on_warning;
    jpeg->info.client_data = jpeg;
    jpeg->manager.init_source = source_nothing;
    jpeg->manager.fill_input_buffer = source_fill;
    jpeg->manager.skip_input_data = source_skip;
    jpeg->manager.resync_to_restart = jpeg_resync_to_restart;
    jpeg->manager.term_source = source_nothing;
    if (create(jpeg) == 0)
        return jpeg;
    jpeg_close(jpeg);
    return NULL;
}

static enum idocr_fit_status jpeg_inspect(void *self, struct idocr_fit_picture *picture)
{
    struct jpeg *jpeg = self;
    struct jpeg_decompress_struct *info = &jpeg->info;
    if (setjmp(jpeg->escape) != 0)
        return jpeg->why;
    jpeg_read_header(info, TRUE);
    picture->width = info->image_width;
    picture->height = info->image_height;
    picture->held = jpeg_has_multiple_scans(info);
    unsigned length = 0;
    if (jpeg->profile == NULL && jpeg_read_icc_profile(info, &jpeg->profile, &length)) {
        picture->profile = jpeg->profile;
        picture->profile_length = length;
    }
    switch (info->jpeg_color_space) {
    case JCS_GRAYSCALE: picture->colour = IDOCR_FIT_GREY; break;
    case JCS_CMYK:
    case JCS_YCCK: picture->colour = IDOCR_FIT_CMYK; break;
    case JCS_YCbCr: picture->colour = picture->profile != NULL ? IDOCR_FIT_RGB : IDOCR_FIT_YCC; break;
    case JCS_RGB: picture->colour = IDOCR_FIT_RGB; break;
    default: return IDOCR_FIT_UNSUPPORTED;
    }
    return IDOCR_FIT_DONE;
}

static J_COLOR_SPACE out_colour(enum idocr_fit_colour colour)
{
    switch (colour) {
    case IDOCR_FIT_GREY: return JCS_GRAYSCALE;
    case IDOCR_FIT_CMYK: return JCS_CMYK;
    case IDOCR_FIT_YCC: return JCS_YCbCr;
    case IDOCR_FIT_RGB: break;
    }
    return JCS_RGB;
}

/* Selects the smallest scale whose rows are not smaller than the result. */
static void choose_scale(struct jpeg *jpeg, uint32_t width, uint32_t height)
{
    struct jpeg_decompress_struct *info = &jpeg->info;
    static const unsigned EIGHTHS[] = {1, 2, 4, 8};
    info->scale_denom = 8;
    for (size_t i = 0; i < sizeof EIGHTHS / sizeof EIGHTHS[0]; i++) {
        info->scale_num = EIGHTHS[i];
        jpeg_calc_output_dimensions(info);
        if (info->output_width >= width && info->output_height >= height)
            return;
    }
}

/* Returns whether the scans held all that the picture needs. */
static bool is_whole(const struct jpeg *jpeg)
{
    const struct jpeg_decompress_struct *info = &jpeg->info;
    for (int i = 0; i < info->num_components; i++) {
        if ((jpeg->seen & 1u << i) == 0)
            return false;
        for (int k = 0; info->coef_bits != NULL && jpeg->ended && k < DCTSIZE2; k++)
            if (info->coef_bits[i][k] != 0)
                return false; /* bits of a coefficient are missing: a scan did not come */
    }
    return true;
}

/* Reads a row of blocks of a scan, or what is between two scans. */
static enum idocr_fit_status read_scans(struct jpeg *jpeg)
{
    struct jpeg_decompress_struct *info = &jpeg->info;
    for (int i = 0; i < info->comps_in_scan; i++)
        jpeg->seen |= 1u << info->cur_comp_info[i]->component_index;
    if (info->input_scan_number > IDOCR_FIT_MOST_SCANS)
        return IDOCR_FIT_TOO_LARGE;
    if (jpeg_consume_input(info) != JPEG_REACHED_EOI)
        return IDOCR_FIT_MORE;
    if (!is_whole(jpeg))
        return IDOCR_FIT_TRUNCATED;
    jpeg_start_output(info, info->input_scan_number);
    return IDOCR_FIT_DONE;
}

static enum idocr_fit_status jpeg_start(void *self, struct idocr_fit_picture *picture, uint32_t width, uint32_t height)
{
    struct jpeg *jpeg = self;
    struct jpeg_decompress_struct *info = &jpeg->info;
    if (setjmp(jpeg->escape) != 0)
        return jpeg->why;
    if (jpeg->stage == HEADER) {
        info->out_color_space = out_colour(picture->colour);
        info->do_fancy_upsampling = FALSE; /* the encoder averages the colours again */
        info->buffered_image = picture->held;
        choose_scale(jpeg, width, height);
        jpeg_start_decompress(info);
        picture->width = info->output_width;
        picture->height = info->output_height;
        jpeg->stage = picture->held ? SCANS : ROWS;
    }
    if (jpeg->stage == SCANS) {
        enum idocr_fit_status status = read_scans(jpeg);
        if (status != IDOCR_FIT_DONE)
            return status;
        jpeg->stage = ROWS;
    }
    return IDOCR_FIT_DONE;
}

static enum idocr_fit_status jpeg_row(void *self, uint8_t *row)
{
    struct jpeg *jpeg = self;
    struct jpeg_decompress_struct *info = &jpeg->info;
    if (setjmp(jpeg->escape) != 0)
        return jpeg->why;
    JSAMPROW rows[1] = {row};
    if (jpeg_read_scanlines(info, rows, 1) != 1)
        return IDOCR_FIT_BROKEN;
    if (info->arith_code && jpeg->ended && !info->buffered_image)
        return IDOCR_FIT_TRUNCATED; /* the arithmetic decoder does not notice that the data ends */
    if (info->out_color_space == JCS_CMYK && !info->saw_Adobe_marker)
        for (size_t i = 0; i < (size_t)info->output_width * 4; i++)
            row[i] = (uint8_t)(255 - row[i]);
    return IDOCR_FIT_DONE;
}

const struct idocr_fit_decoder idocr_fit_jpeg = {jpeg_open, jpeg_inspect, jpeg_start, jpeg_row, jpeg_close};
