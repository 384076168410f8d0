/* SPDX-License-Identifier: MIT
 *
 * Tests the memory of a reply: exact fits, wrong announced lengths, and each failing allocation in turn. Parsing is tested by
 * spec/core/reply_spec.lua and spec/fuzz/reply_fuzz.c.
 */
#include "tap.h"

static size_t live, biggest, allocations, failing; /* the failing-th allocation fails; 0: none does */

static void *counting_realloc(void *old, size_t size)
{
    if (++allocations == failing)
        return NULL;
    live += old == NULL;
    biggest = size > biggest ? size : biggest;
    return realloc(old, size);
}

static void counting_free(void *old)
{
    live -= old != NULL;
    free(old);
}

#define realloc counting_realloc
#define free counting_free
#include "../../csrc/reply.c"
#undef realloc
#undef free

#define LONG 200000
static char letters[LONG];

/* The group that waits for its padding needs room too, when what came before filled the memory to the last byte. */
static void last_group(void)
{
    int good = 1;
    for (size_t rest = 2; rest <= 3; rest++)
        for (size_t first = 512; first < 2600; first += 52) {
            struct idocr_reply reply;
            size_t second = (LONG - first) / 4 * 4 + rest, chars = first + second;
            idocr_reply_init(&reply, 1 << 24);
            idocr_reply_write(&reply, "\"", 1);
            idocr_reply_write(&reply, letters, first);
            idocr_reply_write(&reply, letters, second);
            idocr_reply_write(&reply, "==", 4 - chars % 4);
            idocr_reply_write(&reply, "\"", 1);
            good = good && idocr_reply_finish(&reply) == 0 && reply.count == 1 && reply.pictures[0].n == chars * 3 / 4;
            idocr_reply_clean_up(&reply);
        }
    ok(good && live == 0, "the last group has room, however the reply was cut", "");
}

static void announced(void)
{
    static const uint64_t lies[] = {0, 1, 1000, UINT64_C(1) << 40, UINT64_MAX};
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        struct idocr_reply reply;
        idocr_reply_init(&reply, UINT64_C(1) << 53);
        idocr_reply_begin(&reply, lies[i]);
        biggest = 0;
        int good = 1;
        size_t kept = 0;
        for (int picture = 0; picture < 8; picture++)
            good = good && idocr_reply_write(&reply, "\"", 1) == 0 && idocr_reply_write(&reply, letters, 2000) == 0 &&
                   idocr_reply_write(&reply, "\",", 2) == 0;
        for (size_t picture = 0; picture < reply.count; picture++)
            kept += reply.pictures[picture].room;
        ok(good && reply.count == 8 && biggest <= 4 << 20 && kept <= 8 * 2000, "an announced length is only a hint", i < 2 ? "short" : "long");
        idocr_reply_clean_up(&reply);
    }
}

static size_t document(char *out)
{
    size_t n = 0;
#define PUT(text) (memcpy(out + n, text, strlen(text)), n += strlen(text))
#define PICTURE(count) (memset(out + n, 'A', count), n += (count))
    PUT("{\"a\":\"");
    PICTURE(4000);
    PUT("\",\"b\":\"");
    PICTURE(3001); /* put back */
    PUT("\",\"c\":\"{\\\"d\\\":\\\"");
    PICTURE(900);
    PUT("\\\\/");
    PICTURE(9005);
    PUT("==\\\"}\",\"e\":\"");
    for (int i = 0; i < 500; i++)
        PUT("x \\n");
    PUT("\",\"f\":\"");
    PICTURE(5000); /* cut: put back when the reply is over */
#undef PUT
#undef PICTURE
    return n;
}

/* Every allocation fails once: the status reports it and stays, and nothing leaks (checked by the sanitizers). */
static void out_of_memory(void)
{
    static char text[40000];
    size_t n = document(text);
    for (size_t piece = 1; piece <= n; piece = piece < 64 ? piece * 7 : n + (piece == n)) {
        int good = 1;
        size_t failures = 0;
        for (failing = 1;; failing++) {
            struct idocr_reply reply;
            idocr_reply_init(&reply, 1 << 20);
            idocr_reply_begin(&reply, n / 2);
            allocations = 0;
            int status = 0;
            for (size_t i = 0; i < n; i += piece) {
                int now = idocr_reply_write(&reply, text + i, n - i < piece ? n - i : piece);
                good = good && (status == 0 || now == status);
                status = now;
            }
            int last = idocr_reply_finish(&reply);
            good = good && (status == 0 || last == status);
            int failed = allocations >= failing;
            failures += last == IDOCR_REPLY_NO_MEMORY;
            good = good && (last == 0 || (failed && last == IDOCR_REPLY_NO_MEMORY));
            if (last == 0)
                good = good && reply.count == 2 && reply.pictures[0].n == 3000;
            idocr_reply_clean_up(&reply);
            good = good && live == 0 && reply.text.p == NULL;
            if (!failed)
                break;
        }
        char detail[64];
        snprintf(detail, sizeof detail, "%zu at a time, %zu of %zu allocations", piece, failures, failing - 1);
        ok(good && failures > 0, "an allocation that fails", detail);
        failing = 0;
    }
}

int main(void)
{
    memset(letters, 'A', sizeof letters);
    last_group();
    announced();
    out_of_memory();
    return tap_done();
}
