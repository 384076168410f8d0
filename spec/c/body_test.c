/* SPDX-License-Identifier: MIT
 *
 * Tests bodies with and without the combined hash against the assembled text: every offset of the picture in a hash block, slices
 * of all sizes, all encodings, from memory and from a file, which must be read in large slices.
 */
#define _FILE_OFFSET_BITS 64 /* as image.c */

#include "../../csrc/base64_sha256.h"
#include "../../csrc/body.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "tap.h"

static unsigned reads;

/* In the place of libc's. */
ssize_t pread(int fd, void *into, size_t length, off_t offset)
{
    reads++;
    return syscall(SYS_pread64, fd, into, length, offset);
}

#define LONGEST 200000
static uint8_t bytes[LONGEST];
static char path[] = "/tmp/idocr_body_XXXXXX";
static bool can_fuse;

static struct idocr_body *make(bool fused, size_t before, enum idocr_encoding encoding, size_t length, bool file,
                               struct idocr_image *image)
{
    static const char blanks[256] = "{\"ImageBase64\": ";
    struct idocr_error error;
    struct idocr_body *body = calloc(1, idocr_body_size(4));
    idocr_body_init(body, 4, fused);
    if (!file)
        idocr_image_borrow(image, bytes, length);
    else if (idocr_image_open(image, path, &error) != 0 || idocr_image_narrow(image, 7, length, &error) != 0)
        exit(2);
    if (idocr_body_add_literal(body, blanks, before, &error) != 0 || idocr_body_add_image(body, image, encoding, &error) != 0 ||
        idocr_body_add_literal(body, "\",", 2, &error) != 0 || idocr_body_add_image(body, image, IDOCR_BASE64, &error) != 0)
        exit(2);
    return body;
}

static void destroy(struct idocr_body *body, struct idocr_image *image)
{
    idocr_body_release(body);
    idocr_image_release(image);
    free(body);
}

/* The digest in slices of `slice`, and reads of changing size, against the text in one piece. */
static bool sound(struct idocr_body *body, uint64_t slice)
{
    static uint8_t whole[LONGEST * 6], again[LONGEST * 6];
    struct idocr_cursor start = {0}, parts = {0};
    struct idocr_error error;
    uint8_t expected[IDOCR_SHA256_SIZE];
    size_t length, got, done = 0;
    bool ready = false;
    if (idocr_body_read(body, &start, whole, sizeof whole, &length, &error) != 0 || length != body->length)
        return false;
    do {
        if (idocr_body_read(body, &parts, again + done, 1u + random_byte() % 97u * (slice > 100 ? 50 : 1), &got, &error) != 0)
            return false;
        done += got;
    } while (got > 0);
    while (!ready)
        if (idocr_body_hash(body, slice, &ready, &error) != 0)
            return false;
    idocr_sha256_of(whole, length, expected);
    return done == length && memcmp(whole, again, length) == 0 && memcmp(expected, body->digest, sizeof expected) == 0;
}

static void digests(bool file)
{
    static const size_t lengths[] = {1, 2, 3, 35, 36, 47, 48, 49, 95, 96, 97, 143, 144, 1000, 12289};
    static const uint64_t slices[] = {1, 2, 3, 63, 64, 65, 100, 1000, UINT64_MAX};
    struct idocr_image image;
    for (int encoding = IDOCR_RAW; encoding <= IDOCR_FORM; encoding++)
        for (int fused = 0; fused <= can_fuse; fused++) {
            bool good = true;
            for (size_t before = 0; before <= 130; before += file ? 13 : 1)
                for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
                    size_t pick = (before + i) % (sizeof slices / sizeof *slices);
                    struct idocr_body *body = make(fused, before, encoding, lengths[i], file, &image);
                    good = good && sound(body, slices[pick]);
                    destroy(body, &image);
                }
            static const char *const names[] = {"", "raw", "base64", "form"};
            char detail[64];
            snprintf(detail, sizeof detail, "%s, %s, %s", names[encoding], fused ? "fused" : "not fused", file ? "file" : "bytes");
            ok(good, "digest and reads give the assembled text", detail);
        }
}

static void whole_reads(void)
{
    struct idocr_image image;
    struct idocr_error error;
    bool ready;
    unsigned most = 0;
    for (size_t before = 0; before < 70; before++) {
        struct idocr_body *body = make(can_fuse, before, IDOCR_BASE64, LONGEST - 7, true, &image);
        reads = 0;
        if (idocr_body_hash(body, UINT64_MAX, &ready, &error) != 0 || !ready)
            exit(2);
        most = reads > most ? reads : most;
        destroy(body, &image);
    }
    /* Two pictures, 12 KB at a time, and for each what leads up to a block. */
    ok(most > 0 && most <= 2 * (LONGEST / (12 * 1024) + 1 + 4), "a picture is read in whole slices wherever it begins", "");
}

static void released(void)
{
    struct idocr_image image;
    struct idocr_error error;
    struct idocr_body *body = make(can_fuse, 10, IDOCR_BASE64, 1000, true, &image);
    uint8_t room[16];
    size_t got;
    bool ready = false;
    while (body->hash.segment == 0) /* half-way */
        idocr_body_hash(body, 1, &ready, &error);
    idocr_body_release(body);
    idocr_body_release(body);
    int good = body->source.length(&body->source) == 0 && body->source.read(&body->source, room, sizeof room, &got) == 0 && got == 0;
    good = good && idocr_body_hash(body, UINT64_MAX, &ready, &error) == 0 && ready && image.users == 1 && body->source.magic == 0;
    ok(good, "a released body is empty", "");
    destroy(body, &image);
}

int main(void)
{
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = random_byte();
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, bytes, sizeof bytes) != (ssize_t)sizeof bytes)
        return 2;
    close(fd);
    can_fuse = idocr_base64_sha256_available();
    digests(false);
    digests(true);
    whole_reads();
    released();
    unlink(path);
    return tap_done();
}
