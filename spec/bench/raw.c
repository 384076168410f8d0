/* SPDX-License-Identifier: MIT
 *
 * The floor of a call: a libcurl loop that sends ready bytes, with all options set once per handle; with "sha" it also
 * takes OpenSSL's SHA-256 of the body before each request, which no signed call can do without.
 *
 *   raw plain|sha CA-FILE        then on standard input, a line each: URL PICTURE BODY-FILE IN-FLIGHT COUNT
 *
 * Answers each line with "CPU WALL", microseconds per call.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <curl/curl.h>
#include <openssl/evp.h>

enum { MOST = 256 };

static const char *const HEADERS[] = {
    "Expect:", "Host: ocr.intl.tencentcloudapi.com", "Content-Type: application/json",
    "Authorization: TC3-HMAC-SHA256 Credential=AKIDxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx/2026-01-01/ocr/tc3_request, "
    "SignedHeaders=content-type;host, Signature=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "X-TC-Action: MLIDPassportOCR", "X-TC-Version: 2018-11-19", "X-TC-Timestamp: 1767225600", "X-TC-RequestClient: bench",
};

static CURLM *multi;
static CURL *handles[MOST];
static struct curl_slist *headers;
static const char *ca_file;
static bool with_sha;
static EVP_MD *sha256;
static EVP_MD_CTX *context;

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t swallow(char *bytes, size_t size, size_t count, void *nothing)
{
    (void)bytes, (void)nothing;
    return size * count;
}

static CURL *new_handle(void)
{
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    return easy;
}

static char *load(const char *path, long *length)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(1);
    }
    *length = ftell(file);
    rewind(file);
    char *bytes = malloc((size_t)*length);
    if (fread(bytes, 1, (size_t)*length, file) != (size_t)*length)
        exit(1);
    fclose(file);
    return bytes;
}

static void start(CURL *easy, const char *body, long length)
{
    if (with_sha) {
        unsigned char digest[EVP_MAX_MD_SIZE];
        EVP_DigestInit_ex2(context, sha256, NULL);
        EVP_DigestUpdate(context, body, (size_t)length);
        EVP_DigestFinal_ex(context, digest, NULL);
    }
    curl_multi_add_handle(multi, easy);
}

static void run(const char *url, const char *body, long length, int in_flight, int count)
{
    int started = 0, done = 0;
    for (; started < in_flight && started < count; started++) {
        if (handles[started] == NULL)
            handles[started] = new_handle();
        curl_easy_setopt(handles[started], CURLOPT_URL, url);
        curl_easy_setopt(handles[started], CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(handles[started], CURLOPT_POSTFIELDSIZE, length);
        start(handles[started], body, length);
    }
    while (done < count) {
        int running, left;
        curl_multi_perform(multi, &running);
        CURLMsg *message;
        bool any = false;
        while ((message = curl_multi_info_read(multi, &left)) != NULL) {
            CURL *easy = message->easy_handle;
            if (message->data.result != CURLE_OK) {
                fprintf(stderr, "raw: %s\n", curl_easy_strerror(message->data.result));
                exit(1);
            }
            any = true;
            done++;
            curl_multi_remove_handle(multi, easy);
            if (started < count) {
                started++;
                start(easy, body, length);
            }
        }
        if (!any && done < count)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
}

int main(int words, char **word)
{
    if (words < 3)
        return 2;
    with_sha = strcmp(word[1], "sha") == 0;
    ca_file = word[2];
    curl_global_init(CURL_GLOBAL_DEFAULT);
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL); /* once: a fetch costs microseconds */
    context = EVP_MD_CTX_new();
    multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)MOST);
    for (size_t i = 0; i < sizeof HEADERS / sizeof *HEADERS; i++)
        headers = curl_slist_append(headers, HEADERS[i]);

    char url[256], picture[1024], path[1024];
    int in_flight, count;
    while (scanf("%255s %1023s %1023s %d %d", url, picture, path, &in_flight, &count) == 5 && in_flight <= MOST) {
        long length;
        char *body = load(path, &length);
        run(url, body, length, in_flight, in_flight); /* connections */
        double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
        run(url, body, length, in_flight, count);
        printf("%.3f %.3f\n", (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / count * 1e6,
               (seconds(CLOCK_MONOTONIC) - wall) / count * 1e6);
        fflush(stdout);
        free(body);
    }
    return 0;
}
