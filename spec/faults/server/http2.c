/* SPDX-License-Identifier: MIT
 *
 * A minimal HTTP/2 for a faulty server: frames in and out, headers without compression (RFC 7541, 6.2.2).
 */
#include "faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, PING = 6, WINDOW_UPDATE = 8, CONTINUATION = 9, LARGEST = 16384, FRAME_HEAD = 9, PREFACE = 24 };
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4, PADDED = 8 };

bool http2_frame(struct link *link, unsigned type, unsigned flags, uint32_t stream, const void *payload, size_t length)
{
    unsigned char *frame = must(malloc(FRAME_HEAD + length));
    unsigned char head[FRAME_HEAD] = {
        (unsigned char)(length >> 16), (unsigned char)(length >> 8), (unsigned char)length, (unsigned char)type,
        (unsigned char)flags, (unsigned char)(stream >> 24), (unsigned char)(stream >> 16), (unsigned char)(stream >> 8),
        (unsigned char)stream,
    };
    memcpy(frame, head, FRAME_HEAD);
    if (length > 0)
        memcpy(frame + FRAME_HEAD, payload, length);
    bool sent = link_write(link, frame, FRAME_HEAD + length);
    free(frame);
    return sent;
}

static struct request *request_of(struct link *link, uint32_t stream)
{
    for (size_t i = 0; i < link->count; i++)
        if (link->requests[i].stream == stream)
            return &link->requests[i];
    return NULL;
}

static void give_window(struct link *link, uint32_t stream, size_t length)
{
    if (link->keep_window || length == 0)
        return;
    unsigned char payload[4] = {0, (unsigned char)(length >> 16), (unsigned char)(length >> 8), (unsigned char)length};
    if (http2_frame(link, WINDOW_UPDATE, 0, 0, payload, 4))
        http2_frame(link, WINDOW_UPDATE, 0, stream, payload, 4);
}

static void take_frame(struct link *link, unsigned type, unsigned flags, uint32_t stream, const unsigned char *payload,
                       size_t length)
{
    if (type == SETTINGS && (flags & ACK) == 0 && !link->no_ack)
        http2_frame(link, SETTINGS, ACK, 0, NULL, 0);
    if (type == PING && (flags & ACK) == 0 && !link->no_ack)
        http2_frame(link, PING, ACK, 0, payload, length);
    struct request *request = type == HEADERS ? link_new_request(link, stream) : request_of(link, stream);
    if (request == NULL || type > HEADERS)
        return;
    if (type == DATA) {
        size_t padding = (flags & PADDED) != 0 && length > 0 ? payload[0] + 1u : 0;
        if (padding <= length)
            link_body(link, request, payload + ((flags & PADDED) != 0), length - padding);
        give_window(link, stream, length);
    }
    /* libcurl also ends an abandoned stream with END_STREAM: JSON without its last brace is incomplete. */
    if ((flags & END_STREAM) != 0 && (request->recent_length == 0 || request->recent[0] != '{' || request->last == '}'))
        link_whole(link, request);
}

void http2_feed(struct link *link, const unsigned char *bytes, size_t length)
{
    /* `in_body`: the client's preface was seen. */
    while (length > 0) {
        size_t wanted = link->in_body ? FRAME_HEAD : PREFACE;
        const unsigned char *head = link->buffer;
        if (link->in_body && link->used >= FRAME_HEAD)
            wanted = FRAME_HEAD + ((size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2]);
        if (wanted > HEAD_ROOM)
            return;
        size_t taken = wanted - link->used < length ? wanted - link->used : length;
        memcpy(link->buffer + link->used, bytes, taken);
        link->used += taken;
        bytes += taken;
        length -= taken;
        if (link->used < wanted)
            return;
        if (!link->in_body) {
            link->in_body = true;
            link->used = 0;
            continue;
        }
        size_t payload = (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
        if (link->used < FRAME_HEAD + payload)
            continue;
        uint32_t stream = (uint32_t)(head[5] & 0x7f) << 24 | (uint32_t)head[6] << 16 | (uint32_t)head[7] << 8 | head[8];
        link->used = 0;
        take_frame(link, head[3], head[4], stream, head + FRAME_HEAD, payload);
    }
}

static size_t put_text(unsigned char *into, const char *text, size_t length)
{
    size_t at = 0;
    if (length < 127) {
        into[at++] = (unsigned char)length;
    } else { /* an integer with a prefix of 7 bits: RFC 7541, 5.1 */
        into[at++] = 127;
        size_t rest = length - 127;
        for (; rest >= 128; rest /= 128)
            into[at++] = (unsigned char)(rest % 128 + 128);
        into[at++] = (unsigned char)rest;
    }
    memcpy(into + at, text, length);
    return at + length;
}

static size_t put_header(unsigned char *into, const char *name, size_t name_length, const char *value, size_t value_length)
{
    into[0] = 0; /* literal, not indexed, with its name */
    size_t at = 1 + put_text(into + 1, name, name_length);
    return at + put_text(into + at, value, value_length);
}

/* `headers`: lines "name: value\r\n" with lower-case names. */
bool http2_answer(struct link *link, const char *status, const struct text *headers, bool announced, const char *body,
                  size_t length)
{
    if (link->current == REQUESTS)
        return false;
    uint32_t stream = link->requests[link->current].stream;
    unsigned char *block = must(malloc(headers->length * 2 + 128));
    size_t used = put_header(block, ":status", 7, status, strlen(status));
    const char *line = headers->bytes, *end = line + headers->length;
    while (line < end) {
        const char *stop = memchr(line, '\r', (size_t)(end - line));
        stop = stop != NULL ? stop : end;
        const char *colon = memchr(line, ':', (size_t)(stop - line));
        if (colon != NULL && colon + 2 <= stop)
            used += put_header(block + used, line, (size_t)(colon - line), colon + 2, (size_t)(stop - colon - 2));
        line = stop + 2;
    }
    if (announced) {
        char digits[32];
        int count = snprintf(digits, sizeof digits, "%zu", length);
        used += put_header(block + used, "content-length", 14, digits, (size_t)count);
    }
    unsigned whole = used <= LARGEST ? END_HEADERS : 0;
    size_t first = used <= LARGEST ? used : LARGEST;
    bool sent = http2_frame(link, HEADERS, whole | (length == 0 ? END_STREAM : 0), stream, block, first);
    for (size_t at = first, part; sent && at < used; at += part) {
        part = used - at <= LARGEST ? used - at : LARGEST;
        sent = http2_frame(link, CONTINUATION, at + part == used ? END_HEADERS : 0, stream, block + at, part);
    }
    free(block);
    for (size_t at = 0; sent && at < length; at += LARGEST) {
        size_t part = length - at < LARGEST ? length - at : LARGEST;
        sent = http2_frame(link, DATA, at + part == length ? END_STREAM : 0, stream, body + at, part);
    }
    return sent;
}
