/* SPDX-License-Identifier: MIT
 *
 * Inspects the TCP sockets of transfers: which one a connection uses, whether it is idle, what the peer received.
 */
#include "transfer_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/tcp.h> /* its struct tcp_info counts bytes, that of <netinet/tcp.h> does not */
#endif

/* ---- the list --------------------------------------------------------------------------------------------------- */

struct idocr_socket *idocr_sockets_get(struct idocr_sockets *sockets, int fd)
{
    for (size_t i = 0; i < sockets->count; i++)
        if (sockets->list[i].fd == fd)
            return &sockets->list[i];
    return NULL;
}

static void forget(struct idocr_sockets *sockets, struct idocr_socket *s)
{
    *s = sockets->list[--sockets->count];
}

static bool inode_of(int fd, uint64_t *inode)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return false;
    *inode = (uint64_t)status.st_ino;
    return true;
}

int idocr_sockets_open(struct idocr_sockets *sockets, int family, int type, int protocol)
{
    if (sockets->count == sockets->room) {
        size_t room = sockets->room == 0 ? 8 : 2 * sockets->room;
        struct idocr_socket *list = realloc(sockets->list, room * sizeof *list);
        if (list == NULL)
            return -1;
        sockets->list = list;
        sockets->room = room;
    }
    int fd = socket(family, type | SOCK_CLOEXEC, protocol);
    uint64_t inode;
    if (fd < 0)
        return -1;
    if (!inode_of(fd, &inode)) {
        close(fd);
        return -1;
    }
    /* libcurl closes sockets to losing addresses of a host without calling back. */
    struct idocr_socket *s = idocr_sockets_get(sockets, fd);
    if (s == NULL)
        s = &sockets->list[sockets->count++];
    memset(s, 0, sizeof *s);
    s->fd = fd;
    s->inode = inode;
    return fd;
}

int idocr_sockets_close(struct idocr_sockets *sockets, int fd)
{
    struct idocr_socket *s = idocr_sockets_get(sockets, fd);
    if (s != NULL)
        forget(sockets, s);
    return close(fd);
}

void idocr_sockets_clear(struct idocr_sockets *sockets)
{
    free(sockets->list);
    memset(sockets, 0, sizeof *sockets);
}

/* ---- finding one ------------------------------------------------------------------------------------------------ */

typedef int name_of(int fd, struct sockaddr *address, socklen_t *length);

static bool is_at(name_of *name, int fd, const char *ip, int port)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    socklen_t length = sizeof address;
    char text[INET6_ADDRSTRLEN];
    if (name(fd, &address.any, &length) != 0)
        return false;
    const bool v6 = address.any.sa_family == AF_INET6;
    if (!v6 && address.any.sa_family != AF_INET)
        return false;
    if (port != ntohs(v6 ? address.v6.sin6_port : address.v4.sin_port))
        return false;
    const void *bytes = v6 ? (const void *)&address.v6.sin6_addr : (const void *)&address.v4.sin_addr;
    return inet_ntop(address.any.sa_family, bytes, text, sizeof text) != NULL && strcmp(text, ip) == 0;
}

struct idocr_socket *idocr_sockets_find(struct idocr_sockets *sockets, const struct idocr_endpoints *ends)
{
    for (size_t i = 0; i < sockets->count; i++) {
        struct idocr_socket *s = &sockets->list[i];
        if (s->used && s->local_port == ends->local_port && s->remote_port == ends->remote_port &&
            strcmp(s->local_ip, ends->local_ip) == 0 && strcmp(s->remote_ip, ends->remote_ip) == 0)
            return s;
    }
    if (strlen(ends->local_ip) >= INET6_ADDRSTRLEN || strlen(ends->remote_ip) >= INET6_ADDRSTRLEN)
        return NULL;
    for (size_t i = 0; i < sockets->count; i++) {
        struct idocr_socket *s = &sockets->list[i];
        if (s->used || !is_at(getsockname, s->fd, ends->local_ip, ends->local_port) ||
            !is_at(getpeername, s->fd, ends->remote_ip, ends->remote_port))
            continue;
        strcpy(s->local_ip, ends->local_ip);
        strcpy(s->remote_ip, ends->remote_ip);
        s->local_port = ends->local_port;
        s->remote_port = ends->remote_port;
        return s;
    }
    return NULL;
}

/* ---- after fork() ----------------------------------------------------------------------------------------------- */

bool idocr_sockets_leave(struct idocr_sockets *sockets)
{
    for (size_t i = sockets->count; i-- > 0;) {
        uint64_t inode;
        if (!inode_of(sockets->list[i].fd, &inode) || inode != sockets->list[i].inode)
            forget(sockets, &sockets->list[i]);
    }
    int unconnected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool done = unconnected >= 0;
    for (size_t i = 0; i < sockets->count && done; i++)
        done = dup3(unconnected, sockets->list[i].fd, O_CLOEXEC) >= 0;
    if (unconnected >= 0)
        close(unconnected);
    return done;
}

/* ---- facts of the kernel ---------------------------------------------------------------------------------------- */

enum idocr_socket_state idocr_socket_state(int fd)
{
    char byte;
    ssize_t got;
    do {
        got = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    if (got > 0)
        return IDOCR_SOCKET_UNREAD;
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? IDOCR_SOCKET_QUIET : IDOCR_SOCKET_ENDED;
}

void idocr_socket_discard(int fd)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

#ifdef __linux__

#define CLOSE_WAIT 8 /* tcpi_state: the peer's end of file came, no reset */

static bool tcp_info(int fd, struct tcp_info *info)
{
    socklen_t length = sizeof *info;
    memset(info, 0, sizeof *info);
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &length) == 0 &&
           length >= offsetof(struct tcp_info, tcpi_bytes_sent) + sizeof info->tcpi_bytes_sent; /* Linux 4.19 */
}

void idocr_socket_mark(struct idocr_socket *s)
{
    struct tcp_info info;
    s->marked = tcp_info(s->fd, &info);
    s->sent = info.tcpi_bytes_sent;
    s->acked = info.tcpi_bytes_acked;
}

/* A request of which the kernel still holds unsent bytes when the connection has ended is incomplete for the peer for ever.
 * Unacknowledged bytes were certainly not read in two cases only. The peer sent a FIN and no reset: a FIN acknowledges everything
 * that was received before. Or more than two full segments are outstanding: they are acknowledged on arrival, or at the latest
 * when they are read. A smaller request may have been read by a peer that resets the connection before its delayed
 * acknowledgement (40 ms on Linux): the kernel ignores the acknowledgement in a reset. */
struct idocr_socket_facts idocr_socket_facts(const struct idocr_socket *s)
{
    struct idocr_socket_facts facts = {false, false};
    struct tcp_info info;
    if (!s->marked || !tcp_info(s->fd, &info))
        return facts;
    const uint64_t sent = info.tcpi_bytes_sent - s->sent;
    facts.untouched = sent == 0 && info.tcpi_notsent_bytes == 0;
    const bool unread = sent == 0 || info.tcpi_state == CLOSE_WAIT || sent > 2 * (uint64_t)info.tcpi_snd_mss;
    facts.not_taken = info.tcpi_notsent_bytes > 0 || (info.tcpi_bytes_acked == s->acked && unread);
    return facts;
}

#else

void idocr_socket_mark(struct idocr_socket *s)
{
    s->marked = false;
}

struct idocr_socket_facts idocr_socket_facts(const struct idocr_socket *s)
{
    (void)s;
    return (struct idocr_socket_facts){false, false};
}

#endif
