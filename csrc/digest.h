/* SPDX-License-Identifier: MIT
 *
 * SHA-256, HMAC-SHA-256, wiping and comparing, all over libcrypto. Every state is a plain value: nothing is allocated,
 * nothing fails, and a copy of a state is a midstate that can be kept (the HMAC key of the day).
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

/* may_alias: digest.c sees it as the structure of libcrypto. */
struct __attribute__((may_alias)) idocr_sha256 {
    uint64_t opaque[14];
};

void idocr_sha256_init(struct idocr_sha256 *sha);
void idocr_sha256_update(struct idocr_sha256 *sha, const void *data, size_t length);
void idocr_sha256_final(struct idocr_sha256 *sha, uint8_t digest[IDOCR_SHA256_SIZE]);
/* All in one, and the state wiped: the data may be a key. */
void idocr_sha256_of(const void *data, size_t length, uint8_t digest[IDOCR_SHA256_SIZE]);

/* For code that runs the rounds itself. Bytes that wait for their block to be full; when there are none, the eight state words, into
 * which the caller compresses `blocks` further blocks and then says so. */
size_t idocr_sha256_waiting(const struct idocr_sha256 *sha);
uint32_t *idocr_sha256_words(struct idocr_sha256 *sha);
void idocr_sha256_skip(struct idocr_sha256 *sha, size_t blocks);

/* A key after its inner and outer pad: using it costs no more than hashing the message. Wipe it when done. */
struct idocr_hmac_key {
    struct idocr_sha256 inner, outer;
};

void idocr_hmac_key_init(struct idocr_hmac_key *key, const void *secret, size_t length);
void idocr_hmac(const struct idocr_hmac_key *key, const void *data, size_t length, uint8_t mac[IDOCR_SHA256_SIZE]);

/* Two lower-case characters per byte, no final NUL. */
void idocr_hex(const uint8_t *bytes, size_t length, char *out);

/* Fills with zeros in a way that the compiler must not leave out. */
void idocr_wipe(void *memory, size_t length);

/* Compares in a time that depends on nothing but `length`. */
bool idocr_same(const void *a, const void *b, size_t length);

IDOCR_HIDDEN_END

#endif
