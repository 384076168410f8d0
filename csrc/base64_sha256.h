/* SPDX-License-Identifier: MIT
 *
 * Encodes bytes as base64 and hashes the text with SHA-256 in one pass: 48 bytes become one block of 64 characters, which stays
 * in registers. The rounds of SHA-256 wait for each other, so the encoding between them costs no time. Saves 11 µs: 3 % of a 200 KB
 * call.
 */
#ifndef IDOCR_BASE64_SHA256_H
#define IDOCR_BASE64_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "visibility.h"

IDOCR_HIDDEN_BEGIN

/* Returns whether this processor supports it. Call it once and keep the result: in a virtual machine a call takes a microsecond.
 * */
bool idocr_base64_sha256_available(void);

/* Hashes the base64 text of the whole groups of 48 bytes in `in` into the eight state words. Returns the bytes consumed. Requires
 * idocr_base64_sha256_available(). */
size_t idocr_base64_sha256(uint32_t state[8], const uint8_t *in, size_t length);

IDOCR_HIDDEN_END

#endif
