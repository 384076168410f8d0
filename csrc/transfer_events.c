/* SPDX-License-Identifier: MIT */
#include "transfer_handle.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

/* Why not curl_multi_perform(): each time it asks the kernel about every transfer's socket and runs through all of them, which is
 * most of what hundreds cost that wait for a service together. Here one poll() asks about all, and libcurl hears of those that have
 * something. */

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *mark)
{
    struct idocr_events *events = context;
    size_t i = 0;

    (void)easy, (void)mark;
    while (i < events->count && events->sockets[i].fd != socket)
        i++;
    if (what == CURL_POLL_REMOVE || what == CURL_POLL_NONE) {
        if (i < events->count)
            events->sockets[i] = events->sockets[--events->count];
        return 0;
    }
    if (i == events->room) {
        const size_t room = events->room == 0 ? 8 : 2 * events->room;
        struct pollfd *sockets = realloc(events->sockets, room * sizeof *sockets);
        if (sockets == NULL)
            return -1; /* libcurl breaks its work off */
        events->sockets = sockets;
        events->room = room;
    }
    if (i == events->count)
        events->sockets[events->count++] = (struct pollfd){.fd = socket};
    events->sockets[i].events = (short)((what & CURL_POLL_IN ? POLLIN : 0) | (what & CURL_POLL_OUT ? POLLOUT : 0));
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct idocr_events *events = context;

    (void)multi;
    events->due_ms = timeout_ms < 0 ? INT64_MAX : idocr_transfer_now_ms() + timeout_ms;
    return 0;
}

bool idocr_events_set_up(struct idocr_events *events, CURLM *multi)
{
    events->multi = multi;
    events->due_ms = INT64_MAX;
    return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, events) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERDATA, events) == CURLM_OK;
}

static bool act(struct idocr_events *events, curl_socket_t socket, int what)
{
    int running;
    return curl_multi_socket_action(events->multi, socket, what, &running) == CURLM_OK;
}

bool idocr_events_run_due(struct idocr_events *events, int64_t now_ms)
{
    if (events->due_ms > now_ms)
        return true;
    events->due_ms = INT64_MAX; /* libcurl sets it again */
    return act(events, CURL_SOCKET_TIMEOUT, 0);
}

/* As libcurl itself reads what poll() says. */
static int what_happened(const struct pollfd *socket)
{
    int what = 0;
    if ((socket->events & POLLIN) && (socket->revents & (POLLIN | POLLERR | POLLHUP)))
        what |= CURL_CSELECT_IN;
    if ((socket->events & POLLOUT) && (socket->revents & POLLOUT))
        what |= CURL_CSELECT_OUT;
    if ((socket->revents & POLLNVAL) || ((socket->events & POLLOUT) && (socket->revents & (POLLERR | POLLHUP))))
        what |= CURL_CSELECT_ERR;
    return what;
}

enum idocr_waited idocr_events_wait(struct idocr_events *events, int64_t now_ms, int64_t most_ms)
{
    if (most_ms > events->due_ms - now_ms)
        most_ms = events->due_ms - now_ms;
    const int timeout = most_ms < 0 ? 0 : most_ms > INT_MAX ? INT_MAX : (int)most_ms;
    const int ready = poll(events->sockets, (nfds_t)events->count, timeout);
    if (ready < 0)
        return errno == EINTR ? IDOCR_INTERRUPTED : IDOCR_GAVE_UP;

    /* Backwards, and what is taken off the list is replaced by its last: nothing is passed over, nothing comes twice. */
    for (size_t i = ready > 0 ? events->count : 0; i-- > 0;) {
        if (i >= events->count || events->sockets[i].revents == 0)
            continue;
        const struct pollfd socket = events->sockets[i];
        events->sockets[i].revents = 0;
        if (!act(events, socket.fd, what_happened(&socket)))
            return IDOCR_GAVE_UP;
    }
    return IDOCR_WAITED;
}

void idocr_events_clear(struct idocr_events *events)
{
    free(events->sockets);
    events->sockets = NULL;
    events->count = events->room = 0;
}
