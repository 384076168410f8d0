/* SPDX-License-Identifier: MIT
 *
 * Opens pictures (a file, a range of a file, borrowed bytes) and reads and hashes them in slices.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* O_CLOEXEC, pread, posix_fadvise */
#endif
#define _FILE_OFFSET_BITS 64

#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_AHEAD (128 * 1024) /* the usual window of the kernel */
#define KEPT (64 * 1024)        /* bytes; a file up to this is read whole when it is opened */
#define SLICE (16 * 1024)       /* bytes read at once for a digest: fits the first-level cache */

/* Reads a range of the file. Returns 1, 0 where the file has become shorter, or -1 with an errno. */
static int read_range(int fd, uint64_t offset, uint8_t *into, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t got = pread(fd, into + done, length - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return (int)got;
        done += (size_t)got;
    }
    return 1;
}

/* Reads a small file whole. A failure is ignored: reading the picture later reports it. */
static void keep_small(struct idocr_image *image)
{
    size_t length = (size_t)image->file_size;
    if (image->file_size > KEPT || (image->kept = malloc(length)) == NULL || read_range(image->fd, 0, image->kept, length) == 1)
        return;
    free(image->kept);
    image->kept = NULL;
}

/* Makes the picture of an open file, which is closed where that fails. */
static int adopt(struct idocr_image *image, int fd, struct idocr_error *error)
{
    if (fd < 0)
        return idocr_fail(error, "open", "the picture file cannot be opened", errno);
    struct stat status;
    int result = -1;
    if (fstat(fd, &status) != 0)
        idocr_fail(error, "open", "the picture file cannot be opened", errno);
    else if (!S_ISREG(status.st_mode))
        idocr_fail(error, "not_a_file", "the path is not a regular file", 0);
    else if (status.st_size <= 0)
        idocr_fail(error, "empty", "the picture is empty", 0);
    else
        result = 0;
    if (result != 0) {
        close(fd);
        return -1;
    }
    /* Files are read sequentially: doubles the read-ahead of the kernel where the file is longer. A failure of this hint has no
     * consequence. */
    if (status.st_size > READ_AHEAD)
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    memset(image, 0, sizeof *image);
    image->fd = fd;
    image->size = image->file_size = (uint64_t)status.st_size;
    image->modified = status.st_mtim;
    image->users = 1;
    keep_small(image);
    return 0;
}

int idocr_image_open(struct idocr_image *image, const char *path, struct idocr_error *error)
{
    /* O_NONBLOCK: opening a pipe must not wait for a writer; it has no effect on regular files. */
    return adopt(image, open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), error);
}

int idocr_image_open_descriptor(struct idocr_image *image, int fd, struct idocr_error *error)
{
    return adopt(image, fcntl(fd, F_DUPFD_CLOEXEC, 3), error);
}

void idocr_image_borrow(struct idocr_image *image, const void *bytes, size_t length)
{
    memset(image, 0, sizeof *image);
    image->bytes = bytes;
    image->fd = -1;
    image->size = length;
    image->users = 1;
}

int idocr_image_narrow(struct idocr_image *image, uint64_t offset, uint64_t length, struct idocr_error *error)
{
    if (offset > image->size || length > image->size - offset)
        return idocr_fail(error, "range", "the range is not inside the file or the string", 0);
    if (length == 0)
        return idocr_fail(error, "empty", "the picture is empty", 0);
    if (image->bytes != NULL)
        image->bytes += offset;
    image->first += offset;
    image->size = length;
    return 0;
}

void idocr_image_retain(struct idocr_image *image)
{
    image->users++;
}

void idocr_image_release(struct idocr_image *image)
{
    if (image->users == 0 || --image->users > 0)
        return;
    if (image->fd >= 0)
        close(image->fd);
    free(image->kept);
    image->kept = NULL;
    image->fd = -1;
    image->bytes = NULL;
    image->size = 0;
}

static int changed(struct idocr_error *error)
{
    return idocr_fail(error, "changed", "the picture changed while it was being read", 0);
}

/* Checks once per pass, when the last byte is read, that the file was not written to: all bytes of the pass are then of one
 * version. One system call. */
static int check_unchanged(const struct idocr_image *image, struct idocr_error *error)
{
    struct stat status;
    if (fstat(image->fd, &status) != 0)
        return idocr_fail(error, "read", "the picture cannot be read", errno);
    if ((uint64_t)status.st_size != image->file_size || status.st_mtim.tv_sec != image->modified.tv_sec ||
        status.st_mtim.tv_nsec != image->modified.tv_nsec)
        return changed(error);
    return 0;
}

int idocr_image_view(const struct idocr_image *image, uint64_t offset, size_t length, uint8_t *room, const uint8_t **at,
                     struct idocr_error *error)
{
    if (image->bytes != NULL) {
        *at = image->bytes + offset;
        return 0;
    }
    *at = image->kept != NULL ? image->kept + image->first + offset : room;
    int got = image->kept != NULL ? 1 : read_range(image->fd, image->first + offset, room, length);
    if (got < 0)
        return idocr_fail(error, "read", "the picture cannot be read", errno);
    if (got == 0)
        return changed(error);
    return length > 0 && offset + length == image->size ? check_unchanged(image, error) : 0;
}

int idocr_image_sha256(const struct idocr_image *image, uint8_t digest[IDOCR_SHA256_SIZE], struct idocr_error *error)
{
    struct idocr_sha256 sha;
    uint8_t room[SLICE];
    idocr_sha256_init(&sha);
    for (uint64_t offset = 0; offset < image->size;) {
        size_t length = image->size - offset < SLICE ? (size_t)(image->size - offset) : SLICE;
        const uint8_t *at;
        if (idocr_image_view(image, offset, length, room, &at, error) != 0)
            return -1;
        idocr_sha256_update(&sha, at, length);
        offset += length;
    }
    idocr_sha256_final(&sha, digest);
    return 0;
}
