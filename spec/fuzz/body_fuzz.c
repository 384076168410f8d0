/* SPDX-License-Identifier: MIT
 *
 * Fuzzes the request body: segments of every encoding must give the announced length, the same bytes for all read sizes, and the
 * separately computed digest.
 * sources: csrc/body.c csrc/image*.c csrc/jpeg_walk.c csrc/digest.c csrc/base64.c csrc/base64_x86.c csrc/base64_arm.c csrc/base64_sha256.c
 * longest: 4096
 */
#include <stdlib.h>
#include <string.h>

#include "../../csrc/base64_sha256.h"
#include "../../csrc/body.h"

#define SEGMENTS 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The whole body, `step` bytes at most a read. */
static uint8_t *read_all(struct idocr_body *body, size_t step, size_t *length)
{
    struct idocr_cursor cursor;
    struct idocr_error error;
    uint8_t *out = malloc((size_t)body->length + 1);
    if (out == NULL)
        abort();
    memset(&cursor, 0, sizeof cursor);
    for (*length = 0;;) {
        size_t got, room = (size_t)body->length + 1 - *length;
        if (idocr_body_read(body, &cursor, out + *length, step < room ? step : room, &got, &error) != 0 || got > step)
            abort();
        if (got == 0)
            return out;
        *length += got;
        if (*length > body->length)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    size_t step = (size_t)data[0] % 97 + 1, hash_step = (size_t)data[1] * 5 + 1;
    bool fused = (data[2] & 1) != 0 && idocr_base64_sha256_available();
    struct idocr_body *body = calloc(1, idocr_body_size(SEGMENTS));
    struct idocr_image images[SEGMENTS];
    struct idocr_error error;
    uint8_t *parts[SEGMENTS];
    size_t count = 0, at = 3;
    if (body == NULL)
        abort();
    idocr_body_init(body, SEGMENTS, fused);
    for (; count < SEGMENTS && at + 1 < size; count++) {
        enum idocr_encoding encoding = (enum idocr_encoding)(data[at] & 3);
        size_t length = (size_t)(data[at] >> 2) * (size_t)(data[at + 1] & 7) + (data[at + 1] >> 3);
        at += 2;
        length = length < size - at ? length : size - at;
        parts[count] = malloc(length + 1);
        if (parts[count] == NULL)
            abort();
        memcpy(parts[count], data + at, length);
        at += length;
        idocr_image_borrow(&images[count], parts[count], length);
        int failed = encoding == IDOCR_LITERAL ? idocr_body_add_literal(body, (const char *)parts[count], length, &error)
                                               : idocr_body_add_image(body, &images[count], encoding, &error);
        if (failed != 0)
            abort();
    }
    size_t length, again_length;
    uint8_t *whole = read_all(body, SIZE_MAX / 2, &length), *again = read_all(body, step, &again_length);
    uint8_t digest[IDOCR_SHA256_SIZE];
    if (length != body->length || again_length != length || memcmp(whole, again, length) != 0)
        abort();
    for (bool done = false; !done;)
        if (idocr_body_hash(body, hash_step, &done, &error) != 0)
            abort();
    struct idocr_image all;
    idocr_image_borrow(&all, whole, length);
    if (idocr_image_sha256(&all, digest, &error) != 0 || memcmp(digest, body->digest, sizeof digest) != 0)
        abort();
    idocr_body_release(body);
    for (size_t i = 0; i < count; i++) {
        idocr_image_release(&images[i]);
        free(parts[i]);
    }
    free(whole), free(again), free(body);
    return 0;
}
