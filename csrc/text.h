/* SPDX-License-Identifier: MIT
 *
 * Borrowed texts, and texts that are built in a buffer of fixed size.
 */
#ifndef IDOCR_TEXT_H
#define IDOCR_TEXT_H

#include <stddef.h>
#include <string.h>

/* A borrowed text; not NUL-terminated. */
struct idocr_view {
    const char *at;
    size_t length;
};

/* A text under construction in the caller's buffer; not NUL-terminated. */
struct idocr_text {
    char *at;
    size_t length, capacity; /* bytes */
    int overflow;            /* a piece did not fit and was dropped */
};

/* Appends `length` bytes, or sets `overflow` and appends nothing. Inline, so that a literal becomes one store. */
static inline void idocr_text_add(struct idocr_text *text, const char *bytes, size_t length)
{
    if (length > text->capacity - text->length)
        text->overflow = 1;
    else if (length > 0) {
        memcpy(text->at + text->length, bytes, length);
        text->length += length;
    }
}

#endif
