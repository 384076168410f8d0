/* SPDX-License-Identifier: MIT
 *
 * Reads and writes a connection, with TLS and time limits, and counts the requests that arrived.
 */
#include "faults.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <openssl/err.h>

static const char *folder;

void certificates_in(const char *path) { folder = path; }

enum wait link_wait(struct link *link, short events, int milliseconds)
{
    struct pollfd fds[] = {{link->fd, events, 0}, {link->cell->stop_fd, POLLIN, 0}};
    int ready;
    do
        ready = poll(fds, 2, milliseconds);
    while (ready < 0 && errno == EINTR);
    if (fds[1].revents != 0)
        return WAIT_STOPPED;
    return ready == 0 ? WAIT_TIMEOUT : WAIT_READY;
}

/* Waits for what TLS wants. False when the connection or the cell is over. */
static bool tls_wait(struct link *link, int result)
{
    switch (SSL_get_error(link->tls, result)) {
    case SSL_ERROR_WANT_READ: return link_wait(link, POLLIN, -1) == WAIT_READY;
    case SSL_ERROR_WANT_WRITE: return link_wait(link, POLLOUT, -1) == WAIT_READY;
    default: link->ended = true; return false;
    }
}

static long read_some(struct link *link, void *into, size_t room)
{
    if (link->tls != NULL)
        return SSL_read(link->tls, into, (int)room);
    return recv(link->fd, into, room, MSG_DONTWAIT);
}

long link_read(struct link *link, void *into, size_t room)
{
    for (;;) {
        ERR_clear_error();
        long got = read_some(link, into, room);
        if (got > 0)
            return got;
        bool again = false;
        if (link->tls != NULL)
            again = tls_wait(link, (int)got);
        else if (got < 0 && (errno == EAGAIN || errno == EINTR))
            again = link_wait(link, POLLIN, -1) == WAIT_READY;
        else
            link->ended = true;
        if (!again)
            return link->ended ? 0 : -1;
    }
}

bool link_raw(struct link *link, const void *bytes, size_t length)
{
    const char *from = bytes;
    while (length > 0) {
        long sent = send(link->fd, from, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            from += sent;
            length -= (size_t)sent;
        } else if (errno != EAGAIN && errno != EINTR) {
            link->ended = true;
            return false;
        } else if (link_wait(link, POLLOUT, -1) != WAIT_READY) {
            return false;
        }
    }
    return true;
}

bool link_write(struct link *link, const void *bytes, size_t length)
{
    if (link->tls == NULL)
        return link_raw(link, bytes, length);
    const char *from = bytes;
    while (length > 0) {
        ERR_clear_error();
        int sent = SSL_write(link->tls, from, length > 16384 ? 16384 : (int)length);
        if (sent > 0) {
            from += sent;
            length -= (size_t)sent;
        } else if (!tls_wait(link, sent)) {
            return false;
        }
    }
    return true;
}

/* ---- TLS --------------------------------------------------------------------------------------------------------- */

/* Chooses the protocol that the script names, where the client offers it. */
static int choose_alpn(SSL *tls, const unsigned char **out, unsigned char *out_length, const unsigned char *in,
                       unsigned in_length, void *wanted)
{
    (void)tls;
    size_t length = strlen(wanted);
    for (unsigned at = 0; at < in_length; at += in[at] + 1u)
        if (in[at] == length && memcmp(in + at + 1, wanted, length) == 0) {
            *out = in + at + 1;
            *out_length = in[at];
            return SSL_TLSEXT_ERR_OK;
        }
    return SSL_TLSEXT_ERR_NOACK;
}

static int version_of(char digit) { return digit == '0' ? TLS1_VERSION : digit == '1' ? TLS1_1_VERSION : digit == '2' ? TLS1_2_VERSION : TLS1_3_VERSION; }

/* `versions`: two digits, the lowest and the highest minor version: "23" for TLS 1.2 and 1.3. */
bool link_tls(struct link *link, const char *certificate, const char *alpn, const char *versions)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    char cert[512], key[512];
    snprintf(cert, sizeof cert, "%s/%s.crt", folder, certificate);
    snprintf(key, sizeof key, "%s/%s.key", folder, certificate);
    if (context == NULL || SSL_CTX_use_certificate_chain_file(context, cert) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        die(cert);
    SSL_CTX_set_min_proto_version(context, version_of(versions[0]));
    SSL_CTX_set_max_proto_version(context, version_of(versions[1]));
    if (versions[1] < '2')
        SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
    if (versions[2] == 'c') /* a client certificate is required; none is accepted */
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    if (alpn[0] != '\0')
        SSL_CTX_set_alpn_select_cb(context, choose_alpn, (void *)(uintptr_t)alpn);
    link->tls = SSL_new(context);
    SSL_CTX_free(context);
    if (link->tls == NULL || SSL_set_fd(link->tls, link->fd) != 1)
        die("SSL_new");
    for (;;) {
        ERR_clear_error();
        int result = SSL_accept(link->tls);
        if (result == 1)
            break;
        if (!tls_wait(link, result))
            return false;
    }
    const unsigned char *chosen;
    unsigned length;
    SSL_get0_alpn_selected(link->tls, &chosen, &length);
    link->h2 = length == 2 && memcmp(chosen, "h2", 2) == 0;
    return true;
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

struct request *link_new_request(struct link *link, uint32_t stream)
{
    if (link->count == REQUESTS)
        return NULL;
    struct request *request = &link->requests[link->count++];
    memset(request, 0, sizeof *request);
    request->stream = stream;
    cell_note(link->cell, &link->cell->heads);
    return request;
}

void link_body(struct link *link, struct request *request, const unsigned char *bytes, size_t length)
{
    (void)link;
    size_t room = RECENT - request->recent_length;
    size_t taken = length < room ? length : room;
    memcpy(request->recent + request->recent_length, bytes, taken);
    request->recent_length += taken;
    request->body_seen += length;
    if (length > 0)
        request->last = (char)bytes[length - 1];
}

void link_whole(struct link *link, struct request *request)
{
    if (request->whole)
        return;
    request->whole = true;
    cell_note(link->cell, &link->cell->whole);
}

static uint64_t content_length(const char *head)
{
    for (const char *line = head; line != NULL; line = strchr(line, '\n')) {
        line += line != head;
        if (strncasecmp(line, "content-length:", 15) == 0)
            return strtoull(line + 15, NULL, 10);
    }
    return 0;
}

/* HTTP/1.1: a head in `buffer`, then Content-Length bytes. */
void link_feed(struct link *link, const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        if (link->in_body) {
            struct request *request = &link->requests[link->count - 1];
            uint64_t left = request->body_length - request->body_seen;
            size_t taken = length < left ? length : (size_t)left;
            link_body(link, request, bytes, taken);
            bytes += taken;
            length -= taken;
            link->in_body = request->body_seen < request->body_length;
            if (!link->in_body)
                link_whole(link, request);
            continue;
        }
        if (link->used == HEAD_ROOM)
            return;
        link->buffer[link->used++] = *bytes++;
        length--;
        if (link->used < 4 || memcmp(link->buffer + link->used - 4, "\r\n\r\n", 4) != 0)
            continue;
        link->buffer[link->used] = '\0';
        link->used = 0;
        struct request *request = link_new_request(link, 0);
        if (request == NULL)
            return;
        request->body_length = content_length((char *)link->buffer);
        link->in_body = request->body_length > 0;
        if (!link->in_body)
            link_whole(link, request);
    }
}

static void feed(struct link *link, const unsigned char *bytes, size_t length)
{
    if (link->h2)
        http2_feed(link, bytes, length);
    else
        link_feed(link, bytes, length);
}

bool link_pump(struct link *link)
{
    unsigned char bytes[16 * 1024];
    long got = link_read(link, bytes, sizeof bytes);
    if (got > 0)
        feed(link, bytes, (size_t)got);
    return got > 0;
}

void link_drain_now(struct link *link)
{
    if (link->tls != NULL && !SSL_is_init_finished(link->tls))
        return;
    unsigned char bytes[16 * 1024];
    long got;
    while ((got = read_some(link, bytes, sizeof bytes)) > 0)
        feed(link, bytes, (size_t)got);
}

/* The mark of the person in the current request's picture: "PERSON…END". Its length, 0 where there is none. */
size_t link_person(const struct link *link, char *into, size_t room)
{
    if (link->current == REQUESTS)
        return 0;
    const struct request *request = &link->requests[link->current];
    const char *from = memmem(request->recent, request->recent_length, "PERSON", 6);
    if (from == NULL)
        return 0;
    const char *end = memmem(from, (size_t)(request->recent + request->recent_length - from), "END", 3);
    if (end == NULL || (size_t)(end + 3 - from) > room)
        return 0;
    memcpy(into, from, (size_t)(end + 3 - from));
    return (size_t)(end + 3 - from);
}
