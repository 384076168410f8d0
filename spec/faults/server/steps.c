/* SPDX-License-Identifier: MIT
 *
 * Runs the steps of a script. Each returns false when the connection, the cell or the script is over.
 *
 *   tls CERT ALPN VERSIONS   handshake; VERSIONS such as 23: TLS 1.2 to 1.3, a `c` behind it: wants a client certificate
 *   h2 SETTINGS              begins HTTP/2 with a SETTINGS payload
 *   head | body N | request  reads until a request's head, its head and N bytes of its body, or all of it has come
 *   answer STATUS HEADERS BODY FORM   a response to it; FORM: plain, chunked, gzip
 *   send TEXT                bytes; @PERSON@ is the mark in the request's picture
 *   raw TEXT                 bytes below TLS            take N        reads N bytes below TLS
 *   tunnel   reads the head of a CONNECT, which does not count
 *   flood N TEXT             TEXT N times               drip TEXT MS  byte by byte
 *   frame TYPE FLAGS STREAM TEXT   an HTTP/2 frame; STREAM @: the request's    quiet: no more SETTINGS or PING answers
 *   window                   no more WINDOW_UPDATEs
 *   sleep MS, mark           the test can wait for a mark        gate   waits for the test
 *   await N                  until N whole requests have come in the cell
 *   stall                    reads nothing until the client is gone      drain    reads until then
 *   half                     end of what the server sends                notify   TLS close_notify
 *   close | reset            closes, with a FIN or a RST         loop, again  jumps behind the last loop
 */
#include "faults.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned long number(const struct step *step, size_t index) { return strtoul(argument(step, index)->bytes, NULL, 0); }

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* Chooses the request that the next steps are about: the current one until it was answered, reset or read whole, then another. */
static struct request *request_with(struct link *link, size_t body, bool whole)
{
    for (size_t i = 0; i < link->count; i++) {
        struct request *request = &link->requests[i];
        if (request->taken || (whole && !request->whole) || (!request->whole && request->body_seen < body))
            continue;
        link->current = i;
        return request;
    }
    return NULL;
}

static bool read_request(struct link *link, size_t body, bool whole)
{
    struct request *request;
    while ((request = request_with(link, body, whole)) == NULL)
        if (!link_pump(link))
            return false;
    request->taken = whole;
    return true;
}

/* A request for a proxy, which is not counted. */
static bool read_tunnel(struct link *link)
{
    uint32_t last = 0;
    unsigned char byte;
    while (last != 0x0d0a0d0a) {
        if (link_read(link, &byte, 1) <= 0)
            return false;
        last = last << 8 | byte;
    }
    return true;
}

static bool take_raw(struct link *link, size_t wanted)
{
    char bytes[1024];
    while (wanted > 0) {
        long got = link_read(link, bytes, wanted < sizeof bytes ? wanted : sizeof bytes);
        if (got <= 0)
            return false;
        wanted -= (size_t)got;
    }
    return true;
}

/* Goes on reading meanwhile: requests of this connection count too. */
static bool await_whole(struct link *link, size_t wanted)
{
    while (!cell_reached(link->cell, &link->cell->whole, wanted)) {
        enum wait what = link_wait(link, POLLIN, 10);
        if (what == WAIT_STOPPED || (what == WAIT_READY && !link_pump(link)))
            return false;
    }
    return true;
}

/* Waits without reading until the client has closed, then counts what it had sent. */
static bool stall(struct link *link)
{
    while (link_wait(link, POLLRDHUP, -1) == WAIT_READY) {
        link_drain_now(link);
        return false;
    }
    return false;
}

static bool drain(struct link *link)
{
    while (link_pump(link)) {
    }
    return false;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static bool send_text(struct link *link, const struct text *text, bool below_tls)
{
    struct text copy = filled(link, text);
    bool sent = below_tls ? link_raw(link, copy.bytes, copy.length) : link_write(link, copy.bytes, copy.length);
    free(copy.bytes);
    return sent;
}

static bool flood(struct link *link, const struct step *step)
{
    const struct text *text = argument(step, 1);
    size_t block = text->length < CHUNK ? CHUNK / text->length : 1, left = number(step, 0);
    char *bytes = must(malloc(block * text->length));
    for (size_t i = 0; i < block; i++)
        memcpy(bytes + i * text->length, text->bytes, text->length);
    bool sent = true;
    for (; sent && left > 0; left -= left < block ? left : block)
        sent = link_write(link, bytes, (left < block ? left : block) * text->length);
    free(bytes);
    return sent;
}

static bool pause_for(struct link *link, unsigned long milliseconds)
{
    return link_wait(link, 0, (int)milliseconds) == WAIT_TIMEOUT;
}

static bool drip(struct link *link, const struct step *step)
{
    struct text copy = filled(link, argument(step, 0));
    bool sent = true;
    for (size_t i = 0; sent && i < copy.length; i++)
        sent = link_write(link, copy.bytes + i, 1) && pause_for(link, number(step, 1));
    free(copy.bytes);
    return sent;
}

static bool frame(struct link *link, const struct step *step)
{
    uint32_t stream = (uint32_t)number(step, 2);
    if (argument(step, 2)->bytes[0] == '@')
        stream = link->current < REQUESTS ? link->requests[link->current].stream : 1;
    if (number(step, 0) == 3 && link->current < REQUESTS) /* RST_STREAM */
        link->requests[link->current].taken = true;
    struct text payload = filled(link, argument(step, 3));
    bool sent = http2_frame(link, (unsigned)number(step, 0), (unsigned)number(step, 1), stream, payload.bytes, payload.length);
    free(payload.bytes);
    return sent;
}

static bool reset(struct link *link)
{
    const struct linger at_once = {1, 0};
    setsockopt(link->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(link->fd);
    link->fd = -1;
    return true;
}

static bool half(struct link *link)
{
    shutdown(link->fd, SHUT_WR);
    return true;
}

static bool run_step(struct link *link, const struct step *step)
{
    const char *name = step->name;
#define IS(text) (strcmp(name, text) == 0)
    if (IS("tls"))
        return link_tls(link, argument(step, 0)->bytes, argument(step, 1)->bytes, argument(step, 2)->bytes);
    if (IS("h2"))
        return http2_frame(link, 4, 0, 0, argument(step, 0)->bytes, argument(step, 0)->length);
    if (IS("head") || IS("body") || IS("request"))
        return read_request(link, IS("body") ? number(step, 0) : 0, IS("request"));
    if (IS("answer"))
        return answer(link, step);
    if (IS("send") || IS("raw"))
        return send_text(link, argument(step, 0), IS("raw"));
    if (IS("take"))
        return take_raw(link, number(step, 0));
    if (IS("tunnel"))
        return read_tunnel(link);
    if (IS("flood"))
        return flood(link, step);
    if (IS("drip"))
        return drip(link, step);
    if (IS("frame"))
        return frame(link, step);
    if (IS("quiet"))
        return link->no_ack = true;
    if (IS("window"))
        return link->keep_window = true;
    if (IS("sleep"))
        return pause_for(link, number(step, 0));
    if (IS("mark")) {
        cell_note(link->cell, &link->cell->marks);
        return true;
    }
    if (IS("await"))
        return await_whole(link, number(step, 0));
    if (IS("gate"))
        return cell_await(link->cell, &link->cell->gates, 1);
    if (IS("stall"))
        return stall(link);
    if (IS("drain"))
        return drain(link);
    if (IS("half"))
        return half(link);
    if (IS("notify"))
        return link->tls == NULL || SSL_shutdown(link->tls) >= 0;
    if (IS("reset"))
        return reset(link);
    if (IS("close"))
        return false;
    fprintf(stderr, "no step is called %s\n", name);
    exit(1);
#undef IS
}

void run_script(struct link *link, const struct script *script)
{
    const struct step *step = script->first, *loop = step;
    while (step != NULL) {
        if (strcmp(step->name, "loop") == 0)
            loop = step;
        else if (strcmp(step->name, "again") == 0)
            step = loop;
        else if (!run_step(link, step))
            return;
        step = step->next;
    }
    if (link->fd >= 0)
        drain(link);
}
