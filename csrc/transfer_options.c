/* SPDX-License-Identifier: MIT
 *
 * The permanent options of an easy handle, and the callbacks that read the body and receive the response.
 */
#include "transfer_handle.h"

#include <stdio.h> /* SEEK_SET */
#include <string.h>
#include <time.h>

/* Idle connections are closed after this many seconds: the services close theirs after 60, and a request sent at that moment is
 * lost. */
#define MAX_IDLE_SECONDS 45L

/* Upload buffers, measured. 16 KB costs 1.7 times the CPU of 64 KB; 256 KB saves 15 % for a single large upload and costs as much
 * when sixteen uploads share the cache (and 168 KB more memory for each). Without TLS, multiples of 56 KB: the kernel puts a
 * little less than 64 KB into one packet, and the rest of 64 KB would need another packet, which costs 5 to 12 % of a call.
 * With TLS, whole records of 16 KB: half a record costs 2 %. */
static const struct {
    long shared, lone; /* bytes */
} upload_buffers[] = {{56L * 1024L, 224L * 1024L}, {48L * 1024L, 240L * 1024L}};

int64_t idocr_transfer_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

long idocr_transfer_long(const struct idocr_transfer *t, CURLINFO what)
{
    long value = 0;
    return curl_easy_getinfo(t->easy, what, &value) == CURLE_OK ? value : 0;
}

uint64_t idocr_transfer_bytes(const struct idocr_transfer *t, CURLINFO what)
{
    curl_off_t value = 0;
    return curl_easy_getinfo(t->easy, what, &value) == CURLE_OK && value > 0 ? (uint64_t)value : 0;
}

/* ---- callbacks, which never call Lua----------------------------------------------------------------------------- */

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
        t->source_error = "the body has become shorter";
        return CURL_READFUNC_ABORT;
    }
    t->pulled += got;
    return got;
}

/* libcurl rewinds a body to send the request once more: see is_again() in transfer_connection.c. */
static int on_seek(void *context, curl_off_t offset, int origin)
{
    struct idocr_transfer *t = context;
    if (offset != 0 || origin != SEEK_SET)
        return CURL_SEEKFUNC_FAIL;
    if (t->requested) {
        idocr_transfer_lost(t);
        t->again = true;
        return CURL_SEEKFUNC_FAIL;
    }
    if (t->source->rewind(t->source) != 0) {
        t->source_error = t->source->error(t->source);
        return CURL_SEEKFUNC_FAIL;
    }
    t->pulled = 0;
    return CURL_SEEKFUNC_OK;
}

/* Ends a transfer whose response is complete before the request is: the server may read no more, and libcurl would send until the
 * deadline. */
static bool is_early(const struct idocr_transfer *t)
{
    return t->length > 0 && idocr_transfer_bytes(t, CURLINFO_SIZE_UPLOAD_T) < t->length;
}

/* Returns the Content-Length, or 0 where libcurl reports -1: unknown. */
static bool has_announced_length(const struct idocr_transfer *t)
{
    curl_off_t announced = -1;
    return curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced) == CURLE_OK && announced >= 0 &&
           idocr_transfer_bytes(t, CURLINFO_SIZE_DOWNLOAD_T) >= (uint64_t)announced;
}

static void end_early(struct idocr_transfer *t)
{
    t->response.whole = true;
    t->set->attention = true;
}

/* Returns whether the connection can carry another request: not where the peer says that it closes. After an HTTP error, or a response that came before the whole request,
 * further responses may follow on HTTP/1, such as a load balancer's 408 for an idle connection; errors of the service have status 200.
 * After a response without a body libcurl would discard further bytes. */
static bool may_reuse(const struct idocr_response *response)
{
    return response->http2 || response->status < 200 ||
           (response->status == 200 && !response->early && !response->closes && (response->has_coding || response->length > 0));
}

/* Closes the connection when libcurl discards bytes after the last chunk, which it reports to this callback only: further bytes in
 * the kernel could be taken for the next response. */
static int on_debug(CURL *easy, curl_infotype type, char *text, size_t length, void *context)
{
    static const char leftovers[] = "Leftovers after chunking";
    (void)context;
    if (type == CURLINFO_TEXT && length >= sizeof leftovers - 1 && memcmp(text, leftovers, sizeof leftovers - 1) == 0)
        (void)curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    return 0;
}

/* Sets options that are reset when the handle starts again. */
static void watch_end(struct idocr_transfer *t)
{
    if (!may_reuse(&t->response))
        (void)curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L);
    else if (t->response.has_coding)
        (void)curl_easy_setopt(t->easy, CURLOPT_VERBOSE, 1L);
}

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
    struct idocr_transfer *t = context;
    if (!idocr_response_header_line(&t->response, line, size * count))
        return 0;
    if (t->response.headers_done && t->response.taken == 0 && is_early(t)) {
        t->response.early = true;
        if (has_announced_length(t))
            end_early(t);
    }
    if (t->response.headers_done)
        watch_end(t);
    return size * count;
}

/* Receives decompressed bytes, so that the limit also stops a decompression bomb; libcurl counts compressed bytes only. */
static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct idocr_transfer *t = context;
    const uint64_t announced = t->response.taken == 0 ? idocr_transfer_bytes(t, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T) : 0;
    if (!idocr_response_body(&t->response, bytes, size * count, announced))
        return 0;
    if (t->response.early && (has_announced_length(t) || idocr_response_json_closed(&t->response)) && is_early(t))
        end_early(t);
    return size * count;
}

bool idocr_transfer_set_buffer(struct idocr_transfer *t)
{
    long room = t->set->active == 0 ? upload_buffers[t->tls].lone : upload_buffers[t->tls].shared;
    if (t->length <= (uint64_t)upload_buffers[t->tls].shared || room == t->upload_buffer)
        return true;
    t->upload_buffer = room; /* libcurl frees the old one */
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
    SET(CURLOPT_DEBUGFUNCTION, on_debug);
    ok = idocr_transfer_watch(t) && ok;
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    SET(CURLOPT_FOLLOWLOCATION, 0L); /* a signature is valid for one host */
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
        /* Sets both, so that the system's store is not trusted beside the given one. */
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
