/* SPDX-License-Identifier: MIT
 *
 * Recognises the format of a file by its first bytes: formats that the services accept, other picture formats, and other files
 * that are sent by mistake.
 */
#ifndef IDOCR_IMAGE_FORMAT_H
#define IDOCR_IMAGE_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "visibility.h"

IDOCR_HIDDEN_BEGIN

#define IDOCR_IMAGE_HEAD 1024 /* bytes that suffice to recognise every format */

/* Returns the name of the format of a file that begins with `length` bytes (all of it, or IDOCR_IMAGE_HEAD), or NULL:
 * "jpeg", "png", "bmp", "gif", "pdf", "webp";
 * "heic", "heif", "avif", "tiff", "dng", "jpegxl", "jpeg2000", "jpegxr", "psd", "ico", "svg", "raw" (a camera's own format);
 * "video", "zip", "gzip", "html", "appledouble" (the side file of a Mac), "base64", "data_url". */
const char *idocr_image_format(const uint8_t *head, size_t length);

IDOCR_HIDDEN_END

#endif
