/* SPDX-License-Identifier: MIT
 *
 * Fuzzes the pixel decoders: any bytes as a JPEG or PNG, in slices, must end in a valid state and give finite measures.
 * sources: csrc/pixels*.c
 * longest: 65536
 * libraries: libjpeg libpng
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/pixels.h"
#include "../../csrc/pixels_decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    size_t slice = data[0] == 0 ? size : (size_t)data[0] * 7;
    struct idocr_decoder *decoder = idocr_decoder_new();
    if (decoder == NULL)
        return 0;
    enum idocr_decoder_state state = IDOCR_DECODER_MORE;
    for (size_t at = 1; at < size && state == IDOCR_DECODER_MORE; at += slice) {
        size_t length = slice < size - at ? slice : size - at;
        uint8_t *copy = malloc(length); /* exactly as long, so that a read behind it is found */
        if (copy == NULL)
            abort();
        memcpy(copy, data + at, length);
        state = idocr_decoder_feed(decoder, copy, length);
        free(copy);
    }
    if (state > IDOCR_DECODER_NO_MEMORY)
        abort();
    struct idocr_measures measures;
    if (idocr_decoder_measure(decoder, &measures) == 0 && !(isfinite(measures.sharpness) && isfinite(measures.sharpest) &&
        measures.brightness >= 0 && measures.brightness <= 255 && measures.dark >= 0 && measures.dark <= 1 &&
        measures.glare >= 0 && measures.glare <= 1 && measures.background >= 0 && measures.background <= 1 && isfinite(measures.chroma)))
        abort();
    idocr_decoder_free(decoder);
    return 0;
}
