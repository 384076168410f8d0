/* SPDX-License-Identifier: MIT
 *
 * Measures preparing a picture for sending (encode, wrap in JSON, hash, sign) beside OpenSSL's SHA-256 of the
 * same body: the C core alone, in turns of some milliseconds.
 *
 *   prepare ROUNDS BODY-FILE PICTURE…      prints "SIZE SHA MEMORY FILE SIGN ENCODE" a line, microseconds per picture
 *   prepare count WHAT TIMES PICTURE       does one thing so many times (for callgrind): memory, file, sign
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>

#include "../../csrc/base64.h"
#include "../../csrc/base64_sha256.h"
#include "../../csrc/body.h"
#include "../../csrc/digest.h"
#include "../../csrc/tc3.h"

/* 64 bytes, so that the base64 begins on a block of the hash. */
static const char PREFIX[] = "{\"RetImage\":true,\"ImageBase64\":                                \"";
static const char SUFFIX[] = "\"}";

static struct idocr_tc3_signer signer;
static struct idocr_body *body;
static bool fused;
static volatile unsigned sink;

static void check(int result, const char *what)
{
    if (result != 0) {
        fprintf(stderr, "prepare: %s failed\n", what);
        exit(1);
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static struct idocr_view view(const char *text) { return (struct idocr_view){text, strlen(text)}; }

static void sign(const uint8_t digest[IDOCR_SHA256_SIZE])
{
    char hex[2 * IDOCR_SHA256_SIZE], canonical[2048], names[2048], value[1024];
    struct idocr_error error;
    idocr_hex(digest, IDOCR_SHA256_SIZE, hex);
    struct idocr_tc3_request request = {
        .method = view("POST"), .uri = view("/"), .query = view(""), .payload_hash = {hex, sizeof hex}, .header_count = 2,
    };
    request.headers[0] = (struct idocr_tc3_header){view("content-type"), view("application/json")};
    request.headers[1] = (struct idocr_tc3_header){view("host"), view("ocr.intl.tencentcloudapi.com")};
    struct idocr_text scratch = {canonical, 0, sizeof canonical, 0}, list = {names, 0, sizeof names, 0};
    struct idocr_text out = {value, 0, sizeof value, 0};
    check(idocr_tc3_authorize(&signer, &request, 1767225600, view("ocr"), &scratch, &list, &out, &error), "sign");
    sink += (unsigned char)value[out.length - 1];
}

static void prepare(struct idocr_image *image)
{
    struct idocr_error error;
    bool done = false;
    memset(body, 0, idocr_body_size(3));
    idocr_body_init(body, 3, fused);
    check(idocr_body_add_literal(body, PREFIX, sizeof PREFIX - 1, &error), "prefix");
    check(idocr_body_add_image(body, image, IDOCR_BASE64, &error), "image");
    check(idocr_body_add_literal(body, SUFFIX, sizeof SUFFIX - 1, &error), "suffix");
    while (!done)
        check(idocr_body_hash(body, UINT64_MAX, &done, &error), "hash");
    sign(body->digest);
    idocr_body_release(body);
}

static void prepare_memory(const char *bytes, size_t length)
{
    struct idocr_image image = {0};
    idocr_image_borrow(&image, bytes, length);
    prepare(&image);
    idocr_image_release(&image);
}

static void prepare_file(const char *path)
{
    struct idocr_image image = {0};
    struct idocr_error error;
    check(idocr_image_open(&image, path, &error), path);
    prepare(&image);
    idocr_image_release(&image);
}

static char *load(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    check(file == NULL || fseek(file, 0, SEEK_END) != 0, path);
    *length = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*length);
    check(fread(bytes, 1, *length, file) != *length, path);
    fclose(file);
    return bytes;
}

/* The body as it is sent, to be hashed by OpenSSL alone. */
static char *whole_body(const char *bytes, size_t length, size_t *total)
{
    size_t chars = idocr_base64_encoded_length(length);
    *total = sizeof PREFIX - 1 + chars + sizeof SUFFIX - 1;
    char *text = malloc(*total);
    memcpy(text, PREFIX, sizeof PREFIX - 1);
    idocr_base64_encode((const uint8_t *)bytes, length, text + sizeof PREFIX - 1);
    memcpy(text + sizeof PREFIX - 1 + chars, SUFFIX, sizeof SUFFIX - 1);
    return text;
}

static void measure(const char *path)
{
    enum { SHA, MEMORY, FILE_, SIGN, ENCODE, KINDS };
    size_t length, total;
    char *bytes = load(path, &length), *text = whole_body(bytes, length, &total), *scratch = malloc(total);
    uint8_t digest[EVP_MAX_MD_SIZE];
    EVP_MD *sha256 = EVP_MD_fetch(NULL, "SHA256", NULL); /* once: a fetch costs microseconds */
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    memset(scratch, 0, total);
    int times = (int)(4 * 1024 * 1024 / total) + 1;
    double spent[KINDS];
    for (int kind = SHA; kind < KINDS; kind++) {
        int turns = kind == SIGN ? 2000 : times;
        double began = now();
        for (int i = 0; i < turns; i++)
            switch (kind) {
            case SHA:
                check(EVP_DigestInit_ex2(context, sha256, NULL) != 1 || EVP_DigestUpdate(context, text, total) != 1 ||
                          EVP_DigestFinal_ex(context, digest, NULL) != 1, "sha");
                break;
            case MEMORY: prepare_memory(bytes, length); break;
            case FILE_: prepare_file(path); break;
            case SIGN: sign(digest); break;
            default: idocr_base64_encode((const uint8_t *)bytes, length, scratch);
            }
        spent[kind] = (now() - began) / turns;
    }
    printf("%zu %.3f %.3f %.3f %.3f %.3f\n", length, spent[SHA], spent[MEMORY], spent[FILE_], spent[SIGN], spent[ENCODE]);
    EVP_MD_CTX_free(context);
    EVP_MD_free(sha256);
    free(bytes), free(text), free(scratch);
}

static int count(const char *what, int times, const char *path)
{
    size_t length;
    char *bytes = load(path, &length);
    uint8_t digest[IDOCR_SHA256_SIZE] = {0};
    for (int i = 0; i < times; i++) {
        if (strcmp(what, "sign") == 0)
            sign(digest);
        else if (strcmp(what, "file") == 0)
            prepare_file(path);
        else
            prepare_memory(bytes, length);
    }
    free(bytes);
    return 0;
}

int main(int words, char **word)
{
    struct idocr_error error;
    if (words < 4)
        return 2;
    fused = idocr_base64_sha256_available();
    body = malloc(idocr_body_size(3));
    check(idocr_tc3_signer_init(&signer, view("AKIDxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), view("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"),
                                &error), "signer");
    if (strcmp(word[1], "count") == 0)
        return words == 5 ? count(word[2], atoi(word[3]), word[4]) : 2;
    for (int round = atoi(word[1]); round > 0; round--)
        for (int i = 2; i < words; i++)
            measure(word[i]);
    return 0;
}
