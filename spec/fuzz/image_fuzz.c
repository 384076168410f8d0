/* SPDX-License-Identifier: MIT
 *
 * Fuzzes the picture headers: any bytes, from memory and from a file, which must give the same results.
 * sources: csrc/image*.c csrc/jpeg_walk.c csrc/digest.c
 * longest: 65536
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../csrc/image_info.h"
#include "../../csrc/jpeg_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The result of a walk is the same in steps of any size. */
static enum idocr_jpeg_walk_result walk(const struct idocr_image *image, uint64_t step)
{
    struct idocr_jpeg_walk walked;
    enum idocr_jpeg_walk_result result;
    idocr_jpeg_walk_init(&walked, image);
    while ((result = idocr_jpeg_walk_step(&walked, step)) == IDOCR_JPEG_WALK_MORE)
        ;
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int file = -1;
    static char path[64];
    if (file < 0) {
        file = memfd_create("picture", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    struct idocr_image image;
    struct idocr_image_info from_bytes, from_file;
    struct idocr_error error;
    uint8_t *copy = malloc(size); /* exactly as long: what reads behind it is seen */
    memcpy(copy, data, size);
    idocr_image_borrow(&image, copy, size);
    if (idocr_image_inspect(&image, &from_bytes, &error) != 0 || from_bytes.orientation > 8)
        abort();
    enum idocr_jpeg_walk_result whole = walk(&image, UINT64_MAX);
    if (whole == IDOCR_JPEG_WALK_FAILED || walk(&image, 100) != whole)
        abort();
    free(copy);
    if (size > 0 && pwrite(file, data, size, 0) == (ssize_t)size && ftruncate(file, (off_t)size) == 0) {
        if (idocr_image_open(&image, path, &error) != 0 || idocr_image_inspect(&image, &from_file, &error) != 0)
            abort();
        if (memcmp(&from_bytes, &from_file, sizeof from_file) != 0)
            abort();
        if (walk(&image, 1000) != whole)
            abort();
        idocr_image_release(&image);
    }
    return 0;
}
