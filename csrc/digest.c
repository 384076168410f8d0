/* SPDX-License-Identifier: MIT
 *
 * SHA-256, HMAC-SHA-256, wiping and constant-time comparison over libcrypto.
 */

/* OpenSSL 3 calls the SHA256_* functions deprecated (not removed) in favour of EVP. They are the same assembly (equal speed
 * measured) with a state that can be copied by assignment, set up without a fetch and used without an allocation, so that nothing
 * here can fail. EVP needs two mallocs to copy a state, and does not expose the eight words of an unfinished hash, which
 * base64_sha256.c continues. This define disables the deprecation warnings. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "digest.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

_Static_assert(sizeof(struct idocr_sha256) >= sizeof(SHA256_CTX), "the opaque state is too small");
_Static_assert(_Alignof(struct idocr_sha256) >= _Alignof(SHA256_CTX), "the opaque state is misaligned");
_Static_assert(sizeof(SHA_LONG) == sizeof(uint32_t), "a word has 32 bits");

static SHA256_CTX *context(struct idocr_sha256 *sha)
{
    return (SHA256_CTX *)(void *)sha;
}

void idocr_sha256_init(struct idocr_sha256 *sha)
{
    SHA256_Init(context(sha));
}

void idocr_sha256_update(struct idocr_sha256 *sha, const void *data, size_t length)
{
    SHA256_Update(context(sha), data, length);
}

void idocr_sha256_final(struct idocr_sha256 *sha, uint8_t digest[IDOCR_SHA256_SIZE])
{
    SHA256_Final(digest, context(sha));
}

void idocr_sha256_of(const void *data, size_t length, uint8_t digest[IDOCR_SHA256_SIZE])
{
    struct idocr_sha256 sha;
    idocr_sha256_init(&sha);
    idocr_sha256_update(&sha, data, length);
    idocr_sha256_final(&sha, digest);
    idocr_wipe(&sha, sizeof sha);
}

size_t idocr_sha256_waiting(const struct idocr_sha256 *sha)
{
    return ((const SHA256_CTX *)(const void *)sha)->num;
}

uint32_t *idocr_sha256_words(struct idocr_sha256 *sha)
{
    return context(sha)->h;
}

void idocr_sha256_skip(struct idocr_sha256 *sha, size_t blocks)
{
    /* The count of bits, in two words (FIPS 180-4, 5.1.1). */
    uint64_t bits = (uint64_t)context(sha)->Nh << 32 | context(sha)->Nl;
    bits += (uint64_t)blocks * IDOCR_SHA256_BLOCK * 8;
    context(sha)->Nl = (SHA_LONG)bits;
    context(sha)->Nh = (SHA_LONG)(bits >> 32);
}

void idocr_hmac_key_init(struct idocr_hmac_key *key, const void *secret, size_t length)
{
    /* RFC 2104: a key longer than a block is replaced by its digest, a shorter one is filled up with zeros. */
    uint8_t block[IDOCR_SHA256_BLOCK] = {0};
    if (length > sizeof block)
        idocr_sha256_of(secret, length, block);
    else if (length > 0)
        memcpy(block, secret, length);
    for (size_t i = 0; i < sizeof block; i++)
        block[i] ^= 0x36;
    idocr_sha256_init(&key->inner);
    idocr_sha256_update(&key->inner, block, sizeof block);
    for (size_t i = 0; i < sizeof block; i++)
        block[i] ^= 0x36 ^ 0x5c;
    idocr_sha256_init(&key->outer);
    idocr_sha256_update(&key->outer, block, sizeof block);
    idocr_wipe(block, sizeof block);
}

void idocr_hmac(const struct idocr_hmac_key *key, const void *data, size_t length, uint8_t mac[IDOCR_SHA256_SIZE])
{
    struct idocr_sha256 sha = key->inner;
    idocr_sha256_update(&sha, data, length);
    idocr_sha256_final(&sha, mac);
    sha = key->outer;
    idocr_sha256_update(&sha, mac, IDOCR_SHA256_SIZE);
    idocr_sha256_final(&sha, mac);
    idocr_wipe(&sha, sizeof sha);
}

void idocr_hex(const uint8_t *bytes, size_t length, char *out)
{
    /* clang-format off */
#define PAIR(high, low) {high, low}
#define ROW(high)                                                                                                            \
    PAIR(high, '0'), PAIR(high, '1'), PAIR(high, '2'), PAIR(high, '3'), PAIR(high, '4'), PAIR(high, '5'), PAIR(high, '6'),    \
        PAIR(high, '7'), PAIR(high, '8'), PAIR(high, '9'), PAIR(high, 'a'), PAIR(high, 'b'), PAIR(high, 'c'), PAIR(high, 'd'), \
        PAIR(high, 'e'), PAIR(high, 'f')
    static const char pairs[256][2] = {
        ROW('0'), ROW('1'), ROW('2'), ROW('3'), ROW('4'), ROW('5'), ROW('6'), ROW('7'),
        ROW('8'), ROW('9'), ROW('a'), ROW('b'), ROW('c'), ROW('d'), ROW('e'), ROW('f'),
    };
#undef ROW
#undef PAIR
    /* clang-format on */
    for (size_t i = 0; i < length; i++)
        memcpy(out + 2 * i, pairs[bytes[i]], 2);
}

void idocr_wipe(void *memory, size_t length)
{
    OPENSSL_cleanse(memory, length);
}

bool idocr_same(const void *a, const void *b, size_t length)
{
    return CRYPTO_memcmp(a, b, length) == 0;
}
