/* SPDX-License-Identifier: MIT
 *
 * Encrypts and decrypts with AES-256-GCM over libcrypto; returns random bytes.
 */
#include "seal.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "digest.h"

static const uint8_t *bytes_of(struct idocr_view view)
{
    return (const uint8_t *)view.at;
}

bool idocr_seal(const uint8_t key[IDOCR_SEAL_KEY], const uint8_t nonce[IDOCR_SEAL_NONCE], struct idocr_view bound,
                struct idocr_view text, uint8_t *out)
{
    if (text.length > INT_MAX - IDOCR_SEAL_TAG || bound.length > INT_MAX)
        return false;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int written = 0;
    bool done = context != NULL && EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
                EVP_EncryptUpdate(context, NULL, &written, bytes_of(bound), (int)bound.length) == 1 &&
                EVP_EncryptUpdate(context, out, &written, bytes_of(text), (int)text.length) == 1 &&
                EVP_EncryptFinal_ex(context, out + text.length, &written) == 1 &&
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, IDOCR_SEAL_TAG, out + text.length) == 1;
    EVP_CIPHER_CTX_free(context);
    return done;
}

bool idocr_unseal(const uint8_t key[IDOCR_SEAL_KEY], const uint8_t nonce[IDOCR_SEAL_NONCE], struct idocr_view bound,
                  struct idocr_view sealed, uint8_t *out)
{
    if (sealed.length < IDOCR_SEAL_TAG || sealed.length > INT_MAX || bound.length > INT_MAX)
        return false;
    size_t length = sealed.length - IDOCR_SEAL_TAG;
    uint8_t tag[IDOCR_SEAL_TAG]; /* a copy, because libcrypto takes it without const */
    memcpy(tag, bytes_of(sealed) + length, sizeof tag);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int written = 0;
    uint8_t rest[IDOCR_SEAL_TAG]; /* GCM writes no final block */
    bool done = context != NULL && EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
                EVP_DecryptUpdate(context, NULL, &written, bytes_of(bound), (int)bound.length) == 1 &&
                EVP_DecryptUpdate(context, out, &written, bytes_of(sealed), (int)length) == 1 &&
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, IDOCR_SEAL_TAG, tag) == 1 &&
                EVP_DecryptFinal_ex(context, rest, &written) == 1;
    EVP_CIPHER_CTX_free(context);
    if (!done)
        idocr_wipe(out, length);
    return done;
}

bool idocr_random(uint8_t *out, size_t length)
{
    return length <= INT_MAX && RAND_bytes(out, (int)length) == 1;
}
