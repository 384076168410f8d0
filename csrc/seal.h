/* SPDX-License-Identifier: MIT
 *
 * Authenticated encryption with AES-256-GCM over libcrypto, and random bytes. Owns no memory between calls.
 */
#ifndef IDOCR_SEAL_H
#define IDOCR_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

#define IDOCR_SEAL_KEY 32   /* bytes of a key */
#define IDOCR_SEAL_NONCE 12 /* bytes of a nonce: one key must never be used twice with the same one */
#define IDOCR_SEAL_TAG 16   /* bytes that a sealed text is longer than the text */

/* Encrypts `text` into `out`, which has room for the text and the tag. `bound` is authenticated and not encrypted: the text can
 * only be opened with the same one. Returns false when libcrypto fails or a length is over INT_MAX. */
bool idocr_seal(const uint8_t key[IDOCR_SEAL_KEY], const uint8_t nonce[IDOCR_SEAL_NONCE], struct idocr_view bound,
                struct idocr_view text, uint8_t *out);

/* Decrypts `sealed` (at least a tag) into `out`, which has room for the text. Returns false, with `out` wiped, when key, nonce,
 * `bound` or a bit of `sealed` is not the one of the sealing. */
bool idocr_unseal(const uint8_t key[IDOCR_SEAL_KEY], const uint8_t nonce[IDOCR_SEAL_NONCE], struct idocr_view bound,
                  struct idocr_view sealed, uint8_t *out);

/* Fills `out` with cryptographically random bytes. Returns false when the system has none. Safe after fork. */
bool idocr_random(uint8_t *out, size_t length);

IDOCR_HIDDEN_END

#endif
