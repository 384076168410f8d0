/* SPDX-License-Identifier: MIT
 *
 * Extracts the pictures from a JSON reply while it arrives: decodes each long base64 string, at the top level or inside a JSON
 * text that is itself a string, and replaces it by a short marker. The rest is a small JSON text for an ordinary parser; the
 * base64 text is never stored.
 *
 * Slashes may be escaped at either level. A string that turns out not to be base64 is restored, without the escapes of slashes.
 * Everything else is passed on unchanged, valid JSON or not.
 */
#ifndef IDOCR_REPLY_H
#define IDOCR_REPLY_H

#include "sink.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

/* A string of fewer base64 characters stays in the text: it costs the parser little. */
#define IDOCR_REPLY_SHORTEST 512

/* First byte of a marker; the index of the picture follows in decimal: "\xff" "0". No JSON escape produces this byte, and in a
 * reply with pictures every other such byte becomes '?', so that no text of a reply can be mistaken for a marker. */
#define IDOCR_REPLY_MARK 0xFF

/* Pictures extracted from one reply; further ones stay in the text. */
#define IDOCR_REPLY_PICTURES 8

enum idocr_reply_status { IDOCR_REPLY_OK = 0, IDOCR_REPLY_NO_MEMORY = -1, IDOCR_REPLY_TOO_LARGE = -2 };

/* Owned bytes. */
struct idocr_reply_bytes {
    unsigned char *p;
    size_t n, room;
};

struct idocr_reply {
    struct idocr_sink sink;  /* must stay first: idocr.curl writes through it */
    uint64_t cap;            /* largest reply that is accepted, in bytes */
    uint64_t seen, expected; /* bytes: received, and announced */
    int status;              /* enum idocr_reply_status; an error stays */

    struct idocr_reply_bytes text; /* the JSON text without pictures */
    struct idocr_reply_bytes pictures[IDOCR_REPLY_PICTURES];
    size_t marks[IDOCR_REPLY_PICTURES]; /* offset in `text` of the marker of each picture */
    size_t count;

    int state;          /* of the scanner: enum state in reply.c */
    int inner;          /* whether the current string is inside a string */
    size_t run_start;   /* offset in `text` of the current string */
    size_t escapes;     /* pending backslashes, at most three */
    char quad[4];       /* characters of an unfinished group of four */
    size_t quad_length; /* how many of them have come */
    size_t pad_count;   /* how many '=' have followed them */
};

/* Initialises a reply; `cap` in bytes. It owns no memory yet. */
void idocr_reply_init(struct idocr_reply *reply, uint64_t cap);

/* Frees all memory; the reply is then as after init. */
void idocr_reply_clean_up(struct idocr_reply *reply);

/* Discards all bytes and starts a new reply. `expected`: its announced length in bytes; 0: unknown. */
void idocr_reply_begin(struct idocr_reply *reply, uint64_t expected);

/* Appends n bytes. Returns enum idocr_reply_status. */
int idocr_reply_write(struct idocr_reply *reply, const void *bytes, size_t n);

/* Ends the reply: restores an unfinished picture as text. Returns enum idocr_reply_status. */
int idocr_reply_finish(struct idocr_reply *reply);

IDOCR_HIDDEN_END

#endif
