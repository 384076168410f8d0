/* SPDX-License-Identifier: MIT
 *
 * Decodes HEIC and AVIF for a fit with libheif. The file and the pixels are held, and the pixels are decoded in one call of the
 * library: in a thread where the caller allows it.
 */
#ifndef IDOCR_HEIF_H
#define IDOCR_HEIF_H

#include "fit_decoder.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

extern const struct idocr_fit_decoder idocr_heif_decoder;

IDOCR_HIDDEN_END

#endif
