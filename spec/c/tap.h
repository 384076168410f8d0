/* SPDX-License-Identifier: MIT
 *
 * Helpers of the test programs in C: TAP output, and buffers that end at the end of a page.
 */
#ifndef IDOCR_SPEC_TAP_H
#define IDOCR_SPEC_TAP_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int tap_count, tap_failures;

static void ok(int good, const char *what, const char *detail)
{
    tap_count++;
    tap_failures += !good;
    printf("%sok %d - %s%s%s\n", good ? "" : "not ", tap_count, what, detail[0] ? ": " : "", detail);
}

static int tap_done(void)
{
    printf("1..%d\n", tap_count);
    return tap_failures != 0;
}

/* `room` bytes between two pages that must not be touched; the bytes before tap_fence's result plus `room` are usable and the
 * first one behind them is not. */
static inline uint8_t *fenced(size_t room)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (room + page - 1) / page;
    uint8_t *memory = mmap(NULL, (pages + 2) * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) != 0 || mprotect(memory + (pages + 1) * page, page, PROT_NONE) != 0) {
        perror("fenced");
        exit(2);
    }
    return memory + (pages + 1) * page - room;
}

/* A repeatable stream of bytes (xorshift). */
static uint32_t tap_state = 2463534242u;
static inline uint8_t random_byte(void)
{
    tap_state ^= tap_state << 13;
    tap_state ^= tap_state >> 17;
    tap_state ^= tap_state << 5;
    return (uint8_t)(tap_state >> 11);
}

#endif
