/* SPDX-License-Identifier: MIT
 *
 * Tests the combined base64 and SHA-256 against encoding and then hashing with libcrypto: lengths with every remainder, all
 * alignments, buffers that end at the end of a page.
 */
#include "../../csrc/base64.h"
#include "../../csrc/base64_sha256.h"
#include "../../csrc/digest.h"

#include "tap.h"

int main(void)
{
    if (!idocr_base64_sha256_available()) {
        ok(1, "this processor has no instructions for it", "");
        return tap_done();
    }
    enum { LONGEST = 2000 };
    static char text[LONGEST * 2];
    uint8_t *end = fenced(LONGEST + 64) + LONGEST + 64;
    int same = 1, counts = 1;
    for (size_t length = 0; length <= LONGEST; length++) {
        uint8_t *in = end - length - (length % 7 == 0 ? length % 64 : 0);
        for (size_t i = 0; i < length; i++)
            in[i] = random_byte();
        struct idocr_sha256 sha;
        uint8_t expected[IDOCR_SHA256_SIZE], digest[IDOCR_SHA256_SIZE];
        idocr_sha256_init(&sha);
        idocr_sha256_update(&sha, text, 64);
        size_t done = idocr_base64_sha256(idocr_sha256_words(&sha), in, length);
        counts = counts && done == length / 48 * 48;
        idocr_sha256_skip(&sha, done / 48);
        size_t chars = idocr_base64_encoded_length(length - done);
        char head[64];
        memcpy(head, text, 64);
        idocr_base64_encode(in + done, length - done, text);
        idocr_sha256_update(&sha, text, chars);
        idocr_sha256_final(&sha, digest);

        idocr_sha256_init(&sha);
        idocr_sha256_update(&sha, head, 64);
        idocr_base64_encode(in, length, text);
        idocr_sha256_update(&sha, text, idocr_base64_encoded_length(length));
        idocr_sha256_final(&sha, expected);
        same = same && memcmp(digest, expected, sizeof digest) == 0;
    }
    ok(counts, "takes all whole blocks", "");
    ok(same, "gives libcrypto's digest at every length", "");

    /* The count of bits passes 32 bits. */
    struct idocr_sha256 sha, copy;
    uint8_t expected[IDOCR_SHA256_SIZE], digest[IDOCR_SHA256_SIZE];
    static const uint8_t zeros[1 << 20];
    idocr_sha256_init(&sha);
    for (int i = 0; i < 512; i++)
        idocr_sha256_update(&sha, zeros, sizeof zeros);
    copy = sha;
    idocr_sha256_update(&sha, memset(text, 'A', 64), 64);
    idocr_sha256_final(&sha, expected);
    idocr_sha256_skip(&copy, idocr_base64_sha256(idocr_sha256_words(&copy), zeros, 48) / 48);
    idocr_sha256_final(&copy, digest);
    ok(memcmp(digest, expected, sizeof digest) == 0, "counts over 2^32 bits", "");
    return tap_done();
}
