/* SPDX-License-Identifier: MIT
 *
 * Base64 straight into SHA-256: 48 bytes become 64 characters, one block of the hash, without passing through memory. The rounds of
 * SHA-256 wait for each other most of the time, so the encoding beside them is free.
 */
#ifndef IDOCR_BASE64_SHA256_H
#define IDOCR_BASE64_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "visibility.h"

IDOCR_HIDDEN_BEGIN

/* Whether this processor can. Ask once and keep the answer: in a virtual machine the question costs a microsecond. */
bool idocr_base64_sha256_available(void);

/* Hashes the base64 text of as many whole 48 bytes as `length` has into the eight state words and returns how many bytes that
 * were. Only where idocr_base64_sha256_available. */
size_t idocr_base64_sha256(uint32_t state[8], const uint8_t *in, size_t length);

IDOCR_HIDDEN_END

#endif
