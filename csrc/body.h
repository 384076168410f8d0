/* SPDX-License-Identifier: MIT
 *
 * A request body as a list of segments: literal text, and pictures seen as base64, as percent-encoded base64 (a form field) or
 * raw. It is never assembled: bytes are made when they are asked for, and a pass can be repeated from the start.
 */
#ifndef IDOCR_BODY_H
#define IDOCR_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "error.h"
#include "image.h"
#include "source.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

enum idocr_encoding { IDOCR_LITERAL, IDOCR_RAW, IDOCR_BASE64, IDOCR_FORM };

struct idocr_segment {
    enum idocr_encoding encoding;
    const char *literal;       /* borrowed; for IDOCR_LITERAL */
    struct idocr_image *image; /* retained by the body; for all others */
    uint64_t length;           /* bytes in the body */
};

/* A place in the body; all zero is its start. */
struct idocr_cursor {
    size_t segment;
    uint64_t offset;      /* in the segment: bytes of the body, but for IDOCR_FORM bytes of the picture */
    uint8_t pending[12];  /* IDOCR_FORM: the expanded group that is being handed out */
    unsigned first, last; /* its bytes that are still to go */
};

struct idocr_body {
    struct idocr_source source; /* must stay first: what idocr.curl sees */
    struct idocr_cursor send, hash;
    struct idocr_sha256 sha;
    uint64_t length;
    struct idocr_error error; /* of the last read or rewind through `source` */
    bool fused;               /* idocr_base64_sha256_available() */
    bool hashing, hashed;     /* `sha` is under way; `digest` is complete */
    uint8_t digest[IDOCR_SHA256_SIZE];
    size_t count, capacity;
    struct idocr_segment segments[];
};

/* Bytes of memory for a body of up to `capacity` segments; 0 when that is too many. */
size_t idocr_body_size(size_t capacity);

/* Makes an empty body in zeroed memory of idocr_body_size(capacity) bytes. `fused` is the kept answer of
 * idocr_base64_sha256_available(), or false. */
void idocr_body_init(struct idocr_body *body, size_t capacity, bool fused);

/* Appends text (borrowed: it must outlive the body), or a picture, which is retained until idocr_body_release. -1: "too_long";
 * for IDOCR_FORM, whose length depends on the bytes, the picture is read once and its errors are possible. */
int idocr_body_add_literal(struct idocr_body *body, const char *text, size_t length, struct idocr_error *error);
int idocr_body_add_image(struct idocr_body *body, struct idocr_image *image, enum idocr_encoding encoding,
                         struct idocr_error *error);

/* Gives the pictures back; the body is then empty, and no source any more (its magic is 0). May be called twice. */
void idocr_body_release(struct idocr_body *body);

/* Fills `into` with the next bytes at `cursor`, as many as `max` unless the end comes first; *got == 0 at the end only (or for
 * max == 0). -1: errors of idocr_image_view; the cursor then stands where it stood or a little further. */
int idocr_body_read(const struct idocr_body *body, struct idocr_cursor *cursor, uint8_t *into, size_t max, size_t *got,
                    struct idocr_error *error);

/* Hashes up to about `max` further bytes; *done tells whether body->digest is complete. It is computed once and independently of
 * what has been read. -1: errors of idocr_image_view; the next call begins anew. */
int idocr_body_hash(struct idocr_body *body, uint64_t max, bool *done, struct idocr_error *error);

IDOCR_HIDDEN_END

#endif
