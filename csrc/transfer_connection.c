/* SPDX-License-Identifier: MIT
 *
 * Checks connections: refuses one with unread data before a request is sent over it, prevents libcurl from sending a request
 * twice, and records the facts when a connection is lost.
 */
#include "transfer_handle.h"

#include <string.h>

/* Functions of libcurl's TLS library, if it is OpenSSL. */
extern int SSL_pending(const void *ssl) __attribute__((weak));
extern int SSL_get_shutdown(const void *ssl) __attribute__((weak));
extern void SSL_get0_alpn_selected(const void *ssl, const unsigned char **name, unsigned *length) __attribute__((weak));

static const void *openssl_of(const struct idocr_transfer *t)
{
    struct curl_tlssessioninfo *info = NULL;
    if (curl_easy_getinfo(t->easy, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK || info == NULL ||
        info->backend != CURLSSLBACKEND_OPENSSL)
        return NULL;
    return info->internals;
}

static bool speaks_http2(const struct idocr_transfer *t)
{
    if (!t->tls || t->set->http1)
        return false;
    const void *ssl = openssl_of(t);
    if (ssl == NULL || SSL_get0_alpn_selected == NULL)
        return true; /* unknown: HTTP/2 has the stricter rules about sent bytes */
    const unsigned char *name = NULL;
    unsigned length = 0;
    SSL_get0_alpn_selected(ssl, &name, &length);
    return length == 2 && memcmp(name, "h2", 2) == 0;
}

#define RECEIVED_SHUTDOWN 2 /* SSL_RECEIVED_SHUTDOWN: the peer's close_notify was read */

/* Returns whether a connection can carry the next request. Unread data on an idle HTTP/1.1 connection would be taken for the
 * reply to it. On HTTP/2 replies belong to streams, and libcurl obeys GOAWAY. */
static bool is_clean(const struct idocr_transfer *t, const struct idocr_socket *s)
{
    const enum idocr_socket_state state = idocr_socket_state(s->fd);
    if (state == IDOCR_SOCKET_ENDED || (state == IDOCR_SOCKET_UNREAD && !s->http2))
        return false;
    const void *ssl = SSL_pending != NULL && SSL_get_shutdown != NULL ? openssl_of(t) : NULL;
    if (ssl == NULL)
        return true;
    /* Pending: the rest of a TLS record after the reply, which is in OpenSSL's buffer and no longer in the kernel's. */
    return (SSL_get_shutdown(ssl) & RECEIVED_SHUTDOWN) == 0 && (s->http2 || SSL_pending(ssl) == 0);
}

/* ---- sent bytes ------------------------------------------------------------------------------------------------- */

enum idocr_sent idocr_transfer_sent(const struct idocr_transfer *t, bool quiet)
{
    if (!t->requested)
        return IDOCR_SENT_NOTHING;
    const bool head = idocr_transfer_long(t, CURLINFO_REQUEST_SIZE) > 0;
    const bool body = idocr_transfer_bytes(t, CURLINFO_SIZE_UPLOAD_T) >= t->length;
    if (!t->http2)
        return head && body ? IDOCR_SENT_ALL : IDOCR_SENT_PART;
    /* Over HTTP/2 libcurl counts a piece of the body only when nothing failed after it. */
    if (t->length == 0)
        return IDOCR_SENT_ALL;
    if (!head || (t->whole == NULL && t->pulled < t->length) || (quiet && !body))
        return IDOCR_SENT_PART;
    return IDOCR_SENT_ALL;
}

void idocr_transfer_lost(struct idocr_transfer *t)
{
    if (t->loss.happened)
        return;
    struct idocr_loss *loss = &t->loss;
    loss->happened = true;
    loss->sent = idocr_transfer_sent(t, false);
    loss->os_error = idocr_transfer_long(t, CURLINFO_OS_ERRNO);
    if (t->http2) {
        /* On a new connection libcurl sends again for two reasons only. It has no message for a refused stream, and that of
         * HTTP_1_1_REQUIRED has been overwritten by now. On a reused one it does so for any end, which proves nothing. */
        loss->stream_refused = !t->reused && t->error_text[0] == '\0';
        loss->http1_wanted =
            strstr(t->error_text, "HTTP_1_1_REQUIRED") != NULL || (!t->reused && strstr(t->error_text, "Empty reply") != NULL);
    }
    const struct idocr_socket *s = t->reused ? idocr_sockets_get(&t->set->sockets, t->fd) : NULL;
    if (s != NULL)
        loss->facts = idocr_socket_facts(s);
    t->set->attention = true;
}

/* ---- callbacks of libcurl --------------------------------------------------------------------------------------- */

/* Stops a transfer that libcurl would send again: it does so when a reused connection breaks, up to five times, and when HTTP/2
 * refuses a stream. The caller decides about retries. */
static bool is_again(struct idocr_transfer *t)
{
    if (!t->requested)
        return false;
    idocr_transfer_lost(t);
    t->again = true;
    return true;
}

static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct idocr_transfer *t = context;
    (void)purpose;
    if (is_again(t))
        return CURL_SOCKET_BAD;
    t->opened = true;
    const int fd = idocr_sockets_open(&t->set->sockets, address->family, address->socktype, address->protocol);
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int on_close(void *context, curl_socket_t fd)
{
    struct idocr_transfers *set = context;
    for (struct idocr_transfer *t = set->used; t != NULL; t = t->next) {
        if (t->state != ACTIVE || t->fd != fd)
            continue;
        if (t->response.status == 0) {
            idocr_transfer_lost(t);
            /* So that libcurl does not close an idle connection for it. */
            (void)curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
            if (t->loss.facts.not_taken)
                idocr_socket_discard(fd);
        }
        t->fd = -1;
    }
    return idocr_sockets_close(&set->sockets, fd);
}

/* Called when a connection is complete and before anything is sent over it. */
static int on_request(void *context, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
    struct idocr_transfer *t = context;
    if (is_again(t))
        return CURL_PREREQFUNC_ABORT;
    const struct idocr_endpoints ends = {local_ip, remote_ip, local_port, remote_port};
    struct idocr_socket *s = idocr_sockets_find(&t->set->sockets, &ends);
    t->reused = s != NULL ? s->used : idocr_transfer_long(t, CURLINFO_NUM_CONNECTS) == 0;
    t->http2 = s != NULL && s->used ? s->http2 : speaks_http2(t);
    if (t->reused && (s == NULL || !is_clean(t, s))) {
        t->unclean = true;
        return CURL_PREREQFUNC_ABORT;
    }
    if (s != NULL && s->used) {
        idocr_socket_mark(s);
    } else if (s != NULL) {
        s->used = true;
        s->http2 = t->http2;
    }
    t->fd = s != NULL ? s->fd : -1;
    t->response.http2 = t->http2;
    t->requested = true;
    return CURL_PREREQFUNC_OK;
}

bool idocr_transfer_watch(struct idocr_transfer *t)
{
    bool ok = true;
#define SET(option, value) (ok = curl_easy_setopt(t->easy, option, value) == CURLE_OK && ok)
    SET(CURLOPT_OPENSOCKETFUNCTION, on_open);
    SET(CURLOPT_OPENSOCKETDATA, t);
    SET(CURLOPT_CLOSESOCKETFUNCTION, on_close);
    SET(CURLOPT_CLOSESOCKETDATA, t->set); /* a connection outlives the transfer that opened it */
    SET(CURLOPT_PREREQFUNCTION, on_request);
    SET(CURLOPT_PREREQDATA, t);
    SET(CURLOPT_ERRORBUFFER, t->error_text);
#undef SET
    return ok;
}
