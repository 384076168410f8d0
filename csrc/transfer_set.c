/* SPDX-License-Identifier: MIT
 *
 * A set of transfers: its lists, its event loop, and its handling of fork().
 */
#include "transfer_handle.h"

#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

/* Connections in all, used ones included. More than run at once: libcurl closes a connection that becomes idle above this. */
#define MAX_CONNECTIONS 512L

/* Longest wait, in milliseconds: the interpreter handles signals only between two waits. */
#define MAX_WAIT_MS 1000

/* Longest wait of another event loop while libcurl names no descriptor, as during a name lookup of some versions. */
#define BLIND_WAIT_MS 10

/* ---- lists ------------------------------------------------------------------------------------------------------ */

void idocr_transfer_link(struct idocr_transfer **list, struct idocr_transfer *t)
{
    t->previous = NULL;
    t->next = *list;
    if (*list != NULL)
        (*list)->previous = t;
    *list = t;
}

void idocr_transfer_unlink(struct idocr_transfer **list, struct idocr_transfer *t)
{
    if (t->previous != NULL)
        t->previous->next = t->next;
    else
        *list = t->next;
    if (t->next != NULL)
        t->next->previous = t->previous;
    t->previous = t->next = NULL;
}

void idocr_transfer_queue(struct idocr_transfer *t)
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

void idocr_transfer_unqueue(struct idocr_transfer *t)
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

/* ---- the set ---------------------------------------------------------------------------------------------------- */

int idocr_transfers_start_library(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : -1;
}

const char *idocr_transfers_library(void)
{
    return curl_version();
}

static bool keep(char **kept, const char *text)
{
    if (text == NULL)
        return true;
    *kept = strdup(text);
    return *kept != NULL;
}

static CURLM *make_multi(void)
{
    CURLM *multi = curl_multi_init();
    if (multi == NULL || curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, MAX_CONNECTIONS) == CURLM_OK)
        return multi;
    curl_multi_cleanup(multi);
    return NULL;
}

struct idocr_transfers *idocr_transfers_new(const struct idocr_transfers_options *options, const char **why)
{
    *why = "out of memory";
    struct idocr_transfers *set = calloc(1, sizeof *set);
    if (set == NULL)
        return NULL;
    set->http1 = options->http1;
    /* From 7.87 on libcurl writes TLS with send(MSG_NOSIGNAL); an older one must block SIGPIPE itself. */
    set->no_signal = curl_version_info(CURLVERSION_NOW)->version_num >= 0x075700;
    if (!keep(&set->ca_file, options->ca_file) || !keep(&set->ca_path, options->ca_path) ||
        !keep(&set->client_cert, options->client_cert) || !keep(&set->client_key, options->client_key) ||
        !keep(&set->proxy, options->proxy))
        goto failed;
    set->pid = getpid();
    set->multi = make_multi();
    if (set->multi == NULL)
        goto failed;

    /* Makes the first easy handle now, so that an option that libcurl refuses is an error here. */
    *why = "this libcurl lacks TLS or a required option";
    struct idocr_transfer *t = idocr_transfer_make(set);
    if (t == NULL)
        goto failed;
    idocr_transfer_link(&set->spare, t);
    set->spares = 1;
    return set;

failed:
    idocr_transfers_free(set);
    return NULL;
}

static void destroy_all(struct idocr_transfer **list)
{
    while (*list != NULL) {
        struct idocr_transfer *t = *list;
        if (t->state == ACTIVE) {
            t->fd = -1;
            curl_multi_remove_handle(t->set->multi, t->easy);
        }
        if (t->owner != NULL)
            *t->owner = NULL;
        idocr_transfer_unlink(list, t);
        idocr_transfer_destroy(t);
    }
}

void idocr_transfers_free(struct idocr_transfers *set)
{
    if (set == NULL)
        return;
    idocr_transfers_enter(set);
    destroy_all(&set->used);
    destroy_all(&set->spare);
    curl_multi_cleanup(set->multi);
    idocr_sockets_clear(&set->sockets);
    free(set->ca_file);
    free(set->ca_path);
    free(set->client_cert);
    free(set->client_key);
    free(set->proxy);
    free(set);
}

/* ---- after fork() ----------------------------------------------------------------------------------------------- */

/* Returns whether libcurl may be resolving a name for it. The resolver thread exists in the parent only, and libcurl would wait
 * for it. */
static bool may_be_resolving(const struct idocr_transfer *t)
{
    return t->state == ACTIVE && !t->opened && !t->requested;
}

static void end_as_forked(struct idocr_transfers *set, bool leave)
{
    for (struct idocr_transfer *t = set->used; t != NULL; t = t->next) {
        if (t->state != ACTIVE)
            continue;
        t->fd = -1;
        if (leave)
            t->easy = NULL;
        else
            curl_multi_remove_handle(set->multi, t->easy);
        idocr_transfer_finish(t, "closed", "Forked", IDOCR_SENT_NOTHING, "the call belongs to the parent process");
        set->active--;
        idocr_transfer_queue(t);
    }
}

void idocr_transfers_enter(struct idocr_transfers *set)
{
    const pid_t pid = getpid();
    if (set->pid == pid)
        return;
    set->pid = pid;
    /* The connections belong to the parent: cleans up over unconnected sockets, so that not even a close_notify is sent. */
    bool leave = !idocr_sockets_leave(&set->sockets);
    for (const struct idocr_transfer *t = set->used; t != NULL; t = t->next)
        leave = leave || may_be_resolving(t);
    end_as_forked(set, leave);
    if (!leave && set->multi != NULL)
        curl_multi_cleanup(set->multi); /* otherwise its memory leaks */
    while (set->sockets.count > 0)
        (void)idocr_sockets_close(&set->sockets, set->sockets.list[0].fd);
    idocr_sockets_clear(&set->sockets);
    set->attention = false;
    set->multi = make_multi();
}

/* ---- event loop ------------------------------------------------------------------------------------------------- */

size_t idocr_transfers_active(struct idocr_transfers *set)
{
    idocr_transfers_enter(set);
    return set->active;
}

/* Concludes a transfer. Returns whether it was started again. */
static bool conclude(struct idocr_transfer *t, CURLcode code)
{
    if (!idocr_transfer_conclude(t, code))
        return true;
    idocr_transfer_queue(t);
    return false;
}

/* Concludes finished transfers. Returns whether one was started again. */
static bool collect_finished(struct idocr_transfers *set)
{
    bool again = false;
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(set->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        char *private = NULL;
        CURLcode code = message->data.result; /* removing the handle frees the message */
        if (curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private) != CURLE_OK || private == NULL)
            continue;
        again = conclude((struct idocr_transfer *)(void *)private, code) || again;
    }
    if (!set->attention)
        return again;
    set->attention = false;
    for (struct idocr_transfer *t = set->used; t != NULL; t = t->next) {
        if (t->state != ACTIVE || (!t->loss.happened && !t->response.whole))
            continue;
        t->again = t->loss.happened; /* libcurl is about to send it again */
        again = conclude(t, CURLE_OK) || again;
    }
    return again;
}

/* Fails all transfers when libcurl itself failed (no memory, no file descriptor): none would ever finish. */
static void fail_all(struct idocr_transfers *set)
{
    for (struct idocr_transfer *t = set->used; t != NULL; t = t->next) {
        t->unclean = false;
        t->loss.facts.untouched = false;
        if (t->state == ACTIVE)
            (void)conclude(t, CURLE_FAILED_INIT);
    }
}

/* Concludes uploads whose peer closed: libcurl does not check that again while it sends, and would wait until the deadline. */
static void end_stalled(struct idocr_transfers *set)
{
    for (struct idocr_transfer *t = set->used; t != NULL; t = t->next)
        if (t->state == ACTIVE && t->requested && !t->http2 && t->fd >= 0 && t->response.status == 0 &&
            idocr_transfer_sent(t, true) == IDOCR_SENT_PART && idocr_socket_state(t->fd) == IDOCR_SOCKET_ENDED)
            idocr_transfer_lost(t);
}

/* The same for a caller that never waits here: at most once in MAX_WAIT_MS, because it asks the kernel for each transfer. */
static void end_stalled_now_and_then(struct idocr_transfers *set)
{
    const int64_t now = idocr_transfer_now_ms();
    if (now - set->checked_ms < MAX_WAIT_MS)
        return;
    set->checked_ms = now;
    end_stalled(set);
}

/* Drives all transfers until `one` is finished, or any where it is NULL. A signal ends the wait early. */
static void wait_for(struct idocr_transfers *set, const struct idocr_transfer *one, int64_t timeout_ms)
{
    bool quiet = false;
    int64_t until = idocr_transfer_now_ms() + (timeout_ms > MAX_WAIT_MS ? MAX_WAIT_MS : timeout_ms);
    while (set->multi != NULL) {
        int running;
        if (curl_multi_perform(set->multi, &running) != CURLM_OK) {
            fail_all(set);
            return;
        }
        const bool again = collect_finished(set);
        if (one != NULL ? one->state == FINISHED : set->finished > 0)
            return;
        if (again)
            continue;
        if (timeout_ms <= 0) {
            end_stalled_now_and_then(set);
            return;
        }
        int64_t left = until - idocr_transfer_now_ms();
        if (left <= 0 || quiet)
            return;
        int ready = 0;
        if (curl_multi_poll(set->multi, NULL, 0, (int)left, &ready) != CURLM_OK) {
            fail_all(set);
            return;
        }
        quiet = ready == 0; /* perhaps a signal: the interpreter must handle it now */
        if (quiet)
            end_stalled(set);
    }
}

size_t idocr_transfers_wait(struct idocr_transfers *set, int64_t timeout_ms)
{
    idocr_transfers_enter(set);
    wait_for(set, NULL, timeout_ms);
    return set->finished;
}

bool idocr_transfer_wait(struct idocr_transfer *t, int64_t timeout_ms)
{
    idocr_transfers_enter(t->set);
    if (t->state == ACTIVE)
        wait_for(t->set, t, timeout_ms);
    if (t->state != FINISHED)
        return false;
    idocr_transfer_unqueue(t);
    return true;
}

/* Returns whether curl_multi_fdset() leaves out a socket because fd_set has no room for its number. */
static bool has_hidden_socket(const struct idocr_transfers *set)
{
    for (size_t i = 0; i < set->sockets.count; i++)
        if (set->sockets.list[i].fd >= FD_SETSIZE)
            return true;
    return false;
}

size_t idocr_transfers_descriptors(struct idocr_transfers *set, struct idocr_descriptor *list, size_t capacity, int64_t *wait_ms)
{
    idocr_transfers_enter(set);
    *wait_ms = set->finished > 0 || set->attention ? 0 : -1;
    if (set->active == 0 || set->multi == NULL)
        return 0;
    fd_set reads, writes, others;
    FD_ZERO(&reads);
    FD_ZERO(&writes);
    FD_ZERO(&others);
    int last = -1;
    long due = -1;
    /* In this order: asking for the descriptors sets the timers of name lookups. */
    if (curl_multi_fdset(set->multi, &reads, &writes, &others, &last) != CURLM_OK ||
        curl_multi_timeout(set->multi, &due) != CURLM_OK) {
        *wait_ms = 0;
        return 0;
    }
    int64_t longest = last < 0 || has_hidden_socket(set) ? BLIND_WAIT_MS : MAX_WAIT_MS;
    if (due >= 0 && due < longest)
        longest = due;
    if (*wait_ms != 0)
        *wait_ms = longest;
    size_t count = 0;
    for (int fd = 0; fd <= last && count < capacity; fd++)
        if (FD_ISSET(fd, &reads) || FD_ISSET(fd, &writes))
            list[count++] = (struct idocr_descriptor){.fd = fd, .read = FD_ISSET(fd, &reads), .write = FD_ISSET(fd, &writes)};
    return count;
}

struct idocr_transfer *idocr_transfers_next(struct idocr_transfers *set)
{
    struct idocr_transfer *t = set->first;
    if (t != NULL)
        idocr_transfer_unqueue(t);
    return t;
}
