/* SPDX-License-Identifier: MIT */
#include "transfer_reply.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A buffer up to this size stays with an idle transfer: most replies fit, and hundreds of idle ones weigh little. */
#define KEPT ((size_t)16 * 1024)

static void buffer_empty(struct idocr_buffer *buffer)
{
    buffer->used = 0;
    if (buffer->room > KEPT) {
        free(buffer->bytes);
        buffer->bytes = NULL;
        buffer->room = 0;
    }
}

/* Appends, growing by doubling up to `max`. The caller has checked that used + count <= max. */
static bool buffer_append(struct idocr_buffer *buffer, const char *bytes, size_t count, size_t max)
{
    if (count > buffer->room - buffer->used) {
        size_t room = buffer->room < 1024 ? 1024 : buffer->room;
        while (room - buffer->used < count)
            room = room > SIZE_MAX / 2 ? max : room * 2;
        if (room > max)
            room = max;
        char *grown = realloc(buffer->bytes, room);
        if (grown == NULL)
            return false;
        buffer->bytes = grown;
        buffer->room = room;
    }
    memcpy(buffer->bytes + buffer->used, bytes, count);
    buffer->used += count;
    return true;
}

void idocr_reply_reset(struct idocr_reply *reply, size_t max_body)
{
    buffer_empty(&reply->headers);
    buffer_empty(&reply->body);
    reply->status = 0;
    reply->max_body = max_body;
    reply->headers_done = false;
    reply->trouble = IDOCR_REPLY_FINE;
}

void idocr_reply_clear(struct idocr_reply *reply)
{
    free(reply->headers.bytes);
    free(reply->body.bytes);
    memset(reply, 0, sizeof *reply);
}

bool idocr_reply_body(struct idocr_reply *reply, const char *bytes, size_t count)
{
    if (count == 0)
        return true;
    if (count > reply->max_body - reply->body.used) {
        reply->trouble = IDOCR_REPLY_BODY_TOO_LARGE;
        return false;
    }
    if (!buffer_append(&reply->body, bytes, count, reply->max_body)) {
        reply->trouble = IDOCR_REPLY_NO_MEMORY;
        return false;
    }
    return true;
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* The three digits after "HTTP/x ", or 0. */
static int status_of(const char *line, size_t length)
{
    size_t i = 0;
    while (i < length && line[i] != ' ')
        i++;
    while (i < length && line[i] == ' ')
        i++;
    int status = 0;
    for (size_t digits = 0; digits < 3; digits++, i++) {
        if (i >= length || line[i] < '0' || line[i] > '9')
            return 0;
        status = status * 10 + (line[i] - '0');
    }
    return status;
}

bool idocr_reply_header_line(struct idocr_reply *reply, const char *line, size_t length)
{
    if (reply->headers_done) {
        /* After an interim status (100, 103) the real one follows; after a final one only trailers do. */
        if (reply->status >= 200 || length < 5 || memcmp(line, "HTTP/", 5) != 0)
            return true;
        reply->headers_done = false;
    }
    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        reply->headers.used = 0;
        reply->status = status_of(line, length);
        return true;
    }
    if (length <= 2 && (length == 0 || is_blank(line[0]))) {
        reply->headers_done = true;
        return true;
    }
    if (length > IDOCR_REPLY_MAX_HEADERS - reply->headers.used) {
        reply->trouble = IDOCR_REPLY_HEADERS_TOO_LARGE;
        return false;
    }
    size_t from = reply->headers.used;
    if (!buffer_append(&reply->headers, line, length, IDOCR_REPLY_MAX_HEADERS)) {
        reply->trouble = IDOCR_REPLY_NO_MEMORY;
        return false;
    }
    char *kept = reply->headers.bytes;
    for (size_t i = from; i < reply->headers.used && kept[i] != ':'; i++)
        if (kept[i] >= 'A' && kept[i] <= 'Z')
            kept[i] = (char)(kept[i] - 'A' + 'a');
    return true;
}

bool idocr_reply_next_header(const struct idocr_reply *reply, size_t *at, const char **name, size_t *name_length,
                             const char **value, size_t *value_length)
{
    const char *bytes = reply->headers.bytes;
    while (*at < reply->headers.used) {
        const char *line = bytes + *at;
        size_t left = reply->headers.used - *at;
        const char *end = memchr(line, '\n', left);
        size_t length = end == NULL ? left : (size_t)(end - line);
        *at += end == NULL ? left : length + 1;

        const char *colon = memchr(line, ':', length);
        if (colon == NULL || colon == line || is_blank(line[0]) || is_blank(colon[-1]))
            continue; /* no header, or one that RFC 9112 tells to reject: as if it had not come */
        const char *from = colon + 1, *till = line + length;
        while (from < till && is_blank(*from))
            from++;
        while (till > from && is_blank(till[-1]))
            till--;
        *name = line;
        *name_length = (size_t)(colon - line);
        *value = from;
        *value_length = (size_t)(till - from);
        return true;
    }
    return false;
}
