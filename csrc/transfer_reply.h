/* SPDX-License-Identifier: MIT
 *
 * A reply while it arrives: the header block of the last status line, and the decompressed body, each with a cap.
 * Pure memory: knows neither libcurl nor Lua.
 */
#ifndef IDOCR_TRANSFER_REPLY_H
#define IDOCR_TRANSFER_REPLY_H

#include "visibility.h"

#include <stdbool.h>
#include <stddef.h>

IDOCR_HIDDEN_BEGIN

/* Bytes of all header lines together: far above what an API sends, far below what hurts. */
#define IDOCR_REPLY_MAX_HEADERS ((size_t)64 * 1024)

enum idocr_reply_trouble {
    IDOCR_REPLY_FINE = 0,
    IDOCR_REPLY_BODY_TOO_LARGE,
    IDOCR_REPLY_HEADERS_TOO_LARGE,
    IDOCR_REPLY_NO_MEMORY
};

struct idocr_buffer {
    char *bytes;
    size_t used, room;
};

struct idocr_reply {
    int status; /* 0 until a status line came */
    struct idocr_buffer headers, body;
    size_t max_body;
    bool headers_done; /* what comes now as a header is a trailer */
    enum idocr_reply_trouble trouble;
};

/* Empties it for a new transfer; small buffers are kept, large ones freed. */
void idocr_reply_reset(struct idocr_reply *reply, size_t max_body);

/* Frees its buffers. */
void idocr_reply_clear(struct idocr_reply *reply);

/* Takes one header line as it came (status lines and the closing empty line included). false: stop, see trouble. */
bool idocr_reply_header_line(struct idocr_reply *reply, const char *line, size_t length);

/* Takes decompressed bytes. false: stop, see trouble. */
bool idocr_reply_body(struct idocr_reply *reply, const char *bytes, size_t count);

/* Steps through the headers: *at starts at 0. The views point into the reply; names are lower case, values trimmed.
 * A repeated header comes as often as it was sent. false at the end. */
bool idocr_reply_next_header(const struct idocr_reply *reply, size_t *at, const char **name, size_t *name_length,
                             const char **value, size_t *value_length);

IDOCR_HIDDEN_END

#endif
