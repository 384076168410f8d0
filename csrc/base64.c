/* SPDX-License-Identifier: MIT
 *
 * Encodes and decodes base64 in portable code; selects the kernel of the processor (base64_x86.c, base64_arm.c).
 */
#include "base64.h"

#include <string.h>

/* Maps twelve bits to two characters: half the look-ups of a 64-entry table, for 8 KB of first-level cache. */
/* clang-format off */
#define P(a, b) {a, b}
#define ROW(a) \
    P(a, 'A'), P(a, 'B'), P(a, 'C'), P(a, 'D'), P(a, 'E'), P(a, 'F'), P(a, 'G'), P(a, 'H'), \
    P(a, 'I'), P(a, 'J'), P(a, 'K'), P(a, 'L'), P(a, 'M'), P(a, 'N'), P(a, 'O'), P(a, 'P'), \
    P(a, 'Q'), P(a, 'R'), P(a, 'S'), P(a, 'T'), P(a, 'U'), P(a, 'V'), P(a, 'W'), P(a, 'X'), \
    P(a, 'Y'), P(a, 'Z'), P(a, 'a'), P(a, 'b'), P(a, 'c'), P(a, 'd'), P(a, 'e'), P(a, 'f'), \
    P(a, 'g'), P(a, 'h'), P(a, 'i'), P(a, 'j'), P(a, 'k'), P(a, 'l'), P(a, 'm'), P(a, 'n'), \
    P(a, 'o'), P(a, 'p'), P(a, 'q'), P(a, 'r'), P(a, 's'), P(a, 't'), P(a, 'u'), P(a, 'v'), \
    P(a, 'w'), P(a, 'x'), P(a, 'y'), P(a, 'z'), P(a, '0'), P(a, '1'), P(a, '2'), P(a, '3'), \
    P(a, '4'), P(a, '5'), P(a, '6'), P(a, '7'), P(a, '8'), P(a, '9'), P(a, '+'), P(a, '/')
static const char pairs[4096][2] = {
    ROW('A'), ROW('B'), ROW('C'), ROW('D'), ROW('E'), ROW('F'), ROW('G'), ROW('H'),
    ROW('I'), ROW('J'), ROW('K'), ROW('L'), ROW('M'), ROW('N'), ROW('O'), ROW('P'),
    ROW('Q'), ROW('R'), ROW('S'), ROW('T'), ROW('U'), ROW('V'), ROW('W'), ROW('X'),
    ROW('Y'), ROW('Z'), ROW('a'), ROW('b'), ROW('c'), ROW('d'), ROW('e'), ROW('f'),
    ROW('g'), ROW('h'), ROW('i'), ROW('j'), ROW('k'), ROW('l'), ROW('m'), ROW('n'),
    ROW('o'), ROW('p'), ROW('q'), ROW('r'), ROW('s'), ROW('t'), ROW('u'), ROW('v'),
    ROW('w'), ROW('x'), ROW('y'), ROW('z'), ROW('0'), ROW('1'), ROW('2'), ROW('3'),
    ROW('4'), ROW('5'), ROW('6'), ROW('7'), ROW('8'), ROW('9'), ROW('+'), ROW('/'),
};
#undef ROW
#undef P

const uint8_t idocr_base64_values[256] = {
    ['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8,
    ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};
/* clang-format on */

/* Loads eight bytes in big-endian order. */
static uint64_t load_big(const uint8_t *at)
{
    uint64_t bits;
    memcpy(&bits, at, sizeof bits);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    bits = __builtin_bswap64(bits);
#endif
    return bits;
}

static size_t portable_encode(const uint8_t *in, size_t length, char *out)
{
    size_t i = 0;
    for (; length - i >= 8; i += 6, out += 8) {
        const uint64_t bits = load_big(in + i);
        memcpy(out, pairs[bits >> 52], 2);
        memcpy(out + 2, pairs[bits >> 40 & 0xfff], 2);
        memcpy(out + 4, pairs[bits >> 28 & 0xfff], 2);
        memcpy(out + 6, pairs[bits >> 16 & 0xfff], 2);
    }
    for (; length - i >= 3; i += 3, out += 4) {
        memcpy(out, pairs[in[i] << 4 | in[i + 1] >> 4], 2);
        memcpy(out + 2, pairs[(in[i + 1] & 15) << 8 | in[i + 2]], 2);
    }
    return i;
}

static size_t portable_decode(const char *in, size_t length, uint8_t *out)
{
    size_t i = 0;
    for (; length - i >= 4; i += 4, out += 3) {
        unsigned a = idocr_base64_values[(uint8_t)in[i]], b = idocr_base64_values[(uint8_t)in[i + 1]];
        unsigned c = idocr_base64_values[(uint8_t)in[i + 2]], d = idocr_base64_values[(uint8_t)in[i + 3]];
        if (a == 0 || b == 0 || c == 0 || d == 0)
            break;
        uint32_t bits = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
        out[0] = (uint8_t)(bits >> 16);
        out[1] = (uint8_t)(bits >> 8);
        out[2] = (uint8_t)bits;
    }
    return i;
}

static const struct idocr_base64_kernel portable = {"portable", portable_encode, portable_decode};

#if !defined(__x86_64__) && !defined(__aarch64__)
const struct idocr_base64_kernel *idocr_base64_native(size_t index)
{
    (void)index;
    return NULL;
}
#endif

const struct idocr_base64_kernel *idocr_base64_kernel(size_t index)
{
    size_t native = 0;
    while (native < index && idocr_base64_native(native) != NULL)
        native++;
    const struct idocr_base64_kernel *kernel = idocr_base64_native(native);
    if (kernel != NULL)
        return kernel;
    return index == native ? &portable : NULL;
}

void idocr_base64_encode_with(const struct idocr_base64_kernel *kernel, const uint8_t *in, size_t length, char *out)
{
    size_t done = kernel->encode(in, length, out);
    done += portable_encode(in + done, length - done, out + done / 3 * 4);
    size_t rest = length - done;
    if (rest == 0)
        return;
    uint8_t last[3] = {in[done], rest == 2 ? in[done + 1] : 0, 0};
    out += done / 3 * 4;
    portable_encode(last, 3, out);
    out[3] = '=';
    if (rest == 1)
        out[2] = '=';
}

void idocr_base64_encode(const uint8_t *in, size_t length, char *out)
{
    idocr_base64_encode_with(idocr_base64_kernel(0), in, length, out);
}

/* Decodes the last four characters, where padding is allowed; *decoded grows by 1 to 3. */
static const char *decode_last(const char *in, uint8_t *out, size_t *decoded, size_t *bad)
{
    size_t chars = in[3] != '=' ? 4 : in[2] != '=' ? 3 : 2;
    uint32_t bits = 0;
    for (size_t i = 0; i < chars; i++) {
        unsigned value = idocr_base64_values[(uint8_t)in[i]];
        if (value == 0) {
            *bad += i;
            return in[i] == '=' ? "padding in the wrong place" : "not a base64 character";
        }
        bits |= (value - 1) << (18 - 6 * i);
    }
    size_t bytes = chars - 1;
    if ((bits & (UINT32_C(0xffffff) >> (8 * bytes))) != 0) {
        *bad += chars - 1;
        return "stray bits before the padding";
    }
    for (size_t i = 0; i < bytes; i++)
        out[i] = (uint8_t)(bits >> (16 - 8 * i));
    *decoded += bytes;
    return NULL;
}

static size_t decode_groups_with(const struct idocr_base64_kernel *kernel, const char *in, size_t length, uint8_t *out)
{
    size_t whole = length - length % 4, done = kernel->decode(in, whole, out);
    return done + portable_decode(in + done, whole - done, out + done / 4 * 3);
}

size_t idocr_base64_decode_groups(const char *in, size_t length, uint8_t *out)
{
    return decode_groups_with(length < 64 ? &portable : idocr_base64_kernel(0), in, length, out);
}

const char *idocr_base64_decode_with(const struct idocr_base64_kernel *kernel, const char *in, size_t length, uint8_t *out,
                                     size_t *decoded, size_t *bad)
{
    size_t whole = length - length % 4, done = decode_groups_with(kernel, in, length, out);
    *decoded = done / 4 * 3;
    *bad = done;
    if (whole - done == 4 && whole == length)
        return decode_last(in + done, out + *decoded, decoded, bad);
    for (; *bad < length; ++*bad) {
        if (in[*bad] == '=')
            return "padding in the wrong place";
        if (idocr_base64_values[(uint8_t)in[*bad]] == 0)
            return "not a base64 character";
    }
    return length % 4 == 0 ? NULL : "the text ends in the middle of a group";
}

const char *idocr_base64_decode(const char *in, size_t length, uint8_t *out, size_t *decoded, size_t *bad)
{
    return idocr_base64_decode_with(idocr_base64_kernel(0), in, length, out, decoded, bad);
}
