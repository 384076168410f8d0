/* SPDX-License-Identifier: MIT
 *
 * Fuzzes the reply scanner: a reply in one piece and in several must give the same text and pictures, and re-inserting the pictures
 * must give the reply, except for backslashes before slashes.
 * sources: csrc/reply.c csrc/base64.c csrc/base64_x86.c csrc/base64_arm.c csrc/base64_sha256.c csrc/digest.c
 * longest: 600
 */
#include <stdlib.h>
#include <string.h>

#include "../../csrc/base64.h"
#include "../../csrc/reply.h"

#define ROOM (1 << 18)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bytes from 0x80 on stand for what a fuzzer does not find by itself: long runs, escapes of slashes at every level. */
static size_t expand(const uint8_t *data, size_t size, char *out)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const char *const words[] = {"", "", "", "\\/", "\\\\/", "\\\\\\/", "\\\"", ""};
    size_t n = 0;
    unsigned x = 1;
    for (size_t i = 0; i < size && n < ROOM - 4096; i++) {
        unsigned kind = data[i] >> 4 & 7, count = data[i] & 15, letters = 0, times = 1;
        if (data[i] < 0x80) {
            out[n++] = (char)data[i];
            continue;
        }
        if (kind == 0)
            letters = (count + 1) * 40;
        else if (kind == 1)
            letters = 505 + count;
        else if (kind == 2)
            letters = count;
        else if (kind < 6)
            times = count + 1, letters = 48 + count % 5;
        else if (kind == 7)
            memset(out + n, '=', count % 4), n += count % 4;
        for (; times > 0; times--) {
            for (unsigned j = 0; j < letters; j++, x = x * 1103515245 + 12345)
                out[n++] = alphabet[x >> 16 & 63];
            memcpy(out + n, words[kind], strlen(words[kind]));
            n += strlen(words[kind]);
        }
    }
    return n;
}

/* Copies without the backslashes that stand before a slash. */
static size_t plain(const char *text, size_t n, char *out)
{
    size_t length = 0;
    for (size_t i = 0; i < n; i++) {
        while (text[i] == '/' && length > 0 && out[length - 1] == '\\')
            length--;
        out[length++] = text[i];
    }
    return length;
}

static size_t restored(const struct idocr_reply *reply, char *out)
{
    size_t length = 0, found = 0;
    for (size_t i = 0; i < reply->text.n; i++) {
        if (reply->text.p[i] != IDOCR_REPLY_MARK) {
            out[length++] = (char)reply->text.p[i];
            continue;
        }
        if (found == reply->count || reply->text.p[++i] != '0' + found)
            abort();
        const struct idocr_reply_bytes *picture = &reply->pictures[found++];
        if (idocr_base64_encoded_length(picture->n) < IDOCR_REPLY_SHORTEST / 4)
            abort();
        idocr_base64_encode(picture->p, picture->n, out + length);
        length += idocr_base64_encoded_length(picture->n);
    }
    if (found != reply->count)
        abort();
    return length;
}

static int same(const struct idocr_reply_bytes *a, const struct idocr_reply_bytes *b)
{
    return a->n == b->n && (a->n == 0 || memcmp(a->p, b->p, a->n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[ROOM], again[ROOM * 2], left[ROOM], right[ROOM * 2];
    struct idocr_reply whole, parts;
    if (size < 2)
        return 0;
    unsigned steps = data[0], x = data[1] + 1u;
    size_t n = expand(data + 2, size - 2, text);

    idocr_reply_init(&whole, ROOM);
    idocr_reply_init(&parts, ROOM);
    idocr_reply_begin(&parts, steps % 3 == 0 ? n : steps % 3 == 1 ? 0 : UINT64_MAX);
    char *exact = malloc(n + 1);
    memcpy(exact, text, n);
    if (idocr_reply_write(&whole, exact, n) != 0 || idocr_reply_finish(&whole) != 0)
        abort();
    free(exact);
    for (size_t i = 0, piece; i < n; i += piece) {
        x = x * 1103515245 + 12345;
        piece = (x >> 8) % (1u << (steps < 128 ? steps % 20 : (x >> 4) % (steps % 20 + 1))) + 1;
        if (piece > n - i)
            piece = n - i;
        char *copy = malloc(piece); /* exactly as long: what reads behind it is seen */
        memcpy(copy, text + i, piece);
        if (idocr_reply_write(&parts, copy, piece) != 0)
            abort();
        free(copy);
    }
    if (idocr_reply_finish(&parts) != 0)
        abort();
    if (whole.count != parts.count || !same(&whole.text, &parts.text))
        abort();
    for (size_t i = 0; i < whole.count; i++)
        if (!same(&whole.pictures[i], &parts.pictures[i]))
            abort();
    if (memchr(text, IDOCR_REPLY_MARK, n) == NULL) {
        size_t length = restored(&whole, again), plain_length = plain(text, n, left);
        if (plain(again, length, right) != plain_length || memcmp(left, right, plain_length) != 0)
            abort();
    } else if (whole.count > 0) { /* what the text has of that byte cannot be taken for a marker */
        size_t marks = 0;
        for (size_t i = 0; i < whole.text.n; i++)
            marks += whole.text.p[i] == IDOCR_REPLY_MARK;
        if (marks != whole.count)
            abort();
    }
    idocr_reply_clean_up(&whole);
    idocr_reply_clean_up(&parts);
    return 0;
}
