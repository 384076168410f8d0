/* SPDX-License-Identifier: MIT
 *
 * A byte source: how one module hands bytes to another without either knowing the other. A body object of
 * idocr.core starts with this struct, and idocr.curl pulls a request body through it, so the two shared objects
 * share no code and no symbol.
 */
#ifndef IDOCR_SOURCE_H
#define IDOCR_SOURCE_H

#include <stddef.h>
#include <stdint.h>

/* Changes whenever the layout or the meaning of a member changes: two modules of different builds must not meet. */
#define IDOCR_SOURCE_MAGIC UINT32_C(0x1d0c0001)

/* Name of the metatable of every Lua object that starts with a struct idocr_source. */
#define IDOCR_SOURCE_METATABLE "idocr.body"

struct idocr_source {
    uint32_t magic; /* IDOCR_SOURCE_MAGIC */

    /* Bytes of the whole source; constant over its life. */
    uint64_t (*length)(const struct idocr_source *self);

    /* Fills `into` with up to `max` bytes and stores the count in *got; *got == 0 only at the end.
     * 0, or -1: the bytes can no longer be had (error() says why) and the transfer must be abandoned. */
    int (*read)(struct idocr_source *self, void *into, size_t max, size_t *got);

    /* Starts again from the first byte. 0, or -1 as above. */
    int (*rewind)(struct idocr_source *self);

    /* Why the last read or rewind failed: text owned by the source, without any content; never NULL. */
    const char *(*error)(const struct idocr_source *self);
};

#endif
