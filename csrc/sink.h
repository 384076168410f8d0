/* SPDX-License-Identifier: MIT
 *
 * A byte sink: where a transfer puts the reply while it arrives. The counterpart of source.h: a reply object of
 * idocr.core starts with this struct and idocr.curl writes into it, without sharing code.
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

    /* Forgets everything: a new reply begins (another attempt). `expected` bytes are announced; 0: nobody said. */
    void (*begin)(struct idocr_sink *self, uint64_t expected);

    /* Takes the next n bytes. 0, or -1: out of memory or over the cap, and the transfer must be abandoned. */
    int (*write)(struct idocr_sink *self, const void *bytes, size_t n);
};

#endif
