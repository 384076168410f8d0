/* SPDX-License-Identifier: MIT
 *
 * Fuzzes the fit of pictures: any bytes as a JPEG, PNG, BMP or WebP must end in an error, or in a JPEG of the declared size.
 * sources: csrc/fit*.c
 * flags: -DIDOCR_HAVE_WEBP -DIDOCR_HAVE_LCMS
 * longest: 65536
 * libraries: libjpeg libpng libwebp lcms2
 */
#include <stdlib.h>
#include <string.h>

#include "../../csrc/fit.h"
#include "../../csrc/fit_decoders.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
    struct idocr_source source;
    const uint8_t *bytes;
    size_t size, at, slice;
};

static uint64_t length(const struct idocr_source *source)
{
    return ((const struct memory *)source)->size;
}

static int read_some(struct idocr_source *source, void *into, size_t max, size_t *got)
{
    struct memory *memory = (struct memory *)source;
    size_t rest = memory->size - memory->at;
    *got = rest < max ? rest : max;
    if (*got > memory->slice)
        *got = memory->slice;
    memcpy(into, memory->bytes + memory->at, *got);
    memory->at += *got;
    return 0;
}

static int rewind_all(struct idocr_source *source)
{
    ((struct memory *)source)->at = 0;
    return 0;
}

static const char *error(const struct idocr_source *source)
{
    (void)source;
    return "none";
}

static const struct idocr_fit_decoder *decoder_of(const uint8_t *bytes, size_t size)
{
    if (size > 2 && bytes[0] == 0xff)
        return &idocr_fit_jpeg;
    if (size > 2 && bytes[0] == 'B')
        return &idocr_fit_bmp;
    return size > 2 && bytes[0] == 'R' ? &idocr_fit_webp : &idocr_fit_png;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3)
        return 0;
    struct idocr_fit_settings settings = {
        .longest = data[0] < 8 ? 0 : data[0] * 4u,
        .orientation = data[1] % 9,
        .quality = data[1] % 100 + 1,
        .most_pixels = 2 * 1000 * 1000, /* so that an input does not take seconds */
    };
    struct memory memory = {{IDOCR_SOURCE_MAGIC, length, read_some, rewind_all, error}, NULL, size - 2, 0, 1 + data[0] * 64u};
    uint8_t *copy = malloc(size - 2); /* exactly as long, so that a read behind it is found */
    if (copy == NULL)
        abort();
    memcpy(copy, data + 2, size - 2);
    memory.bytes = copy;
    struct idocr_fit *fit = idocr_fit_new(&memory.source, decoder_of(copy, size - 2), &settings);
    if (fit == NULL)
        abort();
    enum idocr_fit_status status;
    do
        status = idocr_fit_step(fit, data[1] < 128 ? 0 : 50);
    while (status == IDOCR_FIT_MORE);
    struct idocr_fit_result result = idocr_fit_result(fit);
    if (status == IDOCR_FIT_WAIT || status == IDOCR_FIT_TEMPORARY || (status == IDOCR_FIT_DONE) != (result.length > 0))
        abort();
    if (status == IDOCR_FIT_DONE && (result.width == 0 || result.height == 0 || result.width > 65500 || result.height > 65500 ||
                                     (result.bytes != NULL && (result.bytes[0] != 0xff || result.bytes[1] != 0xd8))))
        abort();
    idocr_fit_free(fit);
    free(copy);
    return 0;
}
