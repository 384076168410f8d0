/* SPDX-License-Identifier: MIT
 *
 * Base64 with SSSE3, AVX2 and AVX-512 VBMI, after W. Muła and D. Lemire, "Faster Base64 Encoding and Decoding Using AVX2
 * Instructions" (2018) and "Base64 encoding and decoding at almost the speed of a memory copy" (2019).
 *
 * Every function with wide registers ends in vzeroupper: dirty upper halves slow the SHA-256 that follows by 17 %
 * (measured), and a compiler may leave the instruction out.
 */
#include "base64.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define TARGET(names) __attribute__((target(names)))

/* ---- SSSE3: 12 bytes to 16 characters */

/* Extracts four 6-bit values from each 3 bytes: a shuffle duplicates the bytes, then two multiplications shift the four fields
 * into position. */
TARGET("ssse3") static inline __m128i split_128(__m128i bytes)
{
    const __m128i order = _mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
    __m128i in = _mm_shuffle_epi8(bytes, order);
    __m128i high = _mm_mulhi_epu16(_mm_and_si128(in, _mm_set1_epi32(0x0fc0fc00)), _mm_set1_epi32(0x04000040));
    __m128i low = _mm_mullo_epi16(_mm_and_si128(in, _mm_set1_epi32(0x003f03f0)), _mm_set1_epi32(0x01000010));
    return _mm_or_si128(high, low);
}

/* Maps values to characters: each of the five ranges has one offset, which a shuffle selects. */
TARGET("ssse3") static inline __m128i letters_128(__m128i value)
{
    const __m128i offsets = _mm_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                                          '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0);
    __m128i range = _mm_subs_epu8(value, _mm_set1_epi8(51));
    __m128i capital = _mm_cmpgt_epi8(_mm_set1_epi8(26), value);
    range = _mm_or_si128(range, _mm_and_si128(capital, _mm_set1_epi8(13)));
    return _mm_add_epi8(value, _mm_shuffle_epi8(offsets, range));
}

TARGET("ssse3") static size_t ssse3_encode(const uint8_t *in, size_t length, char *out)
{
    size_t i = 0;
    for (; length - i >= 16; i += 12, out += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(in + i));
        _mm_storeu_si128((__m128i *)(void *)out, letters_128(split_128(bytes)));
    }
    return i;
}

/* A character is valid when the classes of its two nibbles have no bit in common. The high nibble (or being '/') selects the
 * offset from character to value. */
#define CLASS_OF_LOW 0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a
#define CLASS_OF_HIGH 0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10
#define OFFSETS 0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0
#define PACK 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1

TARGET("ssse3") static size_t ssse3_decode(const char *in, size_t length, uint8_t *out)
{
    const __m128i slash = _mm_set1_epi8(0x2f);
    size_t i = 0;
    /* 16 bytes are stored for 12: with 24 characters left there is room for them even when two are padding. */
    for (; length - i >= 24; i += 16, out += 12) {
        __m128i text = _mm_loadu_si128((const __m128i *)(const void *)(in + i));
        __m128i high = _mm_and_si128(_mm_srli_epi32(text, 4), slash);
        __m128i low_class = _mm_shuffle_epi8(_mm_setr_epi8(CLASS_OF_LOW), _mm_and_si128(text, slash));
        __m128i high_class = _mm_shuffle_epi8(_mm_setr_epi8(CLASS_OF_HIGH), high);
        if (_mm_movemask_epi8(_mm_cmpgt_epi8(_mm_and_si128(low_class, high_class), _mm_setzero_si128())) != 0)
            break;
        __m128i offset = _mm_shuffle_epi8(_mm_setr_epi8(OFFSETS), _mm_add_epi8(_mm_cmpeq_epi8(text, slash), high));
        __m128i pairs = _mm_maddubs_epi16(_mm_add_epi8(text, offset), _mm_set1_epi32(0x01400140));
        __m128i triples = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00011000));
        _mm_storeu_si128((__m128i *)(void *)out, _mm_shuffle_epi8(triples, _mm_setr_epi8(PACK)));
    }
    return i;
}

/* ---- AVX2: the same twice, 24 bytes to 32 characters */

TARGET("avx2") static inline __m256i twice(__m128i half)
{
    return _mm256_broadcastsi128_si256(half);
}

TARGET("avx2") static size_t avx2_encode(const uint8_t *in, size_t length, char *out)
{
    const __m256i order = twice(_mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10));
    const __m256i offsets = twice(_mm_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                                                '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0));
    size_t i = 0;
    for (; length - i >= 28; i += 24, out += 32) {
        __m128i first = _mm_loadu_si128((const __m128i *)(const void *)(in + i));
        __m128i second = _mm_loadu_si128((const __m128i *)(const void *)(in + i + 12));
        __m256i bytes = _mm256_shuffle_epi8(_mm256_inserti128_si256(_mm256_castsi128_si256(first), second, 1), order);
        __m256i high = _mm256_and_si256(bytes, _mm256_set1_epi32(0x0fc0fc00));
        __m256i low = _mm256_and_si256(bytes, _mm256_set1_epi32(0x003f03f0));
        __m256i value = _mm256_or_si256(_mm256_mulhi_epu16(high, _mm256_set1_epi32(0x04000040)),
                                        _mm256_mullo_epi16(low, _mm256_set1_epi32(0x01000010)));
        __m256i range = _mm256_subs_epu8(value, _mm256_set1_epi8(51));
        __m256i capital = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), value);
        range = _mm256_or_si256(range, _mm256_and_si256(capital, _mm256_set1_epi8(13)));
        __m256i text = _mm256_add_epi8(value, _mm256_shuffle_epi8(offsets, range));
        _mm256_storeu_si256((__m256i *)(void *)out, text);
    }
    _mm256_zeroupper();
    return i;
}

TARGET("avx2") static size_t avx2_decode(const char *in, size_t length, uint8_t *out)
{
    const __m256i slash = _mm256_set1_epi8(0x2f);
    const __m256i of_low = twice(_mm_setr_epi8(CLASS_OF_LOW)), of_high = twice(_mm_setr_epi8(CLASS_OF_HIGH));
    const __m256i offsets = twice(_mm_setr_epi8(OFFSETS)), pack = twice(_mm_setr_epi8(PACK));
    size_t i = 0;
    /* 32 bytes are stored for 24, see above. */
    for (; length - i >= 48; i += 32, out += 24) {
        __m256i text = _mm256_loadu_si256((const __m256i *)(const void *)(in + i));
        __m256i high = _mm256_and_si256(_mm256_srli_epi32(text, 4), slash);
        __m256i low_class = _mm256_shuffle_epi8(of_low, _mm256_and_si256(text, slash));
        if (!_mm256_testz_si256(low_class, _mm256_shuffle_epi8(of_high, high)))
            break;
        __m256i offset = _mm256_shuffle_epi8(offsets, _mm256_add_epi8(_mm256_cmpeq_epi8(text, slash), high));
        __m256i pairs = _mm256_maddubs_epi16(_mm256_add_epi8(text, offset), _mm256_set1_epi32(0x01400140));
        __m256i triples = _mm256_shuffle_epi8(_mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000)), pack);
        __m256i joined = _mm256_permutevar8x32_epi32(triples, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
        _mm256_storeu_si256((__m256i *)(void *)out, joined);
    }
    _mm256_zeroupper();
    return i;
}

/* ---- AVX-512 VBMI: 48 bytes to 64 characters in three instructions */

#define VBMI TARGET("avx512f,avx512bw,avx512vl,avx512vbmi")
#define LOW_48 UINT64_C(0x0000ffffffffffff)

static const uint8_t alphabet[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

VBMI static size_t vbmi_encode(const uint8_t *in, size_t length, char *out)
{
    const __m512i order =
        _mm512_setr_epi32(0x01020001, 0x04050304, 0x07080607, 0x0a0b090a, 0x0d0e0c0d, 0x10110f10, 0x13141213, 0x16171516,
                          0x191a1819, 0x1c1d1b1c, 0x1f201e1f, 0x22232122, 0x25262425, 0x28292728, 0x2b2c2a2b, 0x2e2f2d2e);
    const __m512i shifts = _mm512_set1_epi64(0x3036242a1016040a);
    const __m512i letters = _mm512_loadu_si512(alphabet);
    size_t i = 0;
    for (; length - i >= 48; i += 48, out += 64) {
        __m512i bytes = _mm512_permutexvar_epi8(order, _mm512_maskz_loadu_epi8(LOW_48, in + i));
        __m512i value = _mm512_multishift_epi64_epi8(shifts, bytes);
        _mm512_storeu_si512(out, _mm512_permutexvar_epi8(value, letters));
    }
    _mm256_zeroupper();
    return i;
}

VBMI static size_t vbmi_decode(const char *in, size_t length, uint8_t *out)
{
    uint8_t table[128];
    memset(table, 0x80, sizeof table);
    for (uint8_t i = 0; i < 64; i++)
        table[alphabet[i]] = i;
    const __m512i values_low = _mm512_loadu_si512(table), values_high = _mm512_loadu_si512(table + 64);
    const __m512i pack = _mm512_setr_epi32(0x06000102, 0x090a0405, 0x0c0d0e08, 0x16101112, 0x191a1415, 0x1c1d1e18, 0x26202122,
                                           0x292a2425, 0x2c2d2e28, 0x36303132, 0x393a3435, 0x3c3d3e38, 0, 0, 0, 0);
    size_t i = 0;
    for (; length - i >= 64; i += 64, out += 48) {
        __m512i text = _mm512_loadu_si512(in + i);
        __m512i value = _mm512_permutex2var_epi8(values_low, text, values_high);
        if (_mm512_movepi8_mask(_mm512_or_si512(value, text)) != 0)
            break;
        __m512i pairs = _mm512_maddubs_epi16(value, _mm512_set1_epi32(0x01400140));
        __m512i triples = _mm512_madd_epi16(pairs, _mm512_set1_epi32(0x00011000));
        _mm512_mask_storeu_epi8(out, LOW_48, _mm512_permutexvar_epi8(pack, triples));
    }
    _mm256_zeroupper();
    return i;
}

const struct idocr_base64_kernel *idocr_base64_native(size_t index)
{
    static const struct idocr_base64_kernel ssse3 = {"ssse3", ssse3_encode, ssse3_decode};
    static const struct idocr_base64_kernel avx2 = {"avx2", avx2_encode, avx2_decode};
    static const struct idocr_base64_kernel vbmi = {"avx512vbmi", vbmi_encode, vbmi_decode};
    /* __builtin_cpu_supports asks the operating system too: wide registers must be saved over a task switch. */
    if (__builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        index-- == 0)
        return &vbmi;
    if (__builtin_cpu_supports("avx2") && index-- == 0)
        return &avx2;
    if (__builtin_cpu_supports("ssse3") && index-- == 0)
        return &ssse3;
    return NULL;
}

#else
typedef int idocr_base64_x86_is_empty; /* ISO C requires a declaration in every file */
#endif
