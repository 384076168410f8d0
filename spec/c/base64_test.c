/* SPDX-License-Identifier: MIT
 *
 * Tests every kernel that this processor can run against the portable one: all lengths up to 300, all alignments, buffers that end at
 * the end of a page, every wrong character at every place.
 */
#include "../../csrc/base64.h"

#include "tap.h"

#define LONGEST 300

static const struct idocr_base64_kernel *last_kernel(void)
{
    size_t last = 0;
    while (idocr_base64_kernel(last + 1) != NULL)
        last++;
    return idocr_base64_kernel(last);
}

static void known(void)
{
    /* RFC 4648, section 10 */
    static const char *const pairs[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char text[16] = "";
        uint8_t bytes[16] = "";
        size_t decoded, bad, length = strlen(pairs[i][0]), chars = strlen(pairs[i][1]);
        idocr_base64_encode((const uint8_t *)pairs[i][0], length, text);
        const char *problem = idocr_base64_decode(pairs[i][1], chars, bytes, &decoded, &bad);
        ok(strcmp(text, pairs[i][1]) == 0 && problem == NULL && decoded == length && memcmp(bytes, pairs[i][0], length) == 0,
           "RFC 4648 vector", pairs[i][1]);
    }
}

static void encoding(const struct idocr_base64_kernel *kernel)
{
    static char expected[LONGEST * 2];
    uint8_t *source = fenced(LONGEST + 64), *target = fenced(LONGEST * 2);
    int good = 1;
    for (size_t length = 0; length <= LONGEST; length++) {
        size_t chars = idocr_base64_encoded_length(length);
        for (size_t shift = 0; shift < 64; shift++) {
            uint8_t *in = source + LONGEST + 64 - length - shift;
            char *out = (char *)target + LONGEST * 2 - chars;
            for (size_t i = 0; i < length; i++)
                in[i] = random_byte();
            out[-1] = '#';
            idocr_base64_encode_with(last_kernel(), in, length, expected);
            idocr_base64_encode_with(kernel, in, length, out);
            good = good && memcmp(expected, out, chars) == 0 && out[-1] == '#';
        }
    }
    ok(good, "encodes as the portable kernel does, all lengths and alignments", kernel->name);
}

static void decoding(const struct idocr_base64_kernel *kernel)
{
    static uint8_t bytes[LONGEST];
    uint8_t *text = fenced(LONGEST * 2), *target = fenced(LONGEST + 8);
    int good = 1, finds = 1;
    for (size_t length = 0; length <= LONGEST; length++) {
        for (size_t i = 0; i < length; i++)
            bytes[i] = random_byte();
        size_t chars = idocr_base64_encoded_length(length), decoded, bad;
        char *in = (char *)text + LONGEST * 2 - chars;
        uint8_t *out = target + LONGEST + 8 - length;
        idocr_base64_encode_with(last_kernel(), bytes, length, in);
        good = good && idocr_base64_decode_with(kernel, in, chars, out, &decoded, &bad) == NULL && decoded == length &&
               memcmp(out, bytes, length) == 0;
        /* One wrong character: found where it is, and nothing written behind the room that is promised. */
        for (size_t at = 0; at < chars; at++) {
            char right = in[at];
            static const char wrong[] = {' ', '\n', '-', '_', '=', '\0', '.', ':', '@', '[', '`', '{', '\x7f', '\x80', '\xff', ','};
            in[at] = wrong[(length + at) % sizeof wrong];
            if (in[at] == '=' && at + 2 >= chars)
                in[at] = '*';
            uint8_t *room = target + LONGEST + 8 - idocr_base64_decoded_capacity(chars);
            /* "QQ=x": the padding before the wrong character is what is out of place. */
            size_t found = at + 1 == chars && in[at - 1] == '=' ? at - 1 : at;
            finds = finds && idocr_base64_decode_with(kernel, in, chars, room, &decoded, &bad) != NULL && bad == found;
            in[at] = right;
        }
    }
    ok(good, "decodes what the portable kernel encoded", kernel->name);
    ok(finds, "finds a wrong character in its place", kernel->name);
    int classes = 1;
    char row[256];
    for (int c = 0; c < 256; c++) {
        size_t decoded, bad;
        uint8_t room[192];
        memset(row, 'A', sizeof row);
        row[100] = (char)c;
        int valid = c != 0 && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", c) != NULL;
        classes = classes && (idocr_base64_decode_with(kernel, row, sizeof row, room, &decoded, &bad) == NULL) == valid;
    }
    ok(classes, "accepts the 64 characters and none of the other 192", kernel->name);
}

static void strictness(void)
{
    static const struct {
        const char *text;
        size_t bad;
    } wrong[] = {{"A", 1}, {"AB", 2}, {"ABC", 3}, {"A===", 1}, {"====", 0}, {"AB=C", 2}, {"ABCDE", 5}, {"QR==", 1}, {"QUJ=", 2},
                 {"QQ==QQ==", 2}, {"QQ=", 2}, {"QQ==\n", 2}, {"QQ\n==", 2}, {" QQ==", 0}, {"QUJD=", 4}, {"QUJD====", 4}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uint8_t room[16];
        size_t decoded, bad;
        const char *problem = idocr_base64_decode(wrong[i].text, strlen(wrong[i].text), room, &decoded, &bad);
        ok(problem != NULL && bad == wrong[i].bad, "refuses", wrong[i].text[0] == ' ' || strchr(wrong[i].text, '\n') ? "blanks" : wrong[i].text);
    }
}

int main(void)
{
    known();
    for (size_t i = 0; idocr_base64_kernel(i) != NULL; i++) {
        encoding(idocr_base64_kernel(i));
        decoding(idocr_base64_kernel(i));
    }
    strictness();
    return tap_done();
}
