/* SPDX-License-Identifier: MIT */
#include "transfer_handle.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h> /* strncasecmp */

/* Connections kept in all. More than ever run at once: libcurl closes a connection that becomes idle while there are
 * more than this, used ones counted. */
#define MAX_CONNECTIONS 512L

/* Finished transfers that wait for reuse with their options set; the others are freed. */
#define MAX_SPARE 64

/* A body below this is read in advance and goes out with the head, in one system call and one packet less to wake up for: a fifth
 * of what a 20 KB call costs. libcurl does so below 64 KB. */
#define WHOLE_BELOW 65536

/* Longest wait: an interpreter sees a signal only when it is back in control. */
#define MAX_WAIT_MS 1000

/* ---- lists ------------------------------------------------------------------------------------------------------ */

static void link_to(struct idocr_transfer **list, struct idocr_transfer *t)
{
    t->previous = NULL;
    t->next = *list;
    if (*list != NULL)
        (*list)->previous = t;
    *list = t;
}

static void unlink_from(struct idocr_transfer **list, struct idocr_transfer *t)
{
    if (t->previous != NULL)
        t->previous->next = t->next;
    else
        *list = t->next;
    if (t->next != NULL)
        t->next->previous = t->previous;
    t->previous = t->next = NULL;
}

static void queue_finished(struct idocr_transfer *t)
{
    struct idocr_transfers *set = t->set;
    t->waiting = NULL;
    if (set->last != NULL)
        set->last->waiting = t;
    else
        set->first = t;
    set->last = t;
    set->finished++;
}

static void unqueue(struct idocr_transfer *t)
{
    struct idocr_transfers *set = t->set;
    struct idocr_transfer *before = NULL, *at = set->first;
    while (at != NULL && at != t) {
        before = at;
        at = at->waiting;
    }
    if (at == NULL)
        return;
    if (before != NULL)
        before->waiting = t->waiting;
    else
        set->first = t->waiting;
    if (set->last == t)
        set->last = before;
    t->waiting = NULL;
    set->finished--;
}

/* ---- one transfer ----------------------------------------------------------------------------------------------- */

static void drop_body(struct idocr_transfer *t)
{
    t->whole = NULL;
    t->source = NULL;
}

static void transfer_destroy(struct idocr_transfer *t)
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

struct idocr_transfer *idocr_transfer_new(struct idocr_transfers *set, struct idocr_transfer **owner)
{
    struct idocr_transfer *t = set->spare;
    if (t != NULL) {
        unlink_from(&set->spare, t);
        set->spares--;
    } else {
        t = calloc(1, sizeof *t);
        if (t == NULL)
            return NULL;
        t->set = set;
        t->easy = curl_easy_init();
        if (t->easy == NULL || !idocr_transfer_set_up(t)) {
            transfer_destroy(t);
            return NULL;
        }
    }
    link_to(&set->used, t);
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

int idocr_transfer_header(struct idocr_transfer *t, const char *name, size_t name_length, const char *value,
                          size_t value_length)
{
    /* These three are the transport's own business. */
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

/* Reads a small body, into memory that stays with the handle: asked for anew each time it would have the allocator tidy up all
 * that Lua's collector left behind since. -1: it cannot be read, t->source_error says why. */
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
            t->source_error = "the body is shorter than it was";
        if (t->source_error != NULL)
            return -1;
    }
    return 0;
}

static bool set_method(struct idocr_transfer *t, const char *method)
{
    CURL *easy = t->easy;
    bool ok = curl_easy_setopt(easy, CURLOPT_POSTFIELDS, t->whole) == CURLE_OK;
    ok = curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK && ok; /* forgets the last call's method */
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

static void finish_with(struct idocr_transfer *t, const char *category, const char *code, const char *message)
{
    t->state = FINISHED;
    t->failed = true;
    idocr_failure_set(&t->failure, category, code, t->requested, "%s", message);
}

static long clamp_ms(int64_t ms) { return ms < 1 ? 1L : ms > LONG_MAX / 2 ? LONG_MAX / 2 : (long)ms; }

int idocr_transfer_start(struct idocr_transfer *t, const struct idocr_transfer_request *request)
{
    t->source = request->source;
    t->length = request->source != NULL ? request->source->length(request->source) : 0;
    t->pulled = 0;
    t->source_error = NULL;
    t->repeatable = request->repeatable;
    t->started_ms = idocr_transfer_now_ms();
    t->rewind_refused = t->requested = t->failed = false;
    t->deadline_first = request->total_ms <= request->connect_ms;
    idocr_response_reset(&t->response, request->max_body, request->sink);

    if (t->length > INT64_MAX) {
        finish_with(t, "unsupported", "BodyTooLarge", "the body is too large");
        return -1;
    }
    if (t->source != NULL && t->source->rewind(t->source) != 0)
        t->source_error = t->source->error(t->source);
    if (t->source_error != NULL || (t->source != NULL && read_whole(t) != 0)) {
        finish_with(t, "image", "PictureChanged", t->source_error);
        return -1;
    }

    const bool tls = strncasecmp(request->url, "https:", 6) == 0;
    bool ok = append_line(&t->headers, "Expect:") == 0; /* waiting for a 100 costs a second where none comes */
    if (!t->has_content_type)
        ok = append_line(&t->headers, "Content-Type:") == 0 && ok; /* none rather than libcurl's guess */
    if (request->connect_to != NULL)
        ok = append_line(&t->connect_to, request->connect_to) == 0 && ok;
    const char *proxy = request->proxy != NULL ? request->proxy : t->set->proxy;
#define SET(option, value) (ok = curl_easy_setopt(t->easy, option, value) == CURLE_OK && ok)
    SET(CURLOPT_URL, request->url);
    SET(CURLOPT_PROXY, proxy);
    SET(CURLOPT_NOPROXY, proxy != NULL ? "" : NULL); /* "": the host was compared with no_proxy already */
    SET(CURLOPT_HTTPHEADER, t->headers);
    SET(CURLOPT_CONNECT_TO, t->connect_to);
    SET(CURLOPT_CONNECTTIMEOUT_MS, clamp_ms(t->deadline_first ? request->total_ms : request->connect_ms));
    SET(CURLOPT_TIMEOUT_MS, clamp_ms(request->total_ms));
    SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)(request->max_body > INT64_MAX ? INT64_MAX : request->max_body));
#undef SET
    ok = idocr_transfer_set_buffer(t, tls) && set_method(t, request->method) && ok;
    if (!ok || curl_multi_add_handle(t->set->multi, t->easy) != CURLM_OK) {
        finish_with(t, "network", "SendFailed", "out of memory");
        return -1;
    }
    t->state = ACTIVE;
    t->set->active++;
    return 0;
}

static long info_long(CURL *easy, CURLINFO what)
{
    long value = 0;
    return curl_easy_getinfo(easy, what, &value) == CURLE_OK ? value : 0;
}

/* Takes an active transfer out of libcurl's hands and says how it went. */
static void conclude(struct idocr_transfer *t, CURLcode code)
{
    if (code == CURLE_OK && t->response.status == 0)
        code = CURLE_WEIRD_SERVER_REPLY;
    t->failed = code != CURLE_OK;
    if (t->failed) {
        struct idocr_failure_facts facts = {
            .curl_code = (int)code,
            .requested = t->requested,
            .deadline_first = t->deadline_first,
            .rewind_refused = t->rewind_refused,
            .source_error = t->source_error,
            .response_trouble = t->response.trouble,
            .os_error = info_long(t->easy, CURLINFO_OS_ERRNO),
            .verify_result = info_long(t->easy, CURLINFO_SSL_VERIFYRESULT),
            .proxy_status = info_long(t->easy, CURLINFO_HTTP_CONNECTCODE),
        };
        idocr_failure_from_curl(&t->failure, &facts);
    }
    curl_multi_remove_handle(t->set->multi, t->easy);
    drop_body(t);
    t->response.sink = NULL;
    t->state = FINISHED;
    t->set->active--;
}

void idocr_transfer_cancel(struct idocr_transfer *t)
{
    if (t->state == ACTIVE) {
        curl_multi_remove_handle(t->set->multi, t->easy); /* closes its connection: half a request is on it */
        t->set->active--;
    }
    if (t->state != FINISHED)
        finish_with(t, "closed", "Cancelled", "the call was cancelled");
    drop_body(t);
    t->response.sink = NULL;
}

bool idocr_transfer_finished(const struct idocr_transfer *t) { return t->state == FINISHED; }

const struct idocr_failure *idocr_transfer_failure(const struct idocr_transfer *t) { return t->failed ? &t->failure : NULL; }

const struct idocr_response *idocr_transfer_response(const struct idocr_transfer *t) { return &t->response; }

void idocr_transfer_release(struct idocr_transfer *t)
{
    struct idocr_transfers *set = t->set;
    idocr_transfer_cancel(t);
    unqueue(t);
    unlink_from(&set->used, t);
    if (t->owner != NULL)
        *t->owner = NULL;
    t->owner = NULL;
    if (set->spares >= MAX_SPARE) {
        transfer_destroy(t);
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
    link_to(&set->spare, t);
    set->spares++;
}

/* ---- the set ---------------------------------------------------------------------------------------------------- */

int idocr_transfers_start_library(void) { return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : -1; }

const char *idocr_transfers_library(void) { return curl_version(); }

static bool keep(char **kept, const char *text)
{
    if (text == NULL)
        return true;
    *kept = strdup(text);
    return *kept != NULL;
}

struct idocr_transfers *idocr_transfers_new(const struct idocr_transfers_options *options, const char **why)
{
    *why = "out of memory";
    struct idocr_transfers *set = calloc(1, sizeof *set);
    if (set == NULL)
        return NULL;
    set->http1 = options->http1;
    /* From 7.87 on libcurl's TLS writes go through send(MSG_NOSIGNAL); an older one must be let to block SIGPIPE. */
    set->no_signal = curl_version_info(CURLVERSION_NOW)->version_num >= 0x075700;
    if (!keep(&set->ca_file, options->ca_file) || !keep(&set->ca_path, options->ca_path) ||
        !keep(&set->client_cert, options->client_cert) || !keep(&set->client_key, options->client_key) ||
        !keep(&set->proxy, options->proxy))
        goto failed;
    set->multi = curl_multi_init();
    if (set->multi == NULL || curl_multi_setopt(set->multi, CURLMOPT_MAXCONNECTS, MAX_CONNECTIONS) != CURLM_OK)
        goto failed;

    /* The first easy handle is made now, so that an option that this libcurl refuses is heard of here. */
    struct idocr_transfer *t = calloc(1, sizeof *t);
    if (t == NULL)
        goto failed;
    t->set = set;
    t->easy = curl_easy_init();
    if (t->easy == NULL || !idocr_transfer_set_up(t)) {
        *why = "this libcurl lacks TLS or an option that is needed";
        transfer_destroy(t);
        goto failed;
    }
    link_to(&set->spare, t);
    set->spares = 1;
    return set;

failed:
    idocr_transfers_free(set);
    return NULL;
}

static void destroy_all(struct idocr_transfers *set, struct idocr_transfer *list)
{
    while (list != NULL) {
        struct idocr_transfer *next = list->next;
        if (list->state == ACTIVE)
            curl_multi_remove_handle(set->multi, list->easy);
        if (list->owner != NULL)
            *list->owner = NULL;
        transfer_destroy(list);
        list = next;
    }
}

void idocr_transfers_free(struct idocr_transfers *set)
{
    if (set == NULL)
        return;
    destroy_all(set, set->used);
    destroy_all(set, set->spare);
    curl_multi_cleanup(set->multi);
    free(set->ca_file);
    free(set->ca_path);
    free(set->client_cert);
    free(set->client_key);
    free(set->proxy);
    free(set);
}

size_t idocr_transfers_active(const struct idocr_transfers *set) { return set->active; }

static void collect_finished(struct idocr_transfers *set)
{
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(set->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        char *private = NULL;
        CURLcode code = message->data.result; /* the message dies with the removal of the handle */
        if (curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private) != CURLE_OK || private == NULL)
            continue;
        struct idocr_transfer *t = (struct idocr_transfer *)(void *)private;
        conclude(t, code);
        queue_finished(t);
    }
}

/* libcurl itself gave up (no memory, no file descriptor for its own use): nothing would ever finish. */
static void fail_all(struct idocr_transfers *set)
{
    for (struct idocr_transfer *t = set->used; t != NULL; t = t->next)
        if (t->state == ACTIVE) {
            conclude(t, CURLE_FAILED_INIT);
            queue_finished(t);
        }
}

/* Moves bytes until `one` is finished, or any transfer where it is NULL; a signal ends it early. */
static void wait_for(struct idocr_transfers *set, const struct idocr_transfer *one, int64_t timeout_ms)
{
    bool quiet = false;
    int64_t until = idocr_transfer_now_ms() + (timeout_ms > MAX_WAIT_MS ? MAX_WAIT_MS : timeout_ms);
    for (;;) {
        int running;
        if (curl_multi_perform(set->multi, &running) != CURLM_OK) {
            fail_all(set);
            return;
        }
        collect_finished(set);
        if ((one != NULL ? one->state == FINISHED : set->finished > 0) || timeout_ms <= 0)
            return;
        int64_t left = until - idocr_transfer_now_ms();
        if (left <= 0 || quiet)
            return;
        int ready;
        if (curl_multi_poll(set->multi, NULL, 0, (int)left, &ready) != CURLM_OK) {
            fail_all(set);
            return;
        }
        quiet = ready == 0; /* perhaps a signal: the interpreter wants to see it now */
    }
}

size_t idocr_transfers_wait(struct idocr_transfers *set, int64_t timeout_ms)
{
    wait_for(set, NULL, timeout_ms);
    return set->finished;
}

bool idocr_transfer_wait(struct idocr_transfer *t, int64_t timeout_ms)
{
    if (t->state == ACTIVE)
        wait_for(t->set, t, timeout_ms);
    if (t->state != FINISHED)
        return false;
    unqueue(t);
    return true;
}

struct idocr_transfer *idocr_transfers_next(struct idocr_transfers *set)
{
    struct idocr_transfer *t = set->first;
    if (t != NULL)
        unqueue(t);
    return t;
}
