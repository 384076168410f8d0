/* SPDX-License-Identifier: MIT
 *
 * SHA-256, HMAC-SHA-256, wiping and constant-time comparison over libcrypto. States are plain structs without pointers: nothing
 * is allocated, nothing fails, and a state can be copied by assignment (the HMAC state of today's signing key).
 */
#ifndef IDOCR_DIGEST_H
#define IDOCR_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "visibility.h"

IDOCR_HIDDEN_BEGIN

#define IDOCR_SHA256_SIZE 32
#define IDOCR_SHA256_BLOCK 64
#define IDOCR_SHA256_HEX 64

/* may_alias: digest.c accesses it as the SHA256_CTX of libcrypto. */
struct __attribute__((may_alias)) idocr_sha256 {
    uint64_t opaque[14];
};

void idocr_sha256_init(struct idocr_sha256 *sha);
void idocr_sha256_update(struct idocr_sha256 *sha, const void *data, size_t length);
void idocr_sha256_final(struct idocr_sha256 *sha, uint8_t digest[IDOCR_SHA256_SIZE]);
/* Hashes `data` and wipes the state: the data may be a key. */
void idocr_sha256_of(const void *data, size_t length, uint8_t digest[IDOCR_SHA256_SIZE]);

/* For code that runs the rounds itself (base64_sha256.h). `waiting` returns the bytes of an unfinished block. When it is 0, the
 * caller may compress `blocks` blocks into the eight words that `words` returns, and then calls `skip` to count them. */
size_t idocr_sha256_waiting(const struct idocr_sha256 *sha);
uint32_t *idocr_sha256_words(struct idocr_sha256 *sha);
void idocr_sha256_skip(struct idocr_sha256 *sha, size_t blocks);

/* The two hash states of an HMAC key after the inner and the outer pad. Owns no memory; the caller wipes it. */
struct idocr_hmac_key {
    struct idocr_sha256 inner, outer;
};

void idocr_hmac_key_init(struct idocr_hmac_key *key, const void *secret, size_t length);
void idocr_hmac(const struct idocr_hmac_key *key, const void *data, size_t length, uint8_t mac[IDOCR_SHA256_SIZE]);

/* Writes two lower-case digits per byte, no final NUL. */
void idocr_hex(const uint8_t *bytes, size_t length, char *out);

/* Fills with zeros; the compiler cannot remove the call. */
void idocr_wipe(void *memory, size_t length);

/* Compares in a time that depends only on `length`. */
bool idocr_same(const void *a, const void *b, size_t length);

IDOCR_HIDDEN_END

#endif
