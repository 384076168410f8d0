/* SPDX-License-Identifier: MIT
 *
 * What every transfer does the same way: callbacks and lasting options of its libcurl handle.
 */
#include "transfer_handle.h"

#include <stdio.h> /* SEEK_SET */
#include <time.h>

/* An idle connection is dropped after this many seconds: the services close theirs after 60, and a request that
 * meets the closing on its way is lost. */
#define MAX_IDLE_SECONDS 45L

/* Measured: 16 KB costs 1.7 times the CPU of 64 KB; four times as much saves 15 % for a lone large upload and loses as much when
 * sixteen share the cache (and is 168 KB more for each of hundreds in flight). Plain, multiples of 56 KB: the kernel takes a little
 * less than 64 KB into one packet, and what is left over of 64 KB travels alone, which costs 5 to 12 % of a call. Over TLS whole
 * records of 16 KB: half a one costs 2 %. */
static const struct {
    long shared, lone; /* bytes */
} upload_buffers[] = {{56L * 1024L, 224L * 1024L}, {48L * 1024L, 240L * 1024L}};

/* A reused connection that ends this soon after the request began, without a byte of reply, was dead before: recognising
 * a card takes longer, a reset one round trip. */
#define STALE_WITHIN_MS 1000

int64_t idocr_transfer_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- callbacks: plain C, no Lua --------------------------------------------------------------------------------- */

static size_t on_read(char *into, size_t size, size_t count, void *context)
{
    struct idocr_transfer *t = context;
    uint64_t left = t->length - t->pulled;
    size_t max = size * count, got = 0;
    if (left < max)
        max = (size_t)left;
    if (max == 0)
        return 0;
    if (t->source->read(t->source, into, max, &got) != 0) {
        t->source_error = t->source->error(t->source);
        return CURL_READFUNC_ABORT;
    }
    if (got == 0) {
        t->source_error = "the body is shorter than it was";
        return CURL_READFUNC_ABORT;
    }
    t->pulled += got;
    return got;
}

/* libcurl repeats a request by itself when a reused connection turns out dead before any reply byte. Right while the
 * body was only on its way: the service cannot have acted on it. Once all of it is out, the call may be billed, unless
 * the end came at once: then the server had closed the idle connection before the request reached it. */
static bool may_repeat(struct idocr_transfer *t)
{
    t->rewind_refused = !t->repeatable && idocr_transfer_now_ms() - t->started_ms > STALE_WITHIN_MS;
    return !t->rewind_refused;
}

static int on_seek(void *context, curl_off_t offset, int origin)
{
    struct idocr_transfer *t = context;
    if (offset != 0 || origin != SEEK_SET)
        return CURL_SEEKFUNC_FAIL;
    if (t->pulled == t->length && !may_repeat(t))
        return CURL_SEEKFUNC_FAIL;
    if (t->source->rewind(t->source) != 0) {
        t->source_error = t->source->error(t->source);
        return CURL_SEEKFUNC_FAIL;
    }
    t->pulled = 0;
    return CURL_SEEKFUNC_OK;
}

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
    struct idocr_transfer *t = context;
    return idocr_response_header_line(&t->response, line, size * count) ? size * count : 0;
}

/* Gets decompressed bytes, so the cap holds against a bomb; libcurl's own counters know only what was on the wire. */
static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct idocr_transfer *t = context;
    curl_off_t announced = 0;
    if (t->response.taken == 0 && curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced) != CURLE_OK)
        announced = 0;
    return idocr_response_body(&t->response, bytes, size * count, announced > 0 ? (uint64_t)announced : 0) ? size * count : 0;
}

static int on_request(void *context, char *remote, char *local, int remote_port, int local_port)
{
    (void)remote, (void)local, (void)remote_port, (void)local_port;
    struct idocr_transfer *t = context;
    /* A small body goes out with the head, and libcurl does not ask before it sends it again. */
    if (t->requested && t->whole != NULL && !may_repeat(t))
        return CURL_PREREQFUNC_ABORT;
    t->requested = true;
    return CURL_PREREQFUNC_OK;
}

bool idocr_transfer_set_buffer(struct idocr_transfer *t, bool tls)
{
    long room = t->set->active == 0 ? upload_buffers[tls].lone : upload_buffers[tls].shared;
    if (t->length <= (uint64_t)upload_buffers[tls].shared || room == t->upload_buffer)
        return true;
    t->upload_buffer = room; /* libcurl throws the old one away */
    return curl_easy_setopt(t->easy, CURLOPT_UPLOAD_BUFFERSIZE, room) == CURLE_OK;
}

/* ---- options ---------------------------------------------------------------------------------------------------- */

bool idocr_transfer_set_up(struct idocr_transfer *t)
{
    const struct idocr_transfers *set = t->set;
    CURL *easy = t->easy;
    bool ok = true;
#define SET(option, value) (ok = curl_easy_setopt(easy, option, value) == CURLE_OK && ok)
    SET(CURLOPT_PRIVATE, t);
    SET(CURLOPT_READFUNCTION, on_read);
    SET(CURLOPT_READDATA, t);
    SET(CURLOPT_SEEKFUNCTION, on_seek);
    SET(CURLOPT_SEEKDATA, t);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, t);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, t);
    SET(CURLOPT_PREREQFUNCTION, on_request);
    SET(CURLOPT_PREREQDATA, t);
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    SET(CURLOPT_FOLLOWLOCATION, 0L); /* a signature is for one host */
    SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
    SET(CURLOPT_NOSIGNAL, set->no_signal ? 1L : 0L);
    SET(CURLOPT_TCP_NODELAY, 1L); /* with Nagle's delay a 1 MB upload takes three times as long */
    t->upload_buffer = upload_buffers[false].shared;
    SET(CURLOPT_UPLOAD_BUFFERSIZE, t->upload_buffer);
    SET(CURLOPT_MAXAGE_CONN, MAX_IDLE_SECONDS);
    /* HTTP/2 where the server picks it in the handshake. It costs more CPU than 1.1 for uploads (1.15 to 1.6 times,
     * measured) and spares connections; `http1` is the way to say no. */
    SET(CURLOPT_HTTP_VERSION, (long)(set->http1 ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (set->ca_file != NULL || set->ca_path != NULL) {
        /* Both, so that trust in one's own CA does not leave the system's store trusted beside it. */
        SET(CURLOPT_CAINFO, set->ca_file);
        SET(CURLOPT_CAPATH, set->ca_path);
        SET(CURLOPT_PROXY_CAINFO, set->ca_file);
        SET(CURLOPT_PROXY_CAPATH, set->ca_path);
    }
    if (set->client_cert != NULL)
        SET(CURLOPT_SSLCERT, set->client_cert);
    if (set->client_key != NULL)
        SET(CURLOPT_SSLKEY, set->client_key);
#undef SET
    return ok;
}
