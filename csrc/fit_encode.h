/* SPDX-License-Identifier: MIT
 *
 * Encodes a JPEG without metadata from its rows into memory, or from IDOCR_FIT_IN_MEMORY bytes on into an unlinked temporary file.
 */
#ifndef IDOCR_FIT_ENCODE_H
#define IDOCR_FIT_ENCODE_H

#include <stddef.h>
#include <stdint.h>

#include "fit_decoder.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

#define IDOCR_FIT_IN_MEMORY (1024 * 1024) /* bytes of the longest result that is held in memory */

struct idocr_fit_output {
    uint8_t *bytes; /* owned; NULL once the result is in the file */
    size_t room;
    uint64_t length; /* of the result */
    int fd;          /* owned; -1: none */
};

struct idocr_fit_encoder; /* owns its memory; the output belongs to the caller */

/* Starts a JPEG of rows of grey, RGB or YCC. NULL: out of memory. */
struct idocr_fit_encoder *idocr_fit_encoder_new(struct idocr_fit_output *output, uint32_t width, uint32_t height,
                                                enum idocr_fit_colour colour, int quality);

/* Encodes the next row. Returns IDOCR_FIT_DONE, IDOCR_FIT_NO_MEMORY or IDOCR_FIT_TEMPORARY. */
enum idocr_fit_status idocr_fit_encoder_row(struct idocr_fit_encoder *encoder, uint8_t *row);

/* Completes the JPEG after its last row. Returns the same. */
enum idocr_fit_status idocr_fit_encoder_finish(struct idocr_fit_encoder *encoder);

void idocr_fit_encoder_free(struct idocr_fit_encoder *encoder);

void idocr_fit_output_init(struct idocr_fit_output *output);
void idocr_fit_output_close(struct idocr_fit_output *output);

IDOCR_HIDDEN_END

#endif
