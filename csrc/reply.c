/* SPDX-License-Identifier: MIT
 *
 * Receives a JSON reply in pieces and decodes its base64 pictures apart from the text: a state machine over tokens. A token is one
 * character of a string, or one escape.
 *
 *             LETTER       PAD         END          INNER                     OTHER
 *   STRING    keep         keep        → OUTSIDE    → RUN                     keep
 *   RUN       keep (*)     → STRING    → OUTSIDE    → RUN                     → STRING
 *   PICTURE   decode       count       (**)         (**)                      put back → STRING
 *
 *   (*)  the 512th character: decodes the string so far and removes it from the text → PICTURE
 *   (**) the quote that ends this string: writes a marker; the other quote: put back. Then as in RUN.
 *
 * OUTSIDE keeps everything up to the next quote → RUN. step() implements the table for one character; stride() for many at once.
 */
#include "reply.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum state {
    OUTSIDE, /* between strings */
    RUN,     /* in a string of base64 characters so far, too short to be a picture: kept in `text` */
    PICTURE, /* in a string that is being decoded */
    STRING   /* in any other string */
};

enum token {
    LETTER,    /* a base64 character, or an escaped slash */
    PAD,       /* = */
    END,       /* " */
    INNER,     /* \" : begins or ends a string inside a string */
    OTHER,     /* anything else, escapes included */
    OTHER_END, /* \\" : an escaped backslash, then the end */
    MORE       /* a backslash: the next character decides */
};

/* Bytes of the block into which text is unescaped, so that the decoder gets long runs. */
#define STAGE 4096
/* Largest preallocation for a picture that is based on the announced length, in bytes. */
#define MAX_PREALLOCATION (4 << 20)

static inline bool is_base64(unsigned char c)
{
    return idocr_base64_values[c] != 0;
}

/* ---- owned bytes ---- */

static int reserve(struct idocr_reply *reply, struct idocr_reply_bytes *b, size_t more)
{
    if (b->room - b->n >= more)
        return 0;
    size_t room = b->room + b->room / 2 + 256;
    unsigned char *p = NULL;
    if (more <= SIZE_MAX / 2 - b->n) {
        if (room < b->n + more)
            room = b->n + more;
        p = realloc(b->p, room);
    }
    if (p == NULL) {
        reply->status = IDOCR_REPLY_NO_MEMORY;
        return -1;
    }
    b->p = p;
    b->room = room;
    return 0;
}

static int keep(struct idocr_reply *reply, const void *bytes, size_t n)
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

/* Decodes up to the first character that is not base64; an unfinished group stays in `quad`. Returns the characters consumed; 0
 * with a status when out of memory. Leaves room for the unfinished group. */
static size_t decode(struct idocr_reply *reply, const unsigned char *p, size_t n)
{
    struct idocr_reply_bytes *b = picture(reply);
    size_t i = 0;
    if (reserve(reply, b, (n / 4 + 2) * 3) != 0)
        return 0;
    for (;;) {
        if (reply->quad_length == 0) {
            const size_t run = idocr_base64_decode_groups((const char *)p + i, n - i, b->p + b->n);
            b->n += run / 4 * 3;
            i += run;
        }
        if (i == n || !is_base64(p[i]))
            return i;
        reply->quad[reply->quad_length++] = (char)p[i++];
        if (reply->quad_length == 4) {
            b->n += idocr_base64_decode_groups(reply->quad, 4, b->p + b->n) / 4 * 3;
            reply->quad_length = 0;
        }
    }
}

static void begin_run(struct idocr_reply *reply, bool inner)
{
    reply->state = RUN;
    reply->inner = inner;
    reply->run_start = reply->text.n;
}

/* Turns a run that is long enough into a picture. */
static int begin_picture(struct idocr_reply *reply)
{
    const uint64_t left = reply->expected > reply->seen ? reply->expected - reply->seen : 0;
    unsigned char *run = reply->text.p + reply->run_start;
    size_t length = 0;

    for (size_t i = 0; i < reply->text.n - reply->run_start; i++) /* only slashes are escaped in a run */
        if (run[i] != '\\')
            run[length++] = run[i];
    picture(reply)->n = 0;
    reply->quad_length = reply->pad_count = 0;
    if (reserve(reply, picture(reply),
                (left < MAX_PREALLOCATION ? (size_t)left : MAX_PREALLOCATION) / 4 * 3 + IDOCR_REPLY_SHORTEST) != 0 ||
        decode(reply, run, length) != length)
        return -1;
    reply->text.n = reply->run_start;
    reply->state = PICTURE;
    return 0;
}

/* Restores the text of a string that is not base64. Keeps the memory for the next picture. */
static int put_back(struct idocr_reply *reply)
{
    struct idocr_reply_bytes *b = picture(reply);
    const size_t length = idocr_base64_encoded_length(b->n);

    if (reserve(reply, &reply->text, length) != 0)
        return -1;
    idocr_base64_encode(b->p, b->n, (char *)reply->text.p + reply->text.n);
    reply->text.n += length;
    b->n = 0;
    reply->state = STRING;
    return keep(reply, reply->quad, reply->quad_length) != 0 ? -1 : keep(reply, "==", reply->pad_count);
}

/* Decodes the last group at the end of a string, and writes the marker of the picture. */
static int end_picture(struct idocr_reply *reply)
{
    struct idocr_reply_bytes *b = picture(reply);
    const unsigned char mark[] = {IDOCR_REPLY_MARK, (unsigned char)('0' + reply->count)};
    size_t written = 0, bad;

    _Static_assert(IDOCR_REPLY_PICTURES <= 10, "the index in a marker has one digit");
    if ((reply->quad_length + reply->pad_count) % 4 != 0 || (reply->quad_length == 0 && reply->pad_count != 0))
        return put_back(reply);
    if (reply->quad_length > 0) {
        char last[4] = {'=', '=', '=', '='};
        memcpy(last, reply->quad, reply->quad_length);
        if (idocr_base64_decode(last, 4, b->p + b->n, &written, &bad) != NULL)
            return put_back(reply);
    }
    b->n += written;
    if (b->room - b->n > b->n / 4) { /* returns memory that was reserved but not needed */
        unsigned char *p = realloc(b->p, b->n);
        if (p != NULL) {
            b->p = p;
            b->room = b->n;
        }
    }
    reply->marks[reply->count++] = reply->text.n;
    reply->state = STRING;
    return keep(reply, mark, sizeof mark);
}

/* Replaces bytes of the reply that look like the start of a marker. */
static void remove_foreign_marks(struct idocr_reply *reply)
{
    unsigned char *text = reply->text.p;
    size_t at = 0;

    for (size_t i = 0; i <= reply->count; i++) {
        const size_t end = i < reply->count ? reply->marks[i] : reply->text.n;
        unsigned char *foreign = text + at;
        while ((foreign = memchr(foreign, IDOCR_REPLY_MARK, (size_t)(text + end - foreign))) != NULL)
            *foreign++ = '?';
        at = end + 1;
    }
}

/* ---- one character ---- */

/* Returns the backslashes that may precede an escaped slash: one in the JSON of the reply (\/), up to three in an inner string,
 * whose own backslash is escaped too (\\/ and \\\/). */
static size_t most_escapes(const struct idocr_reply *reply)
{
    return reply->inner ? 3 : 1;
}

/* Returns the token that c makes with the pending backslashes. Four backslashes are complete escapes at both levels: the count
 * starts again. */
static enum token classify(const struct idocr_reply *reply, unsigned char c)
{
    if (c == '\\')
        return reply->escapes < 3 ? MORE : OTHER;
    if (c == '"')
        return (const enum token[]){END, INNER, OTHER_END, OTHER}[reply->escapes];
    if (c == '/' && reply->escapes <= most_escapes(reply))
        return LETTER;
    if (reply->escapes > 0)
        return OTHER;
    return c == '=' ? PAD : is_base64(c) ? LETTER : OTHER;
}

/* Appends the pending backslashes to the text. */
static int keep_escapes(struct idocr_reply *reply)
{
    const size_t n = reply->escapes;
    reply->escapes = 0;
    return keep(reply, "\\\\\\", n);
}

/* Processes one character in a string, by the table above. */
static int step(struct idocr_reply *reply, unsigned char c)
{
    const enum token token = classify(reply, c);
    if (token == MORE) {
        reply->escapes++;
        return 0;
    }
    if (reply->state == PICTURE) {
        if (token == LETTER && reply->pad_count == 0) {
            reply->escapes = 0;
            return decode(reply, &c, 1) == 1 ? 0 : -1;
        }
        if (token == PAD && reply->pad_count < 2) {
            reply->pad_count++;
            return 0;
        }
        if ((token == (reply->inner ? INNER : END) ? end_picture(reply) : put_back(reply)) != 0)
            return -1;
    }
    if (keep_escapes(reply) != 0 || keep(reply, &c, 1) != 0)
        return -1;
    if (token == END || token == OTHER_END)
        reply->state = OUTSIDE;
    else if (token == INNER)
        begin_run(reply, true);
    else if (token != LETTER)
        reply->state = STRING;
    return 0;
}

/* ---- many characters at once ---- */

/* Copies up to the next backslash, at most n bytes; returns how many. In a picture with escaped slashes there is one every 64
 * characters: memchr and memcpy for each such short run took five times as long. */
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

/* Copies text to `stage` without the backslashes before slashes, up to any other escape or until the stage is full. Returns the
 * characters written; *used: the characters read. */
static size_t unescape(const unsigned char *p, size_t n, size_t most, unsigned char stage[STAGE], size_t *used)
{
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
        in += escapes; /* the slash begins the next run */
    }
    *used = in;
    return out;
}

/* Decodes text with escaped slashes. Returns the characters consumed. */
static size_t decode_escaped(struct idocr_reply *reply, const unsigned char *p, size_t n)
{
    unsigned char stage[STAGE];
    size_t used, staged = unescape(p, n, most_escapes(reply), stage, &used), i = 0;
    size_t good = staged > 0 ? decode(reply, stage, staged) : 0;

    if (good == staged)
        return staged > 0 ? used : 0;
    for (; good > 0; i++, good--) /* a character is not base64: find its offset in the escaped text */
        while (p[i] == '\\')
            i++;
    return i;
}

/* Returns how many bytes, beginning between strings, can be kept unchanged: up to the quote of the first string that is not
 * complete in these n bytes, has an escape or may be a picture; else n. Most of a reply without pictures takes this path. */
static size_t pass_strings(const unsigned char *p, size_t n)
{
    size_t i = 0;

    for (;;) {
        const unsigned char *quote = memchr(p + i, '"', n - i);
        if (quote == NULL)
            return n;
        const size_t from = (size_t)(quote - p) + 1;
        const size_t most = n - from < IDOCR_REPLY_SHORTEST ? n : from + IDOCR_REPLY_SHORTEST;
        size_t at = from;
        while (at < most && is_base64(p[at]))
            at++;
        if (at - from == IDOCR_REPLY_SHORTEST)
            return from - 1;
        while (at < n && p[at] != '"' && p[at] != '\\')
            at++;
        if (at == n || p[at] == '\\')
            return from - 1;
        i = at + 1;
    }
}

/* Processes many characters at once and returns how many. 0: step() must process the next one, or there is a status. */
static size_t stride(struct idocr_reply *reply, const unsigned char *p, size_t n)
{
    size_t i = 0;

    if (reply->state == RUN && reply->count == IDOCR_REPLY_PICTURES)
        reply->state = STRING;
    if (reply->escapes > 0)
        return 0;
    switch ((enum state)reply->state) {
    case OUTSIDE:
        i = pass_strings(p, n);
        if (i == n)
            return keep(reply, p, n) == 0 ? n : 0;
        if (keep(reply, p, ++i) != 0)
            return 0;
        begin_run(reply, false);
        return i;
    case RUN:
        while (i < n && is_base64(p[i]) && reply->text.n + i - reply->run_start < IDOCR_REPLY_SHORTEST)
            i++;
        if (keep(reply, p, i) != 0)
            return 0;
        if (reply->text.n - reply->run_start >= IDOCR_REPLY_SHORTEST && begin_picture(reply) != 0)
            return 0;
        return i;
    case PICTURE:
        if (reply->pad_count > 0)
            return 0;
        return *p == '\\' ? decode_escaped(reply, p, n) : decode(reply, p, n);
    case STRING:
        while (i < n && p[i] != '"' && p[i] != '\\')
            i++;
        return keep(reply, p, i) == 0 ? i : 0;
    }
    return 0;
}

/* ---- public functions ---- */

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
    for (size_t i = 0; i < IDOCR_REPLY_PICTURES; i++)
        drop(&reply->pictures[i]);
    drop(&reply->text);
    idocr_reply_init(reply, reply->cap);
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
        (void)put_back(reply); /* an error is in `status` */
    if (reply->status == IDOCR_REPLY_OK)
        (void)keep_escapes(reply);
    if (reply->status == IDOCR_REPLY_OK && reply->count > 0)
        remove_foreign_marks(reply);
    return reply->status;
}
