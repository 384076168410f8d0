/* SPDX-License-Identifier: MIT
 *
 * Base64 (RFC 4648 section 4, with padding, no line breaks) both ways.
 *
 * A kernel does the bulk with one instruction set and never touches a byte outside the buffers that it was given; the
 * portable code does what is left and finds the exact place of a mistake. The choice among kernels is made from the
 * processor that runs, on each call: it is a few loads.
 */
#ifndef IDOCR_BASE64_H
#define IDOCR_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "visibility.h"

IDOCR_HIDDEN_BEGIN

/* Characters that `length` bytes become; SIZE_MAX when that does not fit in a size_t. */
static inline size_t idocr_base64_encoded_length(size_t length)
{
    size_t groups = length / 3 + (length % 3 != 0);
    return groups > SIZE_MAX / 4 ? SIZE_MAX : groups * 4;
}

/* Bytes that suffice for `length` characters, whatever their padding. */
static inline size_t idocr_base64_decoded_capacity(size_t length)
{
    return length / 4 * 3;
}

struct idocr_base64_kernel {
    const char *name;

    /* Encodes a multiple of 3 bytes, at most `length`, and returns how many; `out` has room for length / 3 * 4. */
    size_t (*encode)(const uint8_t *in, size_t length, char *out);

    /* Decodes a multiple of 4 characters, at most `length`, and returns how many; stops early before anything that
     * is not one of the 64 characters (padding too). `out` has room for length / 4 * 3 bytes less 2. */
    size_t (*decode)(const char *in, size_t length, uint8_t *out);
};

/* The kernels that this processor can run, best first; the last one is the portable one. NULL past the end. */
const struct idocr_base64_kernel *idocr_base64_kernel(size_t index);

/* Writes exactly idocr_base64_encoded_length(length) characters, no final NUL. `in` and `out` do not overlap. */
void idocr_base64_encode(const uint8_t *in, size_t length, char *out);
void idocr_base64_encode_with(const struct idocr_base64_kernel *kernel, const uint8_t *in, size_t length, char *out);

/* Decodes strictly: only the 64 characters, padding where it must be and nowhere else, no stray bits before it.
 * `out` has room for idocr_base64_decoded_capacity(length); *decoded gets the bytes written. NULL, or a static text
 * that says what is wrong, with the offset of the first bad character (`length`: it ends too early) in *bad. */
const char *idocr_base64_decode(const char *in, size_t length, uint8_t *out, size_t *decoded, size_t *bad);
const char *idocr_base64_decode_with(const struct idocr_base64_kernel *kernel, const char *in, size_t length, uint8_t *out,
                                     size_t *decoded, size_t *bad);

/* Decodes whole groups up to the first that is not all of the 64 characters, and returns how many characters that was. `out` has
 * room for idocr_base64_decoded_capacity(length). */
size_t idocr_base64_decode_groups(const char *in, size_t length, uint8_t *out);

/* The value of each of the 64 characters plus 1, 0 for every other byte. */
extern const uint8_t idocr_base64_values[256];

/* Kernels of one architecture, for base64.c alone: the index-th that this processor can run, or NULL. */
const struct idocr_base64_kernel *idocr_base64_native(size_t index);

IDOCR_HIDDEN_END

#endif
