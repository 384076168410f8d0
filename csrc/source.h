/* SPDX-License-Identifier: MIT
 *
 * A byte source: idocr.curl reads a request body through it. A body object of idocr.core starts with this struct, so that the two
 * shared objects share no code and no symbol.
 */
#ifndef IDOCR_SOURCE_H
#define IDOCR_SOURCE_H

#include <stddef.h>
#include <stdint.h>

/* Changes whenever the layout or the meaning of a member changes: modules of different builds must not exchange objects. */
#define IDOCR_SOURCE_MAGIC UINT32_C(0x1d0c0001)

/* Name of the metatable of every Lua object that starts with a struct idocr_source. */
#define IDOCR_SOURCE_METATABLE "idocr.body"

struct idocr_source {
    uint32_t magic; /* IDOCR_SOURCE_MAGIC */

    /* Returns the bytes of the whole source, which never changes. */
    uint64_t (*length)(const struct idocr_source *self);

    /* Reads up to `max` bytes into `into` and stores the count in *got; *got == 0 only at the end.
     * -1: the bytes cannot be read (see error) and the transfer must be cancelled. */
    int (*read)(struct idocr_source *self, void *into, size_t max, size_t *got);

    /* Starts again at the first byte. -1: as above. */
    int (*rewind)(struct idocr_source *self);

    /* Returns why the last read or rewind failed: a static text without content of the picture, never NULL. */
    const char *(*error)(const struct idocr_source *self);
};

#endif
