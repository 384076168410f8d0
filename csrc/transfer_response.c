/* SPDX-License-Identifier: MIT
 *
 * Collects the headers and the body of a response while it arrives.
 */
#include "transfer_response.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h> /* strncasecmp */

/* An idle transfer keeps a buffer up to this size, in bytes: most replies fit. */
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

/* Starts a new response at a status line. */
static void begin_head(struct idocr_response *response)
{
    response->headers.used = 0;
    response->headers_done = response->has_length = response->has_coding = response->unknown_coding = response->closes = false;
    response->early = response->whole = false;
    response->fields = 0;
    response->length = 0;
    memset(&response->json, 0, sizeof response->json);
}

void idocr_response_reset(struct idocr_response *response, size_t max_body, struct idocr_sink *sink)
{
    buffer_empty(&response->headers);
    buffer_empty(&response->body);
    response->status = 0;
    response->sink = sink;
    response->max_body = max_body;
    response->taken = 0;
    response->interim = 0;
    response->http2 = false;
    response->trouble = IDOCR_RESPONSE_FINE;
    response->malformed = NULL;
    begin_head(response);
}

void idocr_response_clear(struct idocr_response *response)
{
    free(response->headers.bytes);
    free(response->body.bytes);
    memset(response, 0, sizeof *response);
}

/* Tracks the nesting of a JSON object; any other text never counts as complete. */
static void follow_json(struct idocr_response *response, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char c = bytes[i];
        if (response->json.escaped) {
            response->json.escaped = false;
        } else if (response->json.in_string) {
            response->json.escaped = c == '\\';
            response->json.in_string = c != '"';
        } else if (c == '{' || c == '[') {
            response->json.begun = true;
            response->json.depth++;
        } else if (!response->json.begun || response->json.depth == 0) {
            continue;
        } else if (c == '"') {
            response->json.in_string = true;
        } else if (c == '}' || c == ']') {
            response->json.depth--;
        }
    }
}

bool idocr_response_body(struct idocr_response *response, const char *bytes, size_t count, uint64_t announced)
{
    if (count == 0)
        return true;
    if (response->unknown_coding) {
        response->trouble = IDOCR_RESPONSE_UNKNOWN_CODING;
        return false;
    }
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
    if (response->early)
        follow_json(response, bytes, count);
    return true;
}

bool idocr_response_json_closed(const struct idocr_response *response)
{
    return response->json.begun && response->json.depth == 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Returns the status of "HTTP/1.1 200 reason": three digits and the expected version; else 0. */
static int status_of(const char *line, size_t length, bool http2)
{
    size_t i = http2 ? strlen("HTTP/2 ") : strlen("HTTP/1.1 ");
    if (length < i || (memcmp(line, http2 ? "HTTP/2 " : "HTTP/1.1 ", i) != 0 && (http2 || memcmp(line, "HTTP/1.0 ", i) != 0)))
        return 0;
    if (length < i + 3)
        return 0;
    int status = 0;
    for (size_t end = i + 3; i < end; i++) {
        if (line[i] < '0' || line[i] > '9')
            return 0;
        status = status * 10 + (line[i] - '0');
    }
    return (i == length || is_blank(line[i])) && status >= 100 ? status : 0;
}

static bool malformed(struct idocr_response *response, const char *why)
{
    response->trouble = IDOCR_RESPONSE_MALFORMED;
    response->malformed = why;
    return false;
}

static bool too_large(struct idocr_response *response)
{
    response->trouble = IDOCR_RESPONSE_HEADERS_TOO_LARGE;
    return false;
}

static bool status_line(struct idocr_response *response, const char *line, size_t length)
{
    begin_head(response);
    response->status = status_of(line, length, response->http2);
    if (response->status == 0)
        return malformed(response, "malformed status line");
    if (response->status == 101)
        return malformed(response, "status 101 without an Upgrade request");
    if (response->status < 200 && ++response->interim > IDOCR_RESPONSE_MAX_INTERIM)
        return malformed(response, "too many interim responses");
    return true;
}

/* RFC 9110, 5.6.2 */
static bool is_token(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (c == '\0' || (!alphanumeric && strchr("!#$%&'*+-.^_`|~", c) == NULL))
            return false;
    }
    return length > 0;
}

static bool is_named(const char *text, size_t length, const char *name)
{
    return length == strlen(name) && strncasecmp(text, name, length) == 0;
}

/* Returns whether a list with commas has the token. libcurl 8 finds "close" only where it stands alone. */
static bool has_token(const char *list, size_t length, const char *token)
{
    const char *end = list + length;
    while (list < end) {
        const char *comma = memchr(list, ',', (size_t)(end - list));
        const char *till = comma != NULL ? comma : end;
        while (list < till && (*list == ' ' || *list == '\t'))
            list++;
        const char *last = till;
        while (last > list && (last[-1] == ' ' || last[-1] == '\t'))
            last--;
        if (is_named(list, (size_t)(last - list), token))
            return true;
        list = till + 1;
    }
    return false;
}

/* See CURLOPT_ACCEPT_ENCODING. */
static bool is_offered(const char *coding, size_t length)
{
    return length == 0 || is_named(coding, length, "gzip") || is_named(coding, length, "x-gzip") ||
           is_named(coding, length, "deflate") || is_named(coding, length, "identity");
}

/* The end of the body must be unambiguous: RFC 9112, 6.3. */
static bool framing(struct idocr_response *response, const char *name, size_t name_length, const char *value, size_t length)
{
    if (is_named(name, name_length, "content-length")) {
        uint64_t number = 0;
        for (size_t i = 0; i < length; i++) {
            if (value[i] < '0' || value[i] > '9' || i == 15)
                return malformed(response, "malformed Content-Length");
            number = number * 10 + (uint64_t)(value[i] - '0');
        }
        if (length == 0)
            return malformed(response, "malformed Content-Length");
        if (response->has_length && response->length != number)
            return malformed(response, "two different Content-Lengths");
        response->has_length = true;
        response->length = number;
    } else if (is_named(name, name_length, "transfer-encoding")) {
        if (response->has_coding || !is_named(value, length, "chunked"))
            return malformed(response, "unknown transfer coding");
        response->has_coding = true;
    } else if (is_named(name, name_length, "connection")) {
        response->closes = response->closes || has_token(value, length, "close");
    } else if (is_named(name, name_length, "content-encoding")) {
        response->unknown_coding = response->unknown_coding || !is_offered(value, length);
    }
    return true;
}

/* Parses a line without its line break. false: not a header. */
static bool split(const char *line, size_t length, size_t *name_length, const char **value, size_t *value_length)
{
    const char *colon = memchr(line, ':', length);
    if (colon == NULL || !is_token(line, (size_t)(colon - line)))
        return false;
    const char *from = colon + 1, *till = line + length;
    while (from < till && is_blank(*from))
        from++;
    while (till > from && is_blank(till[-1]))
        till--;
    *name_length = (size_t)(colon - line);
    *value = from;
    *value_length = (size_t)(till - from);
    return memchr(from, '\r', *value_length) == NULL;
}

static bool field(struct idocr_response *response, const char *line, size_t length)
{
    size_t name_length, value_length;
    const char *value;
    if (!split(line, length, &name_length, &value, &value_length))
        return malformed(response, "malformed header line");
    if (++response->fields > IDOCR_RESPONSE_MAX_FIELDS || length > IDOCR_RESPONSE_MAX_HEADERS - response->headers.used)
        return too_large(response);
    const size_t from = response->headers.used;
    if (!buffer_append(&response->headers, line, length, IDOCR_RESPONSE_MAX_HEADERS)) {
        response->trouble = IDOCR_RESPONSE_NO_MEMORY;
        return false;
    }
    char *kept = response->headers.bytes + from;
    for (size_t i = 0; i < name_length; i++)
        if (kept[i] >= 'A' && kept[i] <= 'Z')
            kept[i] = (char)(kept[i] - 'A' + 'a');
    return framing(response, line, name_length, value, value_length);
}

bool idocr_response_header_line(struct idocr_response *response, const char *line, size_t length)
{
    const bool status = length >= 5 && memcmp(line, "HTTP/", 5) == 0;
    /* After an interim status (100, 103) the real one follows; after a final one only trailers do. */
    if (response->headers_done && response->status >= 200)
        return ++response->fields <= IDOCR_RESPONSE_MAX_FIELDS || too_large(response);
    if (response->headers_done && !status)
        return true;
    if (status)
        return status_line(response, line, length);
    if (length <= 2 && (length == 0 || is_blank(line[0]))) {
        response->headers_done = true;
        response->fields = 0;
        return true;
    }
    return field(response, line, length);
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

        if (!split(line, length, name_length, value, value_length))
            continue;
        *name = line;
        return true;
    }
    return false;
}
