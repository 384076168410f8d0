/* SPDX-License-Identifier: MIT
 *
 * Builds response bodies with marked personal data, and HTTP/1.1 and HTTP/2 responses.
 */
#include "faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct text *argument(const struct step *step, size_t index)
{
    static const struct text empty = {(char *)(uintptr_t) "", 0};
    return index < step->count ? &step->arguments[index] : &empty;
}

struct text filled(const struct link *link, const struct text *text)
{
    char person[NAME_ROOM];
    size_t length = link_person(link, person, sizeof person);
    struct text copy = {must(malloc(text->length * (NAME_ROOM / 8 + 1) + 1)), 0};
    for (size_t i = 0; i < text->length;) {
        if (text->length - i >= 8 && memcmp(text->bytes + i, "@PERSON@", 8) == 0) {
            memcpy(copy.bytes + copy.length, person, length);
            copy.length += length;
            i += 8;
        } else {
            copy.bytes[copy.length++] = text->bytes[i++];
        }
    }
    copy.bytes[copy.length] = '\0';
    return copy;
}

/* ---- what a response's body is wrapped in ------------------------------------------------------------------------ */

static void put_le(char **into, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        *(*into)++ = (char)(value >> 8 * i);
}

/* gzip without compression: RFC 1952, one stored block (RFC 1951, 3.2.4); at most 65535 bytes. */
static void gzip(struct text *body)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < body->length; i++) {
        crc ^= (unsigned char)body->bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    char *packed = must(malloc(body->length + 32)), *at = packed;
    memcpy(at, "\x1f\x8b\x08\0\0\0\0\0\0\x03\x01", 11);
    at += 11;
    put_le(&at, (uint32_t)body->length, 2);
    put_le(&at, ~(uint32_t)body->length, 2);
    memcpy(at, body->bytes, body->length);
    at += body->length;
    put_le(&at, ~crc, 4);
    put_le(&at, (uint32_t)body->length, 4);
    free(body->bytes);
    *body = (struct text){packed, (size_t)(at - packed)};
}

bool answer(struct link *link, const struct step *step)
{
    const char *status = argument(step, 0)->bytes, *form = argument(step, 3)->bytes;
    struct text headers = filled(link, argument(step, 1)), body = filled(link, argument(step, 2));
    if (strcmp(form, "gzip") == 0)
        gzip(&body);
    bool sent;
    if (link->h2) {
        sent = http2_answer(link, status, &headers, strcmp(form, "chunked") != 0, body.bytes, body.length);
    } else {
        bool chunked = strcmp(form, "chunked") == 0;
        char *text = must(malloc(headers.length + body.length + 256));
        int used = sprintf(text, chunked ? "HTTP/1.1 %s Status\r\n%sTransfer-Encoding: chunked\r\n\r\n%zx\r\n"
                                         : "HTTP/1.1 %s Status\r\n%sContent-Length: %zu\r\n\r\n",
                           status, headers.bytes, body.length);
        memcpy(text + used, body.bytes, body.length);
        size_t length = (size_t)used + body.length;
        if (chunked)
            length += (size_t)sprintf(text + length, "\r\n0\r\n\r\n");
        sent = link_write(link, text, length);
        free(text);
    }
    if (link->current < REQUESTS)
        link->requests[link->current].taken = true;
    free(headers.bytes);
    free(body.bytes);
    return sent;
}
