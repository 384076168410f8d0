/* SPDX-License-Identifier: MIT
 *
 * Emulates the NEON intrinsics of base64_arm.c in plain C, after the Arm C Language Extensions, to test it on other processors.
 */
#ifndef IDOCR_SPEC_NEON_H
#define IDOCR_SPEC_NEON_H

#include <stdint.h>

typedef struct {
    uint8_t lane[16];
} uint8x16_t;
typedef struct {
    uint8x16_t val[3];
} uint8x16x3_t;
typedef struct {
    uint8x16_t val[4];
} uint8x16x4_t;

#define EACH(expression)                   \
    do {                                   \
        uint8x16_t result;                 \
        for (int i = 0; i < 16; i++)       \
            result.lane[i] = (uint8_t)(expression); \
        return result;                     \
    } while (0)

static uint8x16_t vld1q_u8(const uint8_t *p) { EACH(p[i]); }
static uint8x16_t vdupq_n_u8(uint8_t value) { EACH(value); }
static uint8x16_t vshrq_n_u8(uint8x16_t a, int n) { EACH(a.lane[i] >> n); }
static uint8x16_t vshlq_n_u8(uint8x16_t a, int n) { EACH(a.lane[i] << n); }
static uint8x16_t vandq_u8(uint8x16_t a, uint8x16_t b) { EACH(a.lane[i] & b.lane[i]); }
static uint8x16_t vorrq_u8(uint8x16_t a, uint8x16_t b) { EACH(a.lane[i] | b.lane[i]); }
static uint8x16_t veorq_u8(uint8x16_t a, uint8x16_t b) { EACH(a.lane[i] ^ b.lane[i]); }
/* Look-up in 64 bytes; an index beyond them gives 0 (tbl), or leaves the first operand (tbx). */
static uint8x16_t vqtbl4q_u8(uint8x16x4_t t, uint8x16_t x) { EACH(x.lane[i] < 64 ? t.val[x.lane[i] / 16].lane[x.lane[i] % 16] : 0); }
static uint8x16_t vqtbx4q_u8(uint8x16_t a, uint8x16x4_t t, uint8x16_t x)
{
    EACH(x.lane[i] < 64 ? t.val[x.lane[i] / 16].lane[x.lane[i] % 16] : a.lane[i]);
}

static uint8_t vmaxvq_u8(uint8x16_t a)
{
    uint8_t most = 0;
    for (int i = 0; i < 16; i++)
        most = a.lane[i] > most ? a.lane[i] : most;
    return most;
}

static uint8x16x3_t vld3q_u8(const uint8_t *p)
{
    uint8x16x3_t result;
    for (int i = 0; i < 48; i++)
        result.val[i % 3].lane[i / 3] = p[i];
    return result;
}

static uint8x16x4_t vld4q_u8(const uint8_t *p)
{
    uint8x16x4_t result;
    for (int i = 0; i < 64; i++)
        result.val[i % 4].lane[i / 4] = p[i];
    return result;
}

static void vst3q_u8(uint8_t *p, uint8x16x3_t a)
{
    for (int i = 0; i < 48; i++)
        p[i] = a.val[i % 3].lane[i / 3];
}

static void vst4q_u8(uint8_t *p, uint8x16x4_t a)
{
    for (int i = 0; i < 64; i++)
        p[i] = a.val[i % 4].lane[i / 4];
}

#endif
