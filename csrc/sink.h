/* SPDX-License-Identifier: MIT
 *
 * A byte sink: a transfer writes the reply into it while it arrives. The counterpart of source.h: a reply object of idocr.core
 * starts with this struct and idocr.curl writes into it, so that the two shared objects share no code and no symbol.
 */
#ifndef IDOCR_SINK_H
#define IDOCR_SINK_H

#include <stddef.h>
#include <stdint.h>

/* Changes whenever the layout or the meaning of a member changes. */
#define IDOCR_SINK_MAGIC UINT32_C(0x1d0c0002)

/* Name of the metatable of every Lua object that starts with a struct idocr_sink. */
#define IDOCR_SINK_METATABLE "idocr.reply"

struct idocr_sink {
    uint32_t magic; /* IDOCR_SINK_MAGIC */

    /* Discards all bytes: a new reply begins (another attempt). `expected`: its announced length in bytes; 0: unknown. */
    void (*begin)(struct idocr_sink *self, uint64_t expected);

    /* Appends n bytes. -1: out of memory, or the reply is too large; the transfer must be cancelled. */
    int (*write)(struct idocr_sink *self, const void *bytes, size_t n);
};

#endif
