/* SPDX-License-Identifier: MIT
 *
 * Base64 with NEON, which every 64-bit ARM has: 48 bytes to 64 characters and back, with table look-ups in registers.
 */
#include "base64.h"

#if defined(__aarch64__)

#ifndef IDOCR_NEON_ON_PAPER /* a test brings its own */
#include <arm_neon.h>
#endif
#include <string.h>

static const uint8_t alphabet[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static uint8x16x4_t load_table(const uint8_t *table)
{
    uint8x16x4_t loaded;
    for (int i = 0; i < 4; i++)
        loaded.val[i] = vld1q_u8(table + 16 * i);
    return loaded;
}

static size_t neon_encode(const uint8_t *in, size_t length, char *out)
{
    const uint8x16x4_t letters = load_table(alphabet);
    const uint8x16_t six_bits = vdupq_n_u8(0x3f);
    size_t i = 0;
    for (; length - i >= 48; i += 48, out += 64) {
        uint8x16x3_t bytes = vld3q_u8(in + i); /* first, second and third byte of each group */
        uint8x16x4_t text;
        text.val[0] = vshrq_n_u8(bytes.val[0], 2);
        text.val[1] = vandq_u8(vorrq_u8(vshlq_n_u8(bytes.val[0], 4), vshrq_n_u8(bytes.val[1], 4)), six_bits);
        text.val[2] = vandq_u8(vorrq_u8(vshlq_n_u8(bytes.val[1], 2), vshrq_n_u8(bytes.val[2], 6)), six_bits);
        text.val[3] = vandq_u8(bytes.val[2], six_bits);
        for (int j = 0; j < 4; j++)
            text.val[j] = vqtbl4q_u8(letters, text.val[j]);
        vst4q_u8((uint8_t *)out, text);
    }
    return i;
}

static size_t neon_decode(const char *in, size_t length, uint8_t *out)
{
    uint8_t table[128];
    memset(table, 0xff, sizeof table);
    for (uint8_t i = 0; i < 64; i++)
        table[alphabet[i]] = i;
    const uint8x16x4_t values_low = load_table(table), values_high = load_table(table + 64);
    size_t i = 0;
    for (; length - i >= 64; i += 64, out += 48) {
        uint8x16x4_t text = vld4q_u8((const uint8_t *)in + i);
        uint8x16_t wrong = vdupq_n_u8(0);
        for (int j = 0; j < 4; j++) {
            /* An index outside of the table gives 0 in the first look-up and keeps the value in the second; characters
             * from 128 on are out of both and are caught by their own top bit. */
            uint8x16_t value = vqtbl4q_u8(values_low, text.val[j]);
            value = vqtbx4q_u8(value, values_high, veorq_u8(text.val[j], vdupq_n_u8(0x40)));
            wrong = vorrq_u8(wrong, vorrq_u8(value, text.val[j]));
            text.val[j] = value;
        }
        if (vmaxvq_u8(wrong) >= 0x80)
            break;
        uint8x16x3_t bytes;
        bytes.val[0] = vorrq_u8(vshlq_n_u8(text.val[0], 2), vshrq_n_u8(text.val[1], 4));
        bytes.val[1] = vorrq_u8(vshlq_n_u8(text.val[1], 4), vshrq_n_u8(text.val[2], 2));
        bytes.val[2] = vorrq_u8(vshlq_n_u8(text.val[2], 6), text.val[3]);
        vst3q_u8(out, bytes);
    }
    return i;
}

const struct idocr_base64_kernel *idocr_base64_native(size_t index)
{
    static const struct idocr_base64_kernel neon = {"neon", neon_encode, neon_decode};
    return index == 0 ? &neon : NULL;
}

#else
typedef int idocr_base64_arm_is_empty; /* ISO C requires a declaration in every file */
#endif
