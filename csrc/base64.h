/* SPDX-License-Identifier: MIT
 *
 * Encodes and decodes base64 (RFC 4648 section 4, with padding, without line breaks).
 *
 * A kernel processes most of the data with one instruction set and accesses no byte outside its buffers; portable code
 * processes the rest and finds the position of an error. Each call selects the kernel for the processor: a few loads.
 */
#ifndef IDOCR_BASE64_H
#define IDOCR_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "visibility.h"

IDOCR_HIDDEN_BEGIN

/* Returns the characters that encode `length` bytes; SIZE_MAX when they do not fit in a size_t. */
static inline size_t idocr_base64_encoded_length(size_t length)
{
    size_t groups = length / 3 + (length % 3 != 0);
    return groups > SIZE_MAX / 4 ? SIZE_MAX : groups * 4;
}

/* Returns a capacity in bytes that is enough for `length` characters, with or without padding. */
static inline size_t idocr_base64_decoded_capacity(size_t length)
{
    return length / 4 * 3;
}

struct idocr_base64_kernel {
    const char *name;

    /* Encodes a multiple of 3 bytes, at most `length`, and returns how many; `out` has room for length / 3 * 4. */
    size_t (*encode)(const uint8_t *in, size_t length, char *out);

    /* Decodes a multiple of 4 characters, at most `length`, and returns how many; stops before the first
     * group with a character that is not one of the 64 (padding included). `out` has room for length / 4 * 3 bytes less 2. */
    size_t (*decode)(const char *in, size_t length, uint8_t *out);
};

/* Returns the kernel at `index` among those that this processor can run, best first, the portable one last. NULL past the end. */
const struct idocr_base64_kernel *idocr_base64_kernel(size_t index);

/* Writes exactly idocr_base64_encoded_length(length) characters, no final NUL. `in` and `out` do not overlap. */
void idocr_base64_encode(const uint8_t *in, size_t length, char *out);
void idocr_base64_encode_with(const struct idocr_base64_kernel *kernel, const uint8_t *in, size_t length, char *out);

/* Decodes strictly: only the 64 characters, correct padding, no stray bits before it.
 * `out` has room for idocr_base64_decoded_capacity(length); stores the bytes written in *decoded. Returns NULL, or a
 * static error message and in *bad the offset of the first wrong character (`length`: the text is too short). */
const char *idocr_base64_decode(const char *in, size_t length, uint8_t *out, size_t *decoded, size_t *bad);
const char *idocr_base64_decode_with(const struct idocr_base64_kernel *kernel, const char *in, size_t length, uint8_t *out,
                                     size_t *decoded, size_t *bad);

/* Decodes groups of four up to the first that has another character than the 64. Returns the characters consumed. `out` has room
 * for idocr_base64_decoded_capacity(length). */
size_t idocr_base64_decode_groups(const char *in, size_t length, uint8_t *out);

/* The value of each of the 64 characters plus 1, 0 for every other byte. */
extern const uint8_t idocr_base64_values[256];

/* For base64.c: returns the kernel at `index` of this architecture that the processor can run, or NULL. */
const struct idocr_base64_kernel *idocr_base64_native(size_t index);

IDOCR_HIDDEN_END

#endif
