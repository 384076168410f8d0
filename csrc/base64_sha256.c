/* SPDX-License-Identifier: MIT
 *
 * Base64 and SHA-256 in one pass, with SSSE3 and the SHA extensions; uses no wide registers. The encoding is that of
 * base64_x86.c; the order of the rounds follows Intel's "New Instructions Supporting the Secure Hash Algorithm" (2013).
 */
#include "base64_sha256.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#define TARGET __attribute__((target("ssse3,sse4.1,sha")))
#define AHEAD 512 /* bytes: about three blocks of hashing, the time that memory takes */

/* FIPS 180-4, 4.2.2 */
static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* Encodes the twelve bytes that `order` selects as sixteen characters, in the four big-endian words that SHA-256 takes: the
 * shuffle already has the order of the words. */
TARGET static inline __m128i encode(__m128i bytes, __m128i order)
{
    const __m128i offsets = _mm_setr_epi8('A', 'a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                                          '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 0, 0);
    const __m128i swap = _mm_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
    __m128i in = _mm_shuffle_epi8(bytes, order);
    __m128i high = _mm_mulhi_epu16(_mm_and_si128(in, _mm_set1_epi32(0x0fc0fc00)), _mm_set1_epi32(0x04000040));
    __m128i low = _mm_mullo_epi16(_mm_and_si128(in, _mm_set1_epi32(0x003f03f0)), _mm_set1_epi32(0x01000010));
    __m128i value = _mm_or_si128(high, low);
    __m128i small = _mm_cmpgt_epi8(value, _mm_set1_epi8(25)); /* -1 from 'a' on */
    __m128i range = _mm_sub_epi8(_mm_subs_epu8(value, _mm_set1_epi8(51)), small);
    return _mm_shuffle_epi8(_mm_add_epi8(value, _mm_shuffle_epi8(offsets, range)), swap);
}

TARGET static inline __m128i load(const void *at)
{
    return _mm_loadu_si128((const __m128i *)at);
}

/* Four rounds with the words `w`. */
#define ROUNDS(group, w) \
    do { \
        __m128i sum = _mm_add_epi32(w, load(constants + 4 * (group))); \
        cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum); \
        abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e)); \
    } while (0)

/* Four rounds; then computes the words of sixteen rounds later into `w0`. */
#define ROUNDS_AND_WORDS(group, w0, w1, w2, w3) \
    do { \
        ROUNDS(group, w0); \
        w0 = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4)); \
        w0 = _mm_sha256msg2_epu32(w0, w3); \
    } while (0)

TARGET size_t idocr_base64_sha256(uint32_t state[8], const uint8_t *in, size_t length)
{
    /* The last twelve bytes are loaded together with four before them: no byte after the 48 is read. */
    const __m128i order = _mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
    const __m128i order_of_last = _mm_setr_epi8(5, 4, 6, 5, 8, 7, 9, 8, 11, 10, 12, 11, 14, 13, 15, 14);
    /* Memory holds a to h; the instructions take ABEF and CDGH. */
    __m128i badc = _mm_shuffle_epi32(load(state), 0xb1), hgfe = _mm_shuffle_epi32(load(state + 4), 0x1b);
    __m128i abef = _mm_alignr_epi8(badc, hgfe, 8), cdgh = _mm_blend_epi16(hgfe, badc, 0xf0);

    if (length < 48)
        return 0;
    size_t i = 0;
    __m128i n0 = encode(load(in), order), n1 = encode(load(in + 12), order);
    do {
        /* Half of the next block is encoded in the middle of this one, where its rounds wait; all of it at once would not fit in
         * the sixteen registers. After the last block it is that block again, for nothing. */
        const uint8_t *now = in + i, *next = now + ((0 - (size_t)(length - i >= 96)) & 48);
        _mm_prefetch((const char *)now + AHEAD, _MM_HINT_T0);
        __m128i w0 = n0, w1 = n1, w2 = encode(load(now + 24), order), w3 = encode(load(now + 32), order_of_last);
        __m128i abef_before = abef, cdgh_before = cdgh;
        ROUNDS_AND_WORDS(0, w0, w1, w2, w3);
        ROUNDS_AND_WORDS(1, w1, w2, w3, w0);
        ROUNDS_AND_WORDS(2, w2, w3, w0, w1);
        n0 = encode(load(next), order);
        ROUNDS_AND_WORDS(3, w3, w0, w1, w2);
        ROUNDS_AND_WORDS(4, w0, w1, w2, w3);
        ROUNDS_AND_WORDS(5, w1, w2, w3, w0);
        n1 = encode(load(next + 12), order);
        ROUNDS_AND_WORDS(6, w2, w3, w0, w1);
        ROUNDS_AND_WORDS(7, w3, w0, w1, w2);
        ROUNDS_AND_WORDS(8, w0, w1, w2, w3);
        ROUNDS_AND_WORDS(9, w1, w2, w3, w0);
        ROUNDS_AND_WORDS(10, w2, w3, w0, w1);
        ROUNDS_AND_WORDS(11, w3, w0, w1, w2);
        ROUNDS(12, w0);
        ROUNDS(13, w1);
        ROUNDS(14, w2);
        ROUNDS(15, w3);
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
        /* In registers at the end of each turn: gcc kept one in memory, four cycles longer on the one path that counts. */
        __asm__("" : "+x"(abef), "+x"(cdgh));
        i += 48;
    } while (length - i >= 48);

    __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)(void *)state, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)(void *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
    return i;
}

bool idocr_base64_sha256_available(void)
{
    unsigned a, b, c, d;
    return __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.1") && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 &&
           (b & bit_SHA) != 0;
}

#else

bool idocr_base64_sha256_available(void)
{
    return false;
}

size_t idocr_base64_sha256(uint32_t state[8], const uint8_t *in, size_t length)
{
    (void)state, (void)in, (void)length;
    return 0;
}

#endif
