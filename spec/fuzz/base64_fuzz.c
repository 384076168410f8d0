/* SPDX-License-Identifier: MIT
 *
 * Fuzzes base64: any text through every kernel's decoder, which must agree with the portable one, and back.
 * sources: csrc/base64.c csrc/base64_x86.c csrc/base64_arm.c csrc/base64_sha256.c csrc/digest.c
 * longest: 65536
 */
#include <stdlib.h>
#include <string.h>

#include "../../csrc/base64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t room = idocr_base64_decoded_capacity(size), last = 0, length, bad;
    while (idocr_base64_kernel(last + 1) != NULL)
        last++;
    char *text = malloc(size + 1), *again = malloc(size + 4);
    uint8_t *expected = malloc(room + 1);
    memcpy(text, data, size);
    const char *problem = idocr_base64_decode_with(idocr_base64_kernel(last), text, size, expected, &length, &bad);
    for (size_t i = 0; i <= last; i++) {
        uint8_t *bytes = malloc(room); /* exactly as much as is promised */
        size_t got, place;
        const char *said = idocr_base64_decode_with(idocr_base64_kernel(i), text, size, bytes, &got, &place);
        if (said != problem || (problem != NULL && place != bad) || (problem == NULL && (got != length || memcmp(bytes, expected, got))))
            abort();
        if (problem == NULL) {
            idocr_base64_encode_with(idocr_base64_kernel(i), bytes, got, again);
            if (idocr_base64_encoded_length(got) != size || memcmp(again, text, size) != 0)
                abort();
        }
        free(bytes);
    }
    free(text), free(again), free(expected);
    return 0;
}
