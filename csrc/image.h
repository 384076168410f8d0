/* SPDX-License-Identifier: MIT
 *
 * A picture: an open file, or borrowed bytes. A file is read in slices, never mapped: a file that shrinks under a mapping kills
 * the process. A small file is read whole when it is opened, because system calls would dominate its cost.
 */
#ifndef IDOCR_IMAGE_H
#define IDOCR_IMAGE_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "digest.h"
#include "error.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

struct idocr_image {
    const uint8_t *bytes; /* borrowed; NULL for a file */
    uint8_t *kept;        /* a small file, whole; owned */
    int fd;               /* -1 for bytes, and after the last release */
    uint64_t size;        /* of the picture */
    uint64_t first;       /* where in the file it begins */
    uint64_t file_size;
    struct timespec modified; /* of the file when it was opened */
    unsigned users;           /* the file is closed when the last one releases it */
};

/* Opens a regular file; the caller is its first user. -1: "open" (with an errno), "not_a_file", "empty". */
int idocr_image_open(struct idocr_image *image, const char *path, struct idocr_error *error);

/* Opens the regular file of a descriptor, which the caller keeps and may close. -1: the same errors. */
int idocr_image_open_descriptor(struct idocr_image *image, int fd, struct idocr_error *error);

/* Borrows `length` bytes, which must outlive the image; the caller is its first user. */
void idocr_image_borrow(struct idocr_image *image, const void *bytes, size_t length);

/* Limits the picture to `length` bytes from `offset`, such as a part of a form. -1: "range" (past the end), "empty". */
int idocr_image_narrow(struct idocr_image *image, uint64_t offset, uint64_t length, struct idocr_error *error);

/* Adds a user, and removes one; the last one closes the file. */
void idocr_image_retain(struct idocr_image *image);
void idocr_image_release(struct idocr_image *image);

/* Returns the bytes of a picture that is in memory, else NULL. */
static inline const uint8_t *idocr_image_memory(const struct idocr_image *image)
{
    return image->kept != NULL ? image->kept + image->first : image->bytes;
}

/* Points *at to `length` bytes from `offset`; the range must lie inside the picture. The bytes are in memory already, or are read
 * from the file into `room` (at least `length` bytes). -1: "read" (with an errno), "changed" (the file is shorter now; or its
 * last byte is read and it was written to since it was opened). */
int idocr_image_view(const struct idocr_image *image, uint64_t offset, size_t length, uint8_t *room, const uint8_t **at,
                     struct idocr_error *error);

/* Computes the SHA-256 of all bytes. -1: errors of idocr_image_view. */
int idocr_image_sha256(const struct idocr_image *image, uint8_t digest[IDOCR_SHA256_SIZE], struct idocr_error *error);

IDOCR_HIDDEN_END

#endif
