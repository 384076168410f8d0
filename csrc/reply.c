/* SPDX-License-Identifier: MIT */
#include "reply.h"

#include "base64.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Where we are in the text. */
enum {
    OUTSIDE, /* between strings */
    STRING,  /* in a string that is no picture */
    RUN,     /* in a string of which every character so far is base64: kept in `text` until it is long enough */
    PICTURE  /* in a string that is being decoded */
};

/* Escaped slashes are taken out into a block of this size, so that the decoder sees long runs. */
#define STAGE 4096

static int is_base64(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* Decodes whole groups of four up to the first one that is not all base64; returns how many characters. */
static size_t decode_run(const unsigned char *in, size_t n, unsigned char *out)
{
    const struct idocr_base64_kernel *kernel, *portable = NULL;
    size_t i, done = 0;

    n -= n % 4;
    for (i = 0; (kernel = idocr_base64_kernel(i)) != NULL; i++) {
        if (i == 0 && n >= 256)
            done = kernel->decode((const char *)in, n, out);
        portable = kernel;
    }
    return done + portable->decode((const char *)in + done, n - done, out + done / 4 * 3);
}

/* ---- owned bytes ---- */

static int reserve(struct idocr_reply *reply, struct idocr_reply_bytes *b, size_t more)
{
    size_t room;
    unsigned char *p;

    if (b->room - b->n >= more)
        return 0;
    if (more > SIZE_MAX / 2 - b->n) {
        reply->status = IDOCR_REPLY_NO_MEMORY;
        return -1;
    }
    room = b->room + b->room / 2 + 256;
    if (room < b->n + more)
        room = b->n + more;
    p = realloc(b->p, room);
    if (p == NULL) {
        reply->status = IDOCR_REPLY_NO_MEMORY;
        return -1;
    }
    b->p = p;
    b->room = room;
    return 0;
}

static int append(struct idocr_reply *reply, const void *bytes, size_t n)
{
    if (n == 0)
        return 0;
    if (reserve(reply, &reply->text, n) != 0)
        return -1;
    memcpy(reply->text.p + reply->text.n, bytes, n);
    reply->text.n += n;
    return 0;
}

static void drop(struct idocr_reply_bytes *b)
{
    free(b->p);
    memset(b, 0, sizeof *b);
}

/* ---- one picture ---- */

static struct idocr_reply_bytes *picture(struct idocr_reply *reply)
{
    return &reply->pictures[reply->count];
}

/* Decodes n characters that are all base64; a rest of less than four waits in `quad`. */
static int decode(struct idocr_reply *reply, const unsigned char *p, size_t n)
{
    struct idocr_reply_bytes *b = picture(reply);

    if (reserve(reply, b, (n / 4 + 2) * 3) != 0)
        return -1;
    while (n > 0 && reply->quads > 0) {
        reply->quad[reply->quads++] = *p++;
        n--;
        if (reply->quads == 4) {
            (void)decode_run(reply->quad, 4, b->p + b->n);
            b->n += 3;
            reply->quads = 0;
        }
    }
    if (reply->quads == 0) {
        size_t whole = n - n % 4;
        (void)decode_run(p, whole, b->p + b->n);
        b->n += whole / 4 * 3;
        memcpy(reply->quad, p + whole, n - whole);
        reply->quads = n - whole;
    }
    return 0;
}

/* The text of a run is long enough: it becomes a picture. */
static int begin_picture(struct idocr_reply *reply)
{
    struct idocr_reply_bytes *b = picture(reply);
    uint64_t left = reply->expected > reply->seen ? reply->expected - reply->seen : 0;
    unsigned char *run = reply->text.p + reply->run_start;
    size_t length = 0, i;

    for (i = 0; i < reply->text.n - reply->run_start; i++) /* what is escaped here are slashes */
        if (run[i] != '\\')
            run[length++] = run[i];
    b->n = 0;
    reply->quads = reply->pads = 0;
    if (left > reply->cap)
        left = reply->cap;
    if (reserve(reply, b, (size_t)(left / 4 * 3) + length) != 0)
        return -1;
    if (decode(reply, run, length) != 0)
        return -1;
    reply->text.n = reply->run_start;
    reply->state = PICTURE;
    return 0;
}

/* It was no picture after all: its text goes back. */
static int put_back(struct idocr_reply *reply)
{
    struct idocr_reply_bytes *b = picture(reply);

    if (reserve(reply, &reply->text, idocr_base64_encoded_length(b->n)) != 0)
        return -1;
    idocr_base64_encode(b->p, b->n, (char *)reply->text.p + reply->text.n);
    reply->text.n += idocr_base64_encoded_length(b->n);
    if (append(reply, reply->quad, reply->quads) != 0 || append(reply, "==", reply->pads) != 0)
        return -1;
    drop(b);
    reply->state = STRING;
    return 0;
}

/* The string ended: the last group is decoded and a marker takes the picture's place. */
static int end_picture(struct idocr_reply *reply)
{
    struct idocr_reply_bytes *b = picture(reply);
    char mark[8];
    int n;

    if (reply->quads > 0) {
        size_t written;
        if (reply->quads + reply->pads != 4)
            return put_back(reply);
        memset(reply->quad + reply->quads, '=', reply->pads);
        size_t bad;
        if (idocr_base64_decode((const char *)reply->quad, 4, b->p + b->n, &written, &bad) != NULL)
            return put_back(reply);
        b->n += written;
    } else if (reply->pads > 0) {
        return put_back(reply);
    }
    n = snprintf(mark, sizeof mark, "%c%u", IDOCR_REPLY_MARK, (unsigned)reply->count);
    reply->count++;
    reply->state = STRING;
    return append(reply, mark, (size_t)n);
}

/* ---- the scanner ---- */

/* How many backslashes may stand before a slash that means just a slash: one for the JSON of the reply (\/), and one
 * level down also the inner text's own, itself escaped (\\/ and \\\/). */
static size_t most_escapes(const struct idocr_reply *reply)
{
    return reply->inner ? 3 : 1;
}

/* Copies up to the next backslash, at most n bytes; returns how many. Slashes come every 64 characters in a picture that a
 * PHP-like service escaped, so this runs in short strides: a call of memchr and memcpy for each took five times as long. */
static size_t copy_to_backslash(const unsigned char *p, size_t n, unsigned char *to)
{
    size_t i = 0;

#if defined(__SSE2__)
    for (; n - i >= 16; i += 16) {
        const __m128i piece = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        const int found = _mm_movemask_epi8(_mm_cmpeq_epi8(piece, _mm_set1_epi8('\\')));
        _mm_storeu_si128((__m128i *)(void *)(to + i), piece);
        if (found != 0)
            return i + (size_t)__builtin_ctz((unsigned)found);
    }
#endif
    for (; i < n && p[i] != '\\'; i++)
        to[i] = p[i];
    return i;
}

/* Copies text to `stage` without the backslashes before slashes, up to anything else that is escaped or until the
 * stage is full. *used counts what was read, the result what was staged. */
static size_t unescape(const struct idocr_reply *reply, const unsigned char *p, size_t n, unsigned char *stage, size_t *used)
{
    const size_t most = most_escapes(reply);
    size_t in = 0, out = 0;

    for (;;) {
        const size_t room = n - in < STAGE - out ? n - in : STAGE - out;
        const size_t run = copy_to_backslash(p + in, room, stage + out);
        size_t escapes = 0;

        in += run;
        out += run;
        if (run == room)
            break;
        while (escapes < most && in + escapes < n && p[in + escapes] == '\\')
            escapes++;
        if (in + escapes >= n || p[in + escapes] != '/')
            break;
        in += escapes; /* the slash leads the next run */
    }
    *used = in;
    return out;
}

/* Takes what can be decoded at once from p; returns how many characters that was (0: the next one is special). */
static size_t take_picture(struct idocr_reply *reply, const unsigned char *p, size_t n)
{
    size_t used = 0, good;

    while (n > 0 && reply->quads > 0 && is_base64(*p)) { /* up to the next group */
        if (decode(reply, p, 1) != 0)
            return used;
        p++, n--, used++;
    }
    if (n >= 4 && reply->quads == 0) {
        struct idocr_reply_bytes *b = picture(reply);
        if (reserve(reply, b, n / 4 * 3) != 0)
            return used;
        good = decode_run(p, n, b->p + b->n);
        b->n += good / 4 * 3;
        p += good, n -= good, used += good;
    }
    if (reply->quads == 0)
        for (; n > 0 && reply->quads < 4 && is_base64(*p); p++, n--, used++) {
            reply->quad[reply->quads++] = *p;
            if (reply->quads == 4) {
                reply->quads = 0;
                if (decode(reply, reply->quad, 4) != 0)
                    return used;
            }
        }
    return used;
}

/* What the backslashes in `escape` and the character behind them mean. Returns 0 when more is needed. */
enum { ESCAPE_MORE, ESCAPE_SLASH, ESCAPE_QUOTE, ESCAPE_OTHER };

static int understand(const struct idocr_reply *reply, unsigned char next)
{
    if (next == '\\' && reply->escapes < 3)
        return ESCAPE_MORE;
    if (next == '/' && reply->escapes <= most_escapes(reply))
        return ESCAPE_SLASH;
    if (next == '"' && reply->escapes == 1) /* the quote of a string one level down */
        return ESCAPE_QUOTE;
    return ESCAPE_OTHER;
}

/* The waiting backslashes belong to the text. */
static int flush_escapes(struct idocr_reply *reply)
{
    size_t n = reply->escapes;
    reply->escapes = 0;
    return append(reply, "\\\\\\", n);
}

/* One character in a string, where no faster way is open. */
static int step(struct idocr_reply *reply, unsigned char c)
{
    if (reply->escapes > 0 || c == '\\') {
        const int meaning = reply->escapes > 0 ? understand(reply, c) : ESCAPE_MORE;
        if (meaning == ESCAPE_MORE) {
            reply->escapes++;
            return 0;
        }
        if (meaning == ESCAPE_SLASH && reply->state == RUN) /* kept as it is until the run proves to be a picture */
            return flush_escapes(reply) != 0 ? -1 : append(reply, &c, 1);
        if (meaning == ESCAPE_SLASH && reply->state == PICTURE && reply->pads == 0) {
            reply->escapes = 0;
            return decode(reply, &c, 1);
        }
        if (reply->state == PICTURE && (meaning == ESCAPE_QUOTE && reply->inner ? end_picture(reply) : put_back(reply)) != 0)
            return -1;
        {
            /* an even number of backslashes escapes itself: the quote behind it ends the string */
            const int open = reply->escapes % 2 == 0 && c == '"';
            if (flush_escapes(reply) != 0 || append(reply, &c, 1) != 0)
                return -1;
            reply->state = open ? OUTSIDE : meaning == ESCAPE_QUOTE ? RUN : STRING;
            reply->run_start = reply->text.n;
            reply->inner = 1;
        }
        return 0;
    }
    if (c == '"') {
        if (reply->state == PICTURE && end_picture(reply) != 0)
            return -1;
        reply->state = OUTSIDE;
        return append(reply, &c, 1);
    }
    if (reply->state == PICTURE) {
        if (c == '=' && reply->pads < 2) {
            reply->pads++;
            return 0;
        }
        if (is_base64(c) && reply->pads == 0)
            return decode(reply, &c, 1);
        if (put_back(reply) != 0)
            return -1;
    } else if (reply->state == RUN && !is_base64(c)) {
        reply->state = STRING;
    }
    return append(reply, &c, 1);
}

/* Copies up to the next character of `stop`; returns how many. */
static size_t copy_until(struct idocr_reply *reply, const unsigned char *p, size_t n, const char *stop)
{
    size_t i = 0;

    if (stop[1] == '\0') {
        const unsigned char *q = memchr(p, stop[0], n);
        i = q != NULL ? (size_t)(q - p) : n;
    } else {
        while (i < n && p[i] != (unsigned char)stop[0] && p[i] != (unsigned char)stop[1])
            i++;
    }
    return append(reply, p, i) == 0 ? i : 0;
}

/* The fast ways through the text; what they leave is one step. Returns how many characters were taken. */
static size_t stride(struct idocr_reply *reply, const unsigned char *p, size_t n)
{
    size_t i = 0;

    switch (reply->state) {
    case OUTSIDE:
        i = copy_until(reply, p, n, "\"");
        if (i < n && reply->status == IDOCR_REPLY_OK && append(reply, p + i, 1) == 0) {
            i++;
            reply->state = RUN;
            reply->run_start = reply->text.n;
            reply->inner = 0;
        }
        return i;
    case STRING:
        return reply->escapes > 0 ? 0 : copy_until(reply, p, n, "\"\\");
    case RUN:
        if (reply->escapes > 0)
            return 0;
        if (reply->count == IDOCR_REPLY_PICTURES) {
            reply->state = STRING;
            return copy_until(reply, p, n, "\"\\");
        }
        while (i < n && is_base64(p[i]) && reply->text.n + i - reply->run_start < IDOCR_REPLY_SHORTEST)
            i++;
        if (append(reply, p, i) != 0)
            return 0;
        if (reply->text.n - reply->run_start >= IDOCR_REPLY_SHORTEST)
            (void)begin_picture(reply); /* a failure is in `status` */
        return i;
    default:
        if (reply->escapes > 0 || reply->pads > 0)
            return 0;
        if (*p == '\\') {
            unsigned char stage[STAGE];
            size_t used, good, staged = unescape(reply, p, n, stage, &used);
            if (staged == 0)
                return 0;
            good = take_picture(reply, stage, staged);
            if (good == staged)
                return used;
            /* something in between is no base64: find the place in the escaped text */
            for (i = 0; good > 0; i++, good--)
                while (p[i] == '\\')
                    i++;
            return i;
        }
        return take_picture(reply, p, n);
    }
}

/* ---- the unit ---- */

static void sink_begin(struct idocr_sink *sink, uint64_t expected)
{
    idocr_reply_begin((struct idocr_reply *)sink, expected);
}

static int sink_write(struct idocr_sink *sink, const void *bytes, size_t n)
{
    return idocr_reply_write((struct idocr_reply *)sink, bytes, n) == IDOCR_REPLY_OK ? 0 : -1;
}

void idocr_reply_init(struct idocr_reply *reply, uint64_t cap)
{
    memset(reply, 0, sizeof *reply);
    reply->sink.magic = IDOCR_SINK_MAGIC;
    reply->sink.begin = sink_begin;
    reply->sink.write = sink_write;
    reply->cap = cap;
}

void idocr_reply_clean_up(struct idocr_reply *reply)
{
    const uint64_t cap = reply->cap;
    size_t i;

    for (i = 0; i < IDOCR_REPLY_PICTURES; i++)
        drop(&reply->pictures[i]);
    drop(&reply->text);
    idocr_reply_init(reply, cap);
}

void idocr_reply_begin(struct idocr_reply *reply, uint64_t expected)
{
    idocr_reply_clean_up(reply);
    reply->expected = expected;
}

int idocr_reply_write(struct idocr_reply *reply, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;

    if (reply->status == IDOCR_REPLY_OK && n > reply->cap - reply->seen)
        reply->status = IDOCR_REPLY_TOO_LARGE;
    if (reply->status != IDOCR_REPLY_OK)
        return reply->status;
    if (reply->expected < reply->seen + n)
        reply->expected = reply->seen + n;
    while (n > 0 && reply->status == IDOCR_REPLY_OK) {
        size_t i = stride(reply, p, n);
        if (i == 0 && reply->status == IDOCR_REPLY_OK && step(reply, *p) == 0)
            i = 1;
        p += i;
        n -= i;
        reply->seen += i;
    }
    return reply->status;
}

int idocr_reply_finish(struct idocr_reply *reply)
{
    if (reply->status == IDOCR_REPLY_OK && reply->state == PICTURE)
        (void)put_back(reply);
    if (reply->status == IDOCR_REPLY_OK)
        (void)flush_escapes(reply);
    return reply->status;
}
