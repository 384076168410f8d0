/* SPDX-License-Identifier: MIT
 *
 * A reply while it arrives: the header block of the last status line, and the decompressed body, each with a cap.
 * Pure memory: knows neither libcurl nor Lua.
 */
#ifndef IDOCR_TRANSFER_RESPONSE_H
#define IDOCR_TRANSFER_RESPONSE_H

#include "visibility.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink.h"

IDOCR_HIDDEN_BEGIN

/* Bytes of all header lines together: far above what an API sends, far below what hurts. */
#define IDOCR_RESPONSE_MAX_HEADERS ((size_t)64 * 1024)

#define IDOCR_RESPONSE_MAX_FIELDS 128 /* header lines of one response */
#define IDOCR_RESPONSE_MAX_INTERIM 8  /* 1xx responses before the real one */

enum idocr_response_trouble {
    IDOCR_RESPONSE_FINE = 0,
    IDOCR_RESPONSE_BODY_TOO_LARGE,
    IDOCR_RESPONSE_HEADERS_TOO_LARGE,
    IDOCR_RESPONSE_UNKNOWN_CODING, /* of its body: libcurl undoes some that were not offered */
    IDOCR_RESPONSE_MALFORMED, /* see ->malformed */
    IDOCR_RESPONSE_NO_MEMORY
};

struct idocr_buffer {
    char *bytes;
    size_t used, room;
};

struct idocr_response {
    int status; /* 0 until a status line came */
    struct idocr_buffer headers, body;
    struct idocr_sink *sink; /* borrowed; takes the body instead of `body`. NULL: none */
    size_t max_body, taken;  /* bytes of body allowed, and so far */
    bool headers_done;  /* what comes now as a header is a trailer */
    unsigned interim;   /* responses with a status below 200 so far */
    unsigned fields;    /* header lines of this one */
    uint64_t length;    /* its Content-Length, where has_length */
    bool has_length, has_coding;
    bool unknown_coding; /* its Content-Encoding was not offered */
    bool http2;         /* set for each request: lines are libcurl's own */
    bool early;         /* it began before the whole request was sent */
    bool whole;         /* it began early and is complete */
    struct {
        unsigned depth;
        bool begun, in_string, escaped;
    } json;             /* of an early body, up to here */
    enum idocr_response_trouble trouble;
    const char *malformed; /* static: what is wrong */
};

/* Empties it for a new transfer; small buffers are kept, large ones freed. The body goes into `sink` where there is one. */
void idocr_response_reset(struct idocr_response *response, size_t max_body, struct idocr_sink *sink);

/* Frees its buffers. */
void idocr_response_clear(struct idocr_response *response);

/* Takes one header line as it came (status lines and the closing empty line included). false: stop, see trouble. */
bool idocr_response_header_line(struct idocr_response *response, const char *line, size_t length);

/* Takes decompressed bytes, `announced` of which are to come in all (0: nobody said). false: stop, see trouble. */
bool idocr_response_body(struct idocr_response *response, const char *bytes, size_t count, uint64_t announced);

/* Whether the JSON text that the body of an early response begins with is closed. */
bool idocr_response_json_closed(const struct idocr_response *response);

/* Steps through the headers: *at starts at 0. The views point into the reply; names are lower case, values trimmed.
 * A repeated header comes as often as it was sent. false at the end. */
bool idocr_response_next_header(const struct idocr_response *response, size_t *at, const char **name, size_t *name_length,
                             const char **value, size_t *value_length);

IDOCR_HIDDEN_END

#endif
