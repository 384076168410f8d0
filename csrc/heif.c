/* SPDX-License-Identifier: MIT
 *
 * Decodes HEIC and AVIF for a fit with libheif, in a thread where the caller allows it.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "heif.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <libheif/heif.h>

#include "fit_file.h"

#define MOST_SIDE 16384 /* pixels; the limit that libheif gets */

enum { TO_DECODE, DECODED };

/* What a thread works on. Owned by the decoder and by its thread: the last one frees it, so that closing never waits. */
struct work {
    atomic_int users, stage;
    enum idocr_fit_status status; /* valid once decoded */
    struct idocr_fit_file file;
    struct heif_context *context;
    struct heif_image_handle *handle;
    struct heif_image *image;
    uint8_t *profile;
    bool alpha;
};

struct heif {
    struct idocr_source *source;
    struct work *work;
    bool started;
    uint32_t width, row;
    const uint8_t *pixels; /* of work->image */
    int stride;
};

static void release(struct work *work)
{
    if (atomic_fetch_sub(&work->users, 1) > 1)
        return;
    if (work->image != NULL)
        heif_image_release(work->image);
    if (work->handle != NULL)
        heif_image_handle_release(work->handle);
    if (work->context != NULL)
        heif_context_free(work->context);
    free(work->profile);
    free(work->file.bytes);
    free(work);
}

static void *open_heif(struct idocr_source *source)
{
    struct heif *self = calloc(1, sizeof *self);
    if (self == NULL)
        return NULL;
    self->source = source;
    self->work = calloc(1, sizeof *self->work);
    if (self->work == NULL) {
        free(self);
        return NULL;
    }
    atomic_init(&self->work->users, 1);
    atomic_init(&self->work->stage, TO_DECODE);
    return self;
}

static void close_heif(void *data)
{
    struct heif *self = data;
    release(self->work);
    free(self);
}

static enum idocr_fit_status status_of(struct heif_error error)
{
    if (error.code == heif_error_Ok)
        return IDOCR_FIT_DONE;
    if (error.subcode == heif_suberror_End_of_data)
        return IDOCR_FIT_TRUNCATED;
    if (error.subcode == heif_suberror_Security_limit_exceeded)
        return IDOCR_FIT_TOO_LARGE;
    switch (error.code) {
    case heif_error_Unsupported_filetype:
    case heif_error_Unsupported_feature: return IDOCR_FIT_UNSUPPORTED;
    case heif_error_Memory_allocation_error: return IDOCR_FIT_NO_MEMORY;
    default: return IDOCR_FIT_BROKEN;
    }
}

/* Copies the ICC profile of the primary picture. */
static enum idocr_fit_status read_profile(struct work *work, struct idocr_fit_picture *picture)
{
    size_t length = heif_image_handle_get_raw_color_profile_size(work->handle);
    if (length == 0 || length > IDOCR_FIT_MOST_FILE)
        return IDOCR_FIT_DONE;
    work->profile = malloc(length);
    if (work->profile == NULL)
        return IDOCR_FIT_NO_MEMORY;
    if (heif_image_handle_get_raw_color_profile(work->handle, work->profile).code != heif_error_Ok)
        return IDOCR_FIT_PROFILE;
    picture->profile = work->profile;
    picture->profile_length = length;
    return IDOCR_FIT_DONE;
}

static enum idocr_fit_status inspect_heif(void *data, struct idocr_fit_picture *picture)
{
    struct heif *self = data;
    struct work *work = self->work;
    enum idocr_fit_status status = idocr_fit_file_read(&work->file, self->source);
    if (status != IDOCR_FIT_DONE)
        return status;
    work->context = heif_context_alloc();
    if (work->context == NULL)
        return IDOCR_FIT_NO_MEMORY;
    heif_context_set_maximum_image_size_limit(work->context, MOST_SIDE);
    heif_context_set_max_decoding_threads(work->context, 0);
    status = status_of(heif_context_read_from_memory_without_copy(work->context, work->file.bytes, work->file.length, NULL));
    if (status == IDOCR_FIT_DONE)
        status = status_of(heif_context_get_primary_image_handle(work->context, &work->handle));
    if (status != IDOCR_FIT_DONE)
        return status;
    int width = heif_image_handle_get_width(work->handle), height = heif_image_handle_get_height(work->handle);
    if (width <= 0 || height <= 0)
        return IDOCR_FIT_BROKEN;
    picture->width = (uint32_t)width;
    picture->height = (uint32_t)height;
    picture->held = true;
    picture->colour = IDOCR_FIT_RGB;
    work->alpha = heif_image_handle_has_alpha_channel(work->handle);
    return read_profile(work, picture);
}

static void decode(struct work *work)
{
    enum heif_chroma chroma = work->alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB;
    work->status = status_of(heif_decode_image(work->handle, &work->image, heif_colorspace_RGB, chroma, NULL));
    atomic_store(&work->stage, DECODED);
}

static void *decode_in_thread(void *data)
{
    struct work *work = data;
    decode(work);
    release(work);
    return NULL;
}

/* Starts the thread, without signals: those of the process must interrupt its event loop. */
static bool start_thread(struct work *work)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    atomic_fetch_add(&work->users, 1);
    bool started = pthread_create(&thread, &attributes, decode_in_thread, work) == 0;
    if (!started)
        atomic_fetch_sub(&work->users, 1);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return started;
}

static enum idocr_fit_status start_heif(void *data, struct idocr_fit_picture *picture, uint32_t width, uint32_t height)
{
    struct heif *self = data;
    struct work *work = self->work;
    (void)width;
    (void)height;
    if (!self->started) {
        self->started = true;
        if (!picture->background || !start_thread(work))
            decode(work);
    }
    if (atomic_load(&work->stage) != DECODED)
        return IDOCR_FIT_WAIT;
    if (work->status != IDOCR_FIT_DONE)
        return work->status;
    if (heif_image_get_width(work->image, heif_channel_interleaved) != (int)picture->width ||
        heif_image_get_height(work->image, heif_channel_interleaved) != (int)picture->height)
        return IDOCR_FIT_BROKEN; /* the header declares another size */
    self->width = picture->width;
    self->pixels = heif_image_get_plane_readonly(work->image, heif_channel_interleaved, &self->stride);
    return self->pixels != NULL ? IDOCR_FIT_DONE : IDOCR_FIT_BROKEN;
}

static enum idocr_fit_status read_heif(void *data, uint8_t *row)
{
    struct heif *self = data;
    const uint8_t *from = self->pixels + (size_t)self->stride * self->row++;
    if (!self->work->alpha) {
        memcpy(row, from, (size_t)self->width * 3);
        return IDOCR_FIT_DONE;
    }
    for (uint32_t x = 0; x < self->width; x++, from += 4, row += 3) {
        uint8_t pixel[4];
        memcpy(pixel, from, sizeof pixel);
        idocr_fit_flatten(pixel, 1, 3);
        memcpy(row, pixel, 3);
    }
    return IDOCR_FIT_DONE;
}

const struct idocr_fit_decoder idocr_heif_decoder = {open_heif, inspect_heif, start_heif, read_heif, close_heif};
