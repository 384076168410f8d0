/* SPDX-License-Identifier: MIT
 *
 * Reads a JSON reply once, as it arrives, and takes the pictures out: every long base64 text that is a whole string
 * (or a whole string inside a JSON text that is itself a string) is decoded at once, and a short marker stands in its
 * place. What is left is a small JSON text for an ordinary parser; the base64 itself is never kept.
 *
 * Slashes may be escaped at either level. A text that only looks like base64 is put back as it was, but for the
 * escapes of slashes. Nothing else is touched, valid JSON or not: judging the text is the parser's work.
 */
#ifndef IDOCR_REPLY_H
#define IDOCR_REPLY_H

#include "sink.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

/* Characters of base64 from which a string is taken out; shorter ones cost the parser little. */
#define IDOCR_REPLY_SHORTEST 512

/* First byte of a marker; the index of the picture follows in decimal: "\xff" "0". No escape of JSON can produce this byte, at any
 * level, and where there are pictures the reply's own ones become '?': so no text of a reply can be taken for a marker. */
#define IDOCR_REPLY_MARK 0xFF

/* Pictures in one reply; further ones stay in the text. */
#define IDOCR_REPLY_PICTURES 8

enum idocr_reply_status {
    IDOCR_REPLY_OK = 0,
    IDOCR_REPLY_NO_MEMORY = -1,
    IDOCR_REPLY_TOO_LARGE = -2
};

/* Owned bytes. */
struct idocr_reply_bytes {
    unsigned char *p;
    size_t n, room;
};

struct idocr_reply {
    struct idocr_sink sink; /* first: a reply is a sink */
    uint64_t cap;           /* bytes of reply accepted */
    uint64_t seen, expected;
    int status;             /* enum idocr_reply_status; stays once it is set */

    struct idocr_reply_bytes text; /* what is left */
    struct idocr_reply_bytes pictures[IDOCR_REPLY_PICTURES];
    size_t marks[IDOCR_REPLY_PICTURES]; /* where in `text` the marker of each picture is */
    size_t count;

    /* The state between two writes. */
    int state;
    int inner;             /* whether the string that may be base64 is one inside a string */
    size_t run_start;      /* where in `text` it began */
    size_t escapes;        /* backslashes seen and not yet understood, three at most */
    char quad[4];          /* characters of an unfinished group of four */
    size_t quad_length;    /* how many of them have come */
    size_t pad_count;      /* how many '=' have followed them */
};

/* Makes a zeroed struct ready; cap in bytes. Owns nothing yet. */
void idocr_reply_init(struct idocr_reply *reply, uint64_t cap);

/* Frees everything; the struct is as after init.  */
void idocr_reply_clean_up(struct idocr_reply *reply);

/* Begins again, keeping nothing. `expected`: bytes announced, 0 when nobody said. */
void idocr_reply_begin(struct idocr_reply *reply, uint64_t expected);

/* Takes the next n bytes. Returns enum idocr_reply_status. */
int idocr_reply_write(struct idocr_reply *reply, const void *bytes, size_t n);

/* The reply is over: an unfinished picture goes back into the text. Returns enum idocr_reply_status. */
int idocr_reply_finish(struct idocr_reply *reply);

IDOCR_HIDDEN_END

#endif
