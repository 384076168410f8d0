/* SPDX-License-Identifier: MIT
 *
 * A request body: a list of segments, each literal text or a picture as base64, as percent-encoded base64 (a form field) or raw.
 * The body is never assembled in memory: each read encodes the bytes it returns, and a pass can start again.
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
    const char *literal;       /* borrowed; IDOCR_LITERAL only */
    struct idocr_image *image; /* retained by the body; all other encodings */
    uint64_t length;           /* bytes in the body */
};

/* A position in the body; all zero is the start. */
struct idocr_cursor {
    size_t segment;
    uint64_t offset;      /* in the segment, in bytes of the body; for IDOCR_FORM in bytes of the picture */
    uint8_t pending[12];  /* IDOCR_FORM: an expanded group that is partly read */
    unsigned first, last; /* range of its unread bytes */
};

struct idocr_body {
    struct idocr_source source; /* must stay first: idocr.curl reads through it */
    struct idocr_cursor send, hash;
    struct idocr_sha256 sha;
    uint64_t length;
    struct idocr_error error; /* of the last failed read or rewind through `source` */
    bool fused;               /* idocr_base64_sha256_available() */
    bool hashing, hashed;     /* `sha` has begun; `digest` is complete */
    uint8_t digest[IDOCR_SHA256_SIZE];
    size_t count, capacity;
    struct idocr_segment segments[];
};

/* Returns the bytes of memory of a body of up to `capacity` segments; 0 when there are too many. */
size_t idocr_body_size(size_t capacity);

/* Makes an empty body in zeroed memory of idocr_body_size(capacity) bytes. `fused`: whether to use base64_sha256.h; only where
 * idocr_base64_sha256_available(). */
void idocr_body_init(struct idocr_body *body, size_t capacity, bool fused);

/* Appends text (borrowed: it must outlive the body), or a picture, which is retained until idocr_body_release. IDOCR_FORM reads
 * the picture once, because the length depends on its bytes. -1: "too_long"; IDOCR_FORM: also errors of idocr_image_view. */
int idocr_body_add_literal(struct idocr_body *body, const char *text, size_t length, struct idocr_error *error);
int idocr_body_add_image(struct idocr_body *body, struct idocr_image *image, enum idocr_encoding encoding,
                         struct idocr_error *error);

/* Releases the pictures. The body is then empty and its magic is 0, so idocr.curl refuses it. May be called again. */
void idocr_body_release(struct idocr_body *body);

/* Reads the next bytes at `cursor` into `into`: exactly `max` except before the end; *got == 0 at the end only (or for max == 0).
 * -1: errors of idocr_image_view; the cursor may then have advanced. */
int idocr_body_read(const struct idocr_body *body, struct idocr_cursor *cursor, uint8_t *into, size_t max, size_t *got,
                    struct idocr_error *error);

/* Hashes about `max` more bytes and sets *done when body->digest is complete. The digest is computed once and does not depend on
 * reads. -1: errors of idocr_image_view; the next call starts over. */
int idocr_body_hash(struct idocr_body *body, uint64_t max, bool *done, struct idocr_error *error);

IDOCR_HIDDEN_END

#endif
