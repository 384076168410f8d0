/* SPDX-License-Identifier: MIT
 *
 * Collects a response while it arrives: the headers of the last status line and the decompressed body, each with a size limit.
 * Does no I/O; independent of libcurl and Lua.
 */
#ifndef IDOCR_TRANSFER_RESPONSE_H
#define IDOCR_TRANSFER_RESPONSE_H

#include "visibility.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink.h"

IDOCR_HIDDEN_BEGIN

/* Bytes of all header lines together. */
#define IDOCR_RESPONSE_MAX_HEADERS ((size_t)64 * 1024)

#define IDOCR_RESPONSE_MAX_FIELDS 128 /* header lines of one response */
#define IDOCR_RESPONSE_MAX_INTERIM 8  /* 1xx responses before the real one */

enum idocr_response_trouble {
    IDOCR_RESPONSE_FINE = 0,
    IDOCR_RESPONSE_BODY_TOO_LARGE,
    IDOCR_RESPONSE_HEADERS_TOO_LARGE,
    IDOCR_RESPONSE_UNKNOWN_CODING, /* Content-Encoding that was not offered: libcurl decodes some of them too */
    IDOCR_RESPONSE_MALFORMED,      /* see ->malformed */
    IDOCR_RESPONSE_NO_MEMORY
};

struct idocr_buffer {
    char *bytes;
    size_t used, room;
};

struct idocr_response {
    int status; /* 0 until a status line came */
    struct idocr_buffer headers, body;
    struct idocr_sink *sink; /* borrowed; receives the body instead of `body`; or NULL */
    size_t max_body, taken;  /* bytes of the body: allowed, and received */
    bool headers_done;       /* further header lines are trailers */
    unsigned interim;        /* number of 1xx responses so far */
    unsigned fields;         /* number of header lines of this response */
    uint64_t length;         /* its Content-Length, where has_length */
    bool has_length, has_coding;
    bool unknown_coding; /* its Content-Encoding was not offered */
    bool closes;         /* Connection: close */
    bool http2;          /* set for each request: libcurl writes the lines itself */
    bool early;          /* it began before the whole request was sent */
    bool whole;          /* it began early and its JSON text is complete */
    struct {
        unsigned depth;
        bool begun, in_string, escaped;
    } json; /* scanner over an early body */
    enum idocr_response_trouble trouble;
    const char *malformed; /* static: what is malformed */
};

/* Resets it for a new transfer; keeps small buffers and frees large ones. The body goes into `sink` unless that is NULL. */
void idocr_response_reset(struct idocr_response *response, size_t max_body, struct idocr_sink *sink);

/* Frees its buffers. */
void idocr_response_clear(struct idocr_response *response);

/* Processes one received header line, status lines and the final empty line included. false: stop, see ->trouble. */
bool idocr_response_header_line(struct idocr_response *response, const char *line, size_t length);

/* Appends decompressed bytes. `announced`: their total number; 0: unknown. false: stop, see ->trouble. */
bool idocr_response_body(struct idocr_response *response, const char *bytes, size_t count, uint64_t announced);

/* Returns whether the JSON object at the start of an early body is complete. */
bool idocr_response_json_closed(const struct idocr_response *response);

/* Iterates over the headers: *at starts at 0. Texts point into the response; names are lower case, values trimmed. Returns a
 * repeated header as often as it was received. false at the end. */
bool idocr_response_next_header(const struct idocr_response *response, size_t *at, const char **name, size_t *name_length,
                                const char **value, size_t *value_length);

IDOCR_HIDDEN_END

#endif
