/* SPDX-License-Identifier: MIT
 *
 * The interface of the decoders of a fit, one for each format. The one for HEIF is in a separate module, because its library is
 * large: a plugin object carries it from there into idocr.fit.
 */
#ifndef IDOCR_FIT_DECODER_H
#define IDOCR_FIT_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source.h"

enum idocr_fit_status {
    IDOCR_FIT_DONE, /* finished, or (of a decoder) the operation is complete */
    IDOCR_FIT_MORE, /* call again */
    IDOCR_FIT_WAIT, /* call again later: a thread works */
    /* errors */
    IDOCR_FIT_BROKEN,      /* the data is damaged */
    IDOCR_FIT_TRUNCATED,   /* the data ends before the picture does */
    IDOCR_FIT_TOO_LARGE,   /* more pixels, scans or memory than the limits below */
    IDOCR_FIT_UNSUPPORTED, /* a variant of the format that is not decoded */
    IDOCR_FIT_PROFILE,     /* the colour profile is damaged */
    IDOCR_FIT_NO_MEMORY,
    IDOCR_FIT_READ,      /* the source cannot be read: see its error */
    IDOCR_FIT_TEMPORARY, /* the temporary file cannot be written */
};

/* Pixels of a picture that is decoded row by row: phones make up to 200 million. */
#define IDOCR_FIT_MOST_STREAMED (UINT64_C(250) * 1000 * 1000)
/* Pixels of a picture that the decoder holds whole: a progressive JPEG, an interlaced PNG, WebP, HEIC. */
#define IDOCR_FIT_MOST_HELD (UINT64_C(50) * 1000 * 1000)
/* Bytes that a decoder may allocate for the pixels of one picture: 50 million of a progressive JPEG with subsampled colours. */
#define IDOCR_FIT_MOST_MEMORY (UINT64_C(160) * 1024 * 1024)
#define IDOCR_FIT_MOST_SIDE 200000                       /* pixels of a side */
#define IDOCR_FIT_MOST_SCANS 40                          /* of a progressive JPEG; encoders make about ten */
#define IDOCR_FIT_MOST_FILE (UINT64_C(64) * 1024 * 1024) /* bytes of a file that its decoder needs whole */

enum idocr_fit_colour { IDOCR_FIT_GREY = 1, IDOCR_FIT_RGB = 3, IDOCR_FIT_CMYK = 4, IDOCR_FIT_YCC = 5 };

/* What a decoder says about a picture. `inspect` fills everything; `start` may change width, height and colour. */
struct idocr_fit_picture {
    uint32_t width, height;       /* of the rows; `start` may choose smaller ones, but not below the size that it is given */
    enum idocr_fit_colour colour; /* channels of the rows, 1 byte each; CMYK as Adobe writes it: 255 is no ink */
    bool held;                    /* the decoder holds the picture whole */
    bool bottom_up;               /* rows come from the bottom to the top */
    const uint8_t *profile;       /* ICC profile, owned by the decoder; NULL: sRGB */
    size_t profile_length;
    uint64_t most_pixels; /* limit of the caller, set before `inspect` */
    bool background;      /* whether a thread may be used, set before `inspect` */
};

/* Each operation returns IDOCR_FIT_DONE when complete, IDOCR_FIT_MORE or IDOCR_FIT_WAIT when it must be called again, or an error. */
struct idocr_fit_decoder {
    /* Makes a decoder that reads `source`. NULL: out of memory. */
    void *(*open)(struct idocr_source *source);
    /* Parses the header. */
    enum idocr_fit_status (*inspect)(void *self, struct idocr_fit_picture *picture);
    /* Prepares rows for a result of about `width` x `height` (as stored), which is not larger than the picture. */
    enum idocr_fit_status (*start)(void *self, struct idocr_fit_picture *picture, uint32_t width, uint32_t height);
    /* Decodes the next row. */
    enum idocr_fit_status (*row)(void *self, uint8_t *row);
    void (*close)(void *self);
};

/* Returns the number of bytes of a pixel. */
static inline int idocr_fit_channels(enum idocr_fit_colour colour)
{
    return colour == IDOCR_FIT_YCC ? 3 : (int)colour;
}

/* Composites `width` pixels with an alpha channel (`colours` bytes and one of alpha each) on white, in place. */
static inline void idocr_fit_flatten(uint8_t *row, uint32_t width, int colours)
{
    const uint8_t *from = row;
    for (uint32_t x = 0; x < width; x++, from++) {
        unsigned alpha = from[colours];
        for (int i = 0; i < colours; i++, from++)
            *row++ = (uint8_t)((*from * alpha + 255u * (255u - alpha) + 127u) / 255u);
    }
}

/* Changes whenever struct idocr_fit_decoder or struct idocr_fit_picture changes. */
#define IDOCR_FIT_PLUGIN_MAGIC UINT32_C(0x1d0cf001)
#define IDOCR_FIT_PLUGIN_METATABLE "idocr.fit.decoder"

/* The userdata that brings a decoder of another module. */
struct idocr_fit_plugin {
    uint32_t magic;
    const struct idocr_fit_decoder *decoder;
};

#endif
