/* SPDX-License-Identifier: MIT
 *
 * A file that its decoder needs whole, read in slices. Inline, because the modules fit and heif both use it.
 */
#ifndef IDOCR_FIT_FILE_H
#define IDOCR_FIT_FILE_H

#include <stdlib.h>

#include "fit_decoder.h"

#define IDOCR_FIT_FILE_SLICE (64 * 1024) /* bytes read at once */

/* Zeroed at first. The owner frees `bytes`. */
struct idocr_fit_file {
    uint8_t *bytes;
    size_t length, size; /* bytes that were read, and bytes of the whole file */
};

/* Reads the next slice. Returns DONE when the file is whole, MORE before, or the error. */
static inline enum idocr_fit_status idocr_fit_file_read(struct idocr_fit_file *file, struct idocr_source *source)
{
    if (file->bytes == NULL) {
        uint64_t size = source->length(source);
        if (size > IDOCR_FIT_MOST_FILE)
            return IDOCR_FIT_TOO_LARGE;
        file->size = (size_t)size;
        file->bytes = malloc(file->size > 0 ? file->size : 1);
        if (file->bytes == NULL)
            return IDOCR_FIT_NO_MEMORY;
    }
    if (file->length == file->size)
        return IDOCR_FIT_DONE;
    size_t room = file->size - file->length, got;
    if (source->read(source, file->bytes + file->length, room < IDOCR_FIT_FILE_SLICE ? room : IDOCR_FIT_FILE_SLICE, &got) != 0)
        return IDOCR_FIT_READ;
    if (got == 0)
        return IDOCR_FIT_TRUNCATED;
    file->length += got;
    return IDOCR_FIT_MORE;
}

#endif
