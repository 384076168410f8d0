/* SPDX-License-Identifier: MIT
 *
 * The decoders of idocr.fit. That of WebP is there where libwebp was found by the build.
 */
#ifndef IDOCR_FIT_DECODERS_H
#define IDOCR_FIT_DECODERS_H

#include "fit_decoder.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

extern const struct idocr_fit_decoder idocr_fit_jpeg, idocr_fit_png, idocr_fit_bmp;
#ifdef IDOCR_HAVE_WEBP
extern const struct idocr_fit_decoder idocr_fit_webp;
#endif

IDOCR_HIDDEN_END

#endif
