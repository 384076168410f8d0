/* SPDX-License-Identifier: MIT
 *
 * Runs one HTTP transfer from its start to its result: hands the body to libcurl, receives the response, applies the limits.
 */
#include "transfer_handle.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h> /* strncasecmp */

/* Finished transfers that are kept for reuse: saves 4 % of a 20 KB call and 1 % of a 200 KB call, and a new connection resumes the
 * TLS session that libcurl keeps in the handle. */
#define MAX_SPARE 64

/* A body below this is read in advance and sent with the head: one system call and one packet less, a fifth of the cost of a 20
 * KB call. libcurl does so below 64 KB. */
#define WHOLE_BELOW 65536

/* Unclean connections after which a transfer requires a new one. */
#define MAX_UNCLEAN 4

static void drop_body(struct idocr_transfer *t)
{
    t->whole = NULL;
    t->source = NULL;
}

void idocr_transfer_destroy(struct idocr_transfer *t)
{
    if (t == NULL)
        return;
    curl_easy_cleanup(t->easy);
    free(t->room);
    curl_slist_free_all(t->headers);
    curl_slist_free_all(t->connect_to);
    idocr_response_clear(&t->response);
    free(t);
}

struct idocr_transfer *idocr_transfer_make(struct idocr_transfers *set)
{
    struct idocr_transfer *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->set = set;
    t->fd = -1;
    t->easy = curl_easy_init();
    if (t->easy != NULL && idocr_transfer_set_up(t))
        return t;
    idocr_transfer_destroy(t);
    return NULL;
}

struct idocr_transfer *idocr_transfer_new(struct idocr_transfers *set, struct idocr_transfer **owner)
{
    idocr_transfers_enter(set);
    struct idocr_transfer *t = set->spare;
    if (t != NULL) {
        idocr_transfer_unlink(&set->spare, t);
        set->spares--;
    } else if ((t = idocr_transfer_make(set)) == NULL) {
        return NULL;
    }
    idocr_transfer_link(&set->used, t);
    t->state = FRESH;
    t->owner = owner;
    *owner = t;
    return t;
}

static int append_line(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer == NULL)
        return -1;
    *list = longer;
    return 0;
}

static bool same_name(const char *name, size_t length, const char *lower)
{
    if (strlen(lower) != length)
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = name[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != lower[i])
            return false;
    }
    return true;
}

int idocr_transfer_header(struct idocr_transfer *t, const char *name, size_t name_length, const char *value, size_t value_length)
{
    /* These three are set by the transport. */
    if (same_name(name, name_length, "content-length") || same_name(name, name_length, "transfer-encoding") ||
        same_name(name, name_length, "expect"))
        return 0;
    if (same_name(name, name_length, "content-type"))
        t->has_content_type = true;

    char small[512];
    char *line = small;
    if (name_length > SIZE_MAX - value_length - 3)
        return -1;
    if (name_length + value_length + 3 > sizeof small) {
        line = malloc(name_length + value_length + 3);
        if (line == NULL)
            return -1;
    }
    memcpy(line, name, name_length);
    if (value_length == 0) {
        memcpy(line + name_length, ";", 2); /* libcurl's way to send a header without a value */
    } else {
        memcpy(line + name_length, ": ", 2);
        memcpy(line + name_length + 2, value, value_length);
        line[name_length + 2 + value_length] = '\0';
    }
    int result = append_line(&t->headers, line);
    if (line != small)
        free(line);
    return result;
}

/* Reads a small body into memory that the handle keeps: malloc for each call would consolidate the free lists after each Lua
 * collection. -1: it cannot be read, see t->source_error. */
static int read_whole(struct idocr_transfer *t)
{
    if (t->length == 0 || t->length >= WHOLE_BELOW)
        return 0;
    if (t->length > t->room_size) {
        char *room = realloc(t->room, (size_t)t->length);
        if (room == NULL)
            return 0;
        t->room = room;
        t->room_size = (size_t)t->length;
    }
    t->whole = t->room;
    for (size_t got; t->pulled < t->length; t->pulled += got) {
        if (t->source->read(t->source, t->whole + t->pulled, (size_t)(t->length - t->pulled), &got) != 0)
            t->source_error = t->source->error(t->source);
        else if (got == 0)
            t->source_error = "the body has become shorter";
        if (t->source_error != NULL)
            return -1;
    }
    return 0;
}

static bool set_method(struct idocr_transfer *t, const char *method)
{
    CURL *easy = t->easy;
    bool ok = curl_easy_setopt(easy, CURLOPT_POSTFIELDS, t->whole) == CURLE_OK;
    ok = curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK && ok; /* resets the method of the last call */
    const char *custom = NULL;
    if (strcmp(method, "HEAD") == 0) {
        ok = curl_easy_setopt(easy, CURLOPT_NOBODY, 1L) == CURLE_OK && ok;
    } else if (t->source != NULL || strcmp(method, "POST") == 0) {
        ok = curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK && ok;
        ok = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->length) == CURLE_OK && ok;
        custom = strcmp(method, "POST") == 0 ? NULL : method;
    } else {
        custom = strcmp(method, "GET") == 0 ? NULL : method;
    }
    return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, custom) == CURLE_OK && ok;
}

void idocr_transfer_finish(struct idocr_transfer *t, const char *category, const char *code, enum idocr_sent sent,
                           const char *message)
{
    drop_body(t);
    t->response.sink = NULL;
    t->state = FINISHED;
    t->failed = true;
    idocr_failure_set(&t->failure, category, code, sent, "%s", message);
}

static long clamp_ms(int64_t ms)
{
    return ms < 1 ? 1L : ms > LONG_MAX / 2 ? LONG_MAX / 2 : (long)ms;
}

static void forget_outcome(struct idocr_transfer *t)
{
    t->fd = -1;
    t->opened = t->http2 = t->reused = t->requested = t->unclean = t->again = t->failed = false;
    memset(&t->loss, 0, sizeof t->loss);
    t->error_text[0] = '\0';
}

/* Adds the transfer to libcurl with the remaining time. */
static bool go(struct idocr_transfer *t, int64_t left_ms, bool fresh)
{
    const int64_t connect_ms = t->deadline_first || t->connect_ms > left_ms ? left_ms : t->connect_ms;
    bool ok = true;
#define SET(option, value) (ok = curl_easy_setopt(t->easy, option, value) == CURLE_OK && ok)
    SET(CURLOPT_CONNECTTIMEOUT_MS, clamp_ms(connect_ms));
    SET(CURLOPT_TIMEOUT_MS, clamp_ms(left_ms));
    SET(CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
    SET(CURLOPT_FORBID_REUSE, 0L);
    SET(CURLOPT_VERBOSE, 0L);
#undef SET
    return ok && curl_multi_add_handle(t->set->multi, t->easy) == CURLM_OK;
}

/* Rewinds the body, and reads it where it is small. false: the transfer is finished. */
static bool open_body(struct idocr_transfer *t, const struct idocr_transfer_request *request)
{
    t->source = request->source;
    t->length = request->source != NULL ? request->source->length(request->source) : 0;
    t->pulled = 0;
    t->source_error = NULL;
    if (t->length > INT64_MAX) {
        idocr_transfer_finish(t, "unsupported", "BodyTooLarge", IDOCR_SENT_NOTHING, "the body is too large");
        return false;
    }
    if (t->source != NULL && t->source->rewind(t->source) != 0)
        t->source_error = t->source->error(t->source);
    if (t->source_error == NULL && (t->source == NULL || read_whole(t) == 0))
        return true;
    idocr_transfer_finish(t, "image", "PictureChanged", IDOCR_SENT_NOTHING, t->source_error);
    return false;
}

/* Returns the largest compressed size of `max` bytes: incompressible data becomes a little longer. */
static uint64_t most_on_wire(size_t max)
{
    const uint64_t bound = INT64_MAX / 2;
    return max > bound ? bound : (uint64_t)max + (uint64_t)max / 64 + 1024;
}

int idocr_transfer_start(struct idocr_transfer *t, const struct idocr_transfer_request *request)
{
    forget_outcome(t);
    t->restarts = 0;
    t->until_ms = idocr_transfer_now_ms() + request->total_ms;
    t->connect_ms = request->connect_ms;
    t->deadline_first = request->total_ms <= request->connect_ms;
    t->tls = strncasecmp(request->url, "https:", 6) == 0;
    idocr_response_reset(&t->response, request->max_body, request->sink);
    if (!open_body(t, request))
        return -1;

    bool ok = append_line(&t->headers, "Expect:") == 0; /* libcurl would wait a second for a status 100 */
    if (!t->has_content_type)
        ok = append_line(&t->headers, "Content-Type:") == 0 && ok; /* none instead of libcurl's default */
    if (request->connect_to != NULL)
        ok = append_line(&t->connect_to, request->connect_to) == 0 && ok;
    const char *proxy = request->proxy != NULL ? request->proxy : t->set->proxy;
#define SET(option, value) (ok = curl_easy_setopt(t->easy, option, value) == CURLE_OK && ok)
    SET(CURLOPT_URL, request->url);
    t->proxied = proxy != NULL && *proxy != '\0';
    SET(CURLOPT_PROXY, proxy);
    SET(CURLOPT_NOPROXY, proxy != NULL ? "" : NULL); /* "": no_proxy was applied already */
    SET(CURLOPT_HTTPHEADER, t->headers);
    SET(CURLOPT_CONNECT_TO, t->connect_to);
    SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)most_on_wire(request->max_body));
#undef SET
    ok = idocr_transfer_set_buffer(t) && set_method(t, request->method) && ok;
    if (!ok || t->set->multi == NULL || !go(t, request->total_ms, request->fresh)) {
        idocr_transfer_finish(t, "network", "SendFailed", IDOCR_SENT_NOTHING, "out of memory");
        return -1;
    }
    t->state = ACTIVE;
    t->set->active++;
    return 0;
}

/* ---- the end ---------------------------------------------------------------------------------------------------- */

/* Returns whether the peer certainly did not act on the request: the connection was dead, broke before the whole request was
 * sent, or the HTTP/2 stream was refused. */
static bool is_dead_connection(const struct idocr_transfer *t, CURLcode code)
{
    const struct idocr_loss *loss = &t->loss;
    if (t->again && loss->stream_refused)
        return true;
    if (!loss->happened || loss->http1_wanted || !t->reused ||
        (!t->again && code != CURLE_SEND_ERROR && code != CURLE_RECV_ERROR && code != CURLE_GOT_NOTHING))
        return false;
    return loss->facts.not_taken || loss->sent == IDOCR_SENT_PART;
}

static void name_failure(struct idocr_transfer *t, CURLcode code)
{
    const struct idocr_loss *loss = &t->loss;
    const bool quiet = code == CURLE_OPERATION_TIMEDOUT;
    struct idocr_failure_facts facts = {
        .curl_code = (int)code,
        .requested = t->requested,
        .sent = t->again ? loss->sent : idocr_transfer_sent(t, quiet),
        .deadline_first = t->deadline_first,
        .again = t->again,
        .stream_refused = loss->stream_refused,
        .http1_wanted = loss->http1_wanted,
        .responding = t->response.status != 0,
        .proxied = t->proxied,
        .source_error = t->source_error,
        .error_text = t->error_text,
        .response_trouble = t->response.trouble,
        .malformed = t->response.malformed,
        .os_error = t->again ? loss->os_error : idocr_transfer_long(t, CURLINFO_OS_ERRNO),
        .verify_result = idocr_transfer_long(t, CURLINFO_SSL_VERIFYRESULT),
        .proxy_status = idocr_transfer_long(t, CURLINFO_HTTP_CONNECTCODE),
    };
    idocr_failure_from_curl(&t->failure, &facts);
    t->failure.dead_connection = is_dead_connection(t, code);
}

/* Removes the transfer from libcurl, which closes a connection with an incomplete request. */
static void take_back(struct idocr_transfer *t)
{
    t->fd = -1;
    curl_multi_remove_handle(t->set->multi, t->easy);
}

/* Starts a transfer again on another connection. Only where no byte of the request was sent, and the connection was refused. */
static bool restart(struct idocr_transfer *t)
{
    const int64_t left_ms = t->until_ms - idocr_transfer_now_ms();
    if (left_ms <= 0)
        return false;
    /* libcurl keeps a refused HTTP/2 connection while it has other streams. */
    const bool fresh = t->requested || t->http2 || ++t->restarts > MAX_UNCLEAN;
    if (t->whole == NULL && t->pulled > 0) {
        if (t->source->rewind(t->source) != 0)
            return false;
        t->pulled = 0;
    }
    take_back(t);
    forget_outcome(t);
    return go(t, left_ms, fresh);
}

bool idocr_transfer_conclude(struct idocr_transfer *t, CURLcode code)
{
    if (t->response.whole) {
        code = CURLE_OK;
    } else if (t->unclean && !t->requested) {
        if (restart(t))
            return false;
        code = CURLE_OPERATION_TIMEDOUT;
        t->deadline_first = true;
    } else if (code != CURLE_OK && code != CURLE_OPERATION_TIMEDOUT && t->loss.happened && t->loss.facts.untouched && restart(t)) {
        return false;
    }
    if (code == CURLE_OK && t->response.status == 0)
        code = CURLE_GOT_NOTHING;
    else if (code == CURLE_OK && !t->response.headers_done)
        code = CURLE_PARTIAL_FILE;
    else if (code == CURLE_OK && t->response.unknown_coding && idocr_transfer_bytes(t, CURLINFO_SIZE_DOWNLOAD_T) > 0)
        code = CURLE_BAD_CONTENT_ENCODING;
    else if (code == CURLE_BAD_CONTENT_ENCODING && !t->response.headers_done) { /* libcurl 8: before our own look at the header */
        t->response.trouble = IDOCR_RESPONSE_MALFORMED;
        t->response.malformed = "unknown transfer coding";
    }
    t->failed = code != CURLE_OK || t->again;
    if (t->failed)
        name_failure(t, code);
    take_back(t);
    drop_body(t);
    t->response.sink = NULL;
    t->state = FINISHED;
    t->set->active--;
    return true;
}

void idocr_transfer_cancel(struct idocr_transfer *t)
{
    enum idocr_sent sent = IDOCR_SENT_NOTHING;
    idocr_transfers_enter(t->set);
    if (t->state == ACTIVE) {
        sent = idocr_transfer_sent(t, true);
        take_back(t);
        t->set->active--;
    }
    if (t->state != FINISHED)
        idocr_transfer_finish(t, "closed", "Cancelled", sent, "the call was cancelled");
    drop_body(t);
    t->response.sink = NULL;
}

bool idocr_transfer_finished(const struct idocr_transfer *t)
{
    return t->state == FINISHED;
}

const struct idocr_failure *idocr_transfer_failure(const struct idocr_transfer *t)
{
    return t->failed ? &t->failure : NULL;
}

const struct idocr_response *idocr_transfer_response(const struct idocr_transfer *t)
{
    return &t->response;
}

void idocr_transfer_release(struct idocr_transfer *t)
{
    struct idocr_transfers *set = t->set;
    idocr_transfer_cancel(t);
    idocr_transfer_unqueue(t);
    idocr_transfer_unlink(&set->used, t);
    if (t->owner != NULL)
        *t->owner = NULL;
    t->owner = NULL;
    /* libcurl 7.88 keeps in the handle that a stream was refused, and would apply it to the next request. */
    if (set->spares >= MAX_SPARE || t->easy == NULL || t->again) {
        idocr_transfer_destroy(t);
        return;
    }
    curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, NULL);
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(t->easy, CURLOPT_CONNECT_TO, NULL);
    curl_slist_free_all(t->headers);
    curl_slist_free_all(t->connect_to);
    t->headers = t->connect_to = NULL;
    t->has_content_type = false;
    idocr_response_reset(&t->response, 0, NULL);
    idocr_transfer_link(&set->spare, t);
    set->spares++;
}
