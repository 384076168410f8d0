/* SPDX-License-Identifier: MIT
 *
 * Tests picture headers at the end of a page: every truncation and many random changes of valid headers, directly before memory
 * that must not be read.
 */
#include "../../csrc/image_info.h"

#include "tap.h"

static const struct {
    const char *name;
    size_t length;
    const char *bytes;
} samples[] = {
#define SAMPLE(name, bytes) {name, sizeof bytes - 1, bytes}
    SAMPLE("jpeg", "\xff\xd8\xff\xe1\0\x22"
                   "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
                   "\xff\xc0\0\x0b\x08\0\x10\0\x20\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0data\xff\xd9"),
    SAMPLE("png", "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x10\0\0\0\x20\x08\x02\0\0\0crc.\0\0\0\x1a"
                  "eXIfMM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0crc.\0\0\0\0IEND\xae\x42\x60\x82"),
    SAMPLE("bmp", "BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                  "\0\0\0\0pixelspixelspixe"),
    SAMPLE("gif", "GIF89a\x10\0\x20\0\0\0\0data;\0"),
    SAMPLE("webp", "RIFF\x42\0\0\0WEBPVP8X\x0a\0\0\0\x08\0\0\0\x7f\x02\0\xdf\x01\0"
                   "EXIF\x20\0\0\0"
                   "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x05\0\0\0"),
    SAMPLE("pdf", "junk %PDF-1.4 text %%EOF\n"),
};

static int inspect(const uint8_t *bytes, size_t length)
{
    struct idocr_image image;
    struct idocr_image_info info;
    struct idocr_error error;
    idocr_image_borrow(&image, bytes, length);
    return idocr_image_inspect(&image, &info, &error) == 0 && info.orientation <= 8 ? info.format != NULL : -1;
}

int main(void)
{
    enum { ROOM = 256 };
    uint8_t *end = fenced(ROOM) + ROOM;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        size_t whole = samples[i].length;
        int good = whole <= ROOM, known = 0;
        for (size_t length = 0; length <= whole; length++) {
            memcpy(end - length, samples[i].bytes, length);
            known = inspect(end - length, length);
            good = good && known >= 0;
        }
        ok(good && known == 1, "every cut is answered, the whole one is known", samples[i].name);
        for (int round = 0; good && round < 200000; round++) {
            size_t length = whole - random_byte() % 16 % whole;
            uint8_t *bytes = end - length;
            memcpy(bytes, samples[i].bytes, length);
            for (int change = 0; change <= round % 4; change++)
                bytes[(size_t)(random_byte() * 256 + random_byte()) % length] = round % 3 == 0 ? 0xff : random_byte();
            good = inspect(bytes, length) >= 0;
        }
        ok(good, "random changes are survived", samples[i].name);
    }
    return tap_done();
}
