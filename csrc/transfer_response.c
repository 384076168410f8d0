/* SPDX-License-Identifier: MIT */
#include "transfer_response.h"

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

void idocr_response_reset(struct idocr_response *response, size_t max_body, struct idocr_sink *sink)
{
    buffer_empty(&response->headers);
    buffer_empty(&response->body);
    response->status = 0;
    response->sink = sink;
    response->max_body = max_body;
    response->taken = 0;
    response->headers_done = false;
    response->trouble = IDOCR_RESPONSE_FINE;
}

void idocr_response_clear(struct idocr_response *response)
{
    free(response->headers.bytes);
    free(response->body.bytes);
    memset(response, 0, sizeof *response);
}

bool idocr_response_body(struct idocr_response *response, const char *bytes, size_t count, uint64_t announced)
{
    if (count == 0)
        return true;
    if (count > response->max_body - response->taken) {
        response->trouble = IDOCR_RESPONSE_BODY_TOO_LARGE;
        return false;
    }
    bool kept;
    if (response->sink != NULL) {
        if (response->taken == 0)
            response->sink->begin(response->sink, announced);
        kept = response->sink->write(response->sink, bytes, count) == 0;
    } else {
        kept = buffer_append(&response->body, bytes, count, response->max_body);
    }
    if (!kept) {
        response->trouble = IDOCR_RESPONSE_NO_MEMORY;
        return false;
    }
    response->taken += count;
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

bool idocr_response_header_line(struct idocr_response *response, const char *line, size_t length)
{
    if (response->headers_done) {
        /* After an interim status (100, 103) the real one follows; after a final one only trailers do. */
        if (response->status >= 200 || length < 5 || memcmp(line, "HTTP/", 5) != 0)
            return true;
        response->headers_done = false;
    }
    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        response->headers.used = 0;
        response->status = status_of(line, length);
        return true;
    }
    if (length <= 2 && (length == 0 || is_blank(line[0]))) {
        response->headers_done = true;
        return true;
    }
    if (length > IDOCR_RESPONSE_MAX_HEADERS - response->headers.used) {
        response->trouble = IDOCR_RESPONSE_HEADERS_TOO_LARGE;
        return false;
    }
    size_t from = response->headers.used;
    if (!buffer_append(&response->headers, line, length, IDOCR_RESPONSE_MAX_HEADERS)) {
        response->trouble = IDOCR_RESPONSE_NO_MEMORY;
        return false;
    }
    char *kept = response->headers.bytes;
    for (size_t i = from; i < response->headers.used && kept[i] != ':'; i++)
        if (kept[i] >= 'A' && kept[i] <= 'Z')
            kept[i] = (char)(kept[i] - 'A' + 'a');
    return true;
}

bool idocr_response_next_header(const struct idocr_response *response, size_t *at, const char **name, size_t *name_length,
                             const char **value, size_t *value_length)
{
    const char *bytes = response->headers.bytes;
    while (*at < response->headers.used) {
        const char *line = bytes + *at;
        size_t left = response->headers.used - *at;
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
