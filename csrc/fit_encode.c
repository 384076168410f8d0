/* SPDX-License-Identifier: MIT
 *
 * Encodes rows as a JPEG with libjpeg, into memory or an unlinked temporary file.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* O_TMPFILE, mkostemp */
#endif

#include "fit_encode.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jpeglib.h>

#include <jerror.h>

#define BUFFER (32 * 1024) /* bytes of the encoder that are appended at once */

struct idocr_fit_encoder {
    struct jpeg_compress_struct info;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr manager;
    jmp_buf escape; /* set before each call of libjpeg */
    enum idocr_fit_status why;
    bool created;
    struct idocr_fit_output *output; /* borrowed */
    JOCTET buffer[BUFFER];
};

void idocr_fit_output_init(struct idocr_fit_output *output)
{
    memset(output, 0, sizeof *output);
    output->fd = -1;
}

void idocr_fit_output_close(struct idocr_fit_output *output)
{
    free(output->bytes);
    if (output->fd >= 0)
        close(output->fd);
    idocr_fit_output_init(output);
}

/* Opens a file without a name in the folder of the environment variable TMPDIR, or in /tmp. */
static int open_temporary(void)
{
    const char *folder = getenv("TMPDIR");
    if (folder == NULL || folder[0] == '\0')
        folder = "/tmp";
#ifdef O_TMPFILE
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
#endif
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/idocr-XXXXXX", folder);
    if (length < 0 || (size_t)length >= sizeof path)
        return -1;
    int named = mkostemp(path, O_CLOEXEC);
    if (named >= 0)
        unlink(path);
    return named;
}

static enum idocr_fit_status write_all(int fd, const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        ssize_t done = write(fd, bytes, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return IDOCR_FIT_TEMPORARY;
        bytes += done;
        length -= (size_t)done;
    }
    return IDOCR_FIT_DONE;
}

/* Moves the result from memory into a temporary file. */
static enum idocr_fit_status spill(struct idocr_fit_output *output)
{
    output->fd = open_temporary();
    if (output->fd < 0)
        return IDOCR_FIT_TEMPORARY;
    enum idocr_fit_status status = write_all(output->fd, output->bytes, (size_t)output->length);
    free(output->bytes);
    output->bytes = NULL;
    output->room = 0;
    return status;
}

static enum idocr_fit_status append(struct idocr_fit_output *output, const uint8_t *bytes, size_t length)
{
    if (output->fd < 0 && output->length + length > IDOCR_FIT_IN_MEMORY) {
        enum idocr_fit_status status = spill(output);
        if (status != IDOCR_FIT_DONE)
            return status;
    }
    if (output->fd >= 0) {
        output->length += length;
        return write_all(output->fd, bytes, length);
    }
    size_t needed = (size_t)output->length + length;
    if (needed > output->room) {
        size_t room = needed > output->room * 2 ? needed : output->room * 2;
        uint8_t *more = realloc(output->bytes, room);
        if (more == NULL)
            return IDOCR_FIT_NO_MEMORY;
        output->bytes = more;
        output->room = room;
    }
    memcpy(output->bytes + output->length, bytes, length);
    output->length = needed;
    return IDOCR_FIT_DONE;
}

/* Replaces the error handler of libjpeg, which prints and exits. */
static void on_error(j_common_ptr info)
{
    struct idocr_fit_encoder *encoder = info->client_data;
    longjmp(encoder->escape, 1);
}

static void on_message(j_common_ptr info)
{
    (void)info;
}

static void on_warning(j_common_ptr info, int level)
{
    (void)info;
    (void)level;
}

static void start_buffer(j_compress_ptr info)
{
    struct idocr_fit_encoder *encoder = info->client_data;
    encoder->manager.next_output_byte = encoder->buffer;
    encoder->manager.free_in_buffer = BUFFER;
}

static void flush(struct idocr_fit_encoder *encoder, size_t length)
{
    encoder->why = append(encoder->output, encoder->buffer, length);
    if (encoder->why != IDOCR_FIT_DONE)
        longjmp(encoder->escape, 1);
    encoder->why = IDOCR_FIT_NO_MEMORY;
}

static boolean empty_buffer(j_compress_ptr info)
{
    flush(info->client_data, BUFFER);
    start_buffer(info);
    return TRUE;
}

static void end_buffer(j_compress_ptr info)
{
    struct idocr_fit_encoder *encoder = info->client_data;
    flush(encoder, BUFFER - encoder->manager.free_in_buffer);
}

static int start(struct idocr_fit_encoder *encoder, uint32_t width, uint32_t height, enum idocr_fit_colour colour, int quality)
{
    struct jpeg_compress_struct *info = &encoder->info;
    if (setjmp(encoder->escape) != 0)
        return -1;
    jpeg_create_compress(info); /* preserves err and client_data */
    encoder->created = true;
    info->dest = &encoder->manager;
    info->image_width = width;
    info->image_height = height;
    info->input_components = idocr_fit_channels(colour);
    info->in_color_space = colour == IDOCR_FIT_GREY ? JCS_GRAYSCALE : colour == IDOCR_FIT_YCC ? JCS_YCbCr : JCS_RGB;
    jpeg_set_defaults(info);
    jpeg_set_quality(info, quality, TRUE);
    jpeg_start_compress(info, TRUE);
    return 0;
}

struct idocr_fit_encoder *idocr_fit_encoder_new(struct idocr_fit_output *output, uint32_t width, uint32_t height,
                                                enum idocr_fit_colour colour, int quality)
{
    struct idocr_fit_encoder *encoder = calloc(1, sizeof *encoder);
    if (encoder == NULL)
        return NULL;
    encoder->output = output;
    encoder->why = IDOCR_FIT_NO_MEMORY;
    encoder->info.err = jpeg_std_error(&encoder->errors);
    encoder->errors.error_exit = on_error;
    encoder->errors.output_message = on_message;
    encoder->errors.emit_message = on_warning;
    encoder->info.client_data = encoder;
    encoder->manager.init_destination = start_buffer;
    encoder->manager.empty_output_buffer = empty_buffer;
    encoder->manager.term_destination = end_buffer;
    if (start(encoder, width, height, colour, quality) == 0)
        return encoder;
    idocr_fit_encoder_free(encoder);
    return NULL;
}

enum idocr_fit_status idocr_fit_encoder_row(struct idocr_fit_encoder *encoder, uint8_t *row)
{
    if (setjmp(encoder->escape) != 0)
        return encoder->why;
    JSAMPROW rows[1] = {row};
    jpeg_write_scanlines(&encoder->info, rows, 1);
    return IDOCR_FIT_DONE;
}

enum idocr_fit_status idocr_fit_encoder_finish(struct idocr_fit_encoder *encoder)
{
    if (setjmp(encoder->escape) != 0)
        return encoder->why;
    jpeg_finish_compress(&encoder->info);
    return IDOCR_FIT_DONE;
}

void idocr_fit_encoder_free(struct idocr_fit_encoder *encoder)
{
    if (encoder == NULL)
        return;
    if (encoder->created && setjmp(encoder->escape) == 0)
        jpeg_destroy_compress(&encoder->info);
    free(encoder);
}
