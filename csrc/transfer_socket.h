/* SPDX-License-Identifier: MIT
 *
 * The TCP sockets of a set of transfers: which of them carries a connection, whether it is clean before it is used again, and
 * what the kernel knows about it once it is lost. Knows neither libcurl nor Lua.
 */
#ifndef IDOCR_TRANSFER_SOCKET_H
#define IDOCR_TRANSFER_SOCKET_H

#include "visibility.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

IDOCR_HIDDEN_BEGIN

/* Both ends of a connection; addresses as inet_ntop() writes them. */
struct idocr_endpoints {
    const char *local_ip, *remote_ip;
    int local_port, remote_port;
};

struct idocr_socket {
    int fd;
    uint64_t inode; /* tells this socket from another one that got its number later */
    bool used;      /* a request went over it, and the next four members are set */
    bool http2;
    char local_ip[INET6_ADDRSTRLEN], remote_ip[INET6_ADDRSTRLEN];
    int local_port, remote_port;
    bool marked; /* the next two are set: bytes since the connection was made */
    uint64_t sent, acked;
};

/* All zero is the empty list. */
struct idocr_sockets {
    struct idocr_socket *list; /* owned */
    size_t count, room;
};

enum idocr_socket_state {
    IDOCR_SOCKET_QUIET,  /* open, nothing to read */
    IDOCR_SOCKET_UNREAD, /* bytes wait to be read */
    IDOCR_SOCKET_ENDED   /* closed or reset by the peer */
};

/* What is certain about a socket that was marked. All false where the system cannot tell. */
struct idocr_socket_facts {
    bool untouched; /* no byte left since the mark */
    bool not_taken; /* the peer's program cannot have read what was sent since the mark */
};

/* Makes a socket and remembers it. Returns its descriptor, or -1. */
int idocr_sockets_open(struct idocr_sockets *sockets, int family, int type, int protocol);

/* Closes a socket and forgets it. Returns what close() returns. */
int idocr_sockets_close(struct idocr_sockets *sockets, int fd);

/* The socket between these ends, or NULL. Two system calls where no request has used it yet, else none. */
struct idocr_socket *idocr_sockets_find(struct idocr_sockets *sockets, const struct idocr_endpoints *ends);

/* The socket of a descriptor, or NULL. */
struct idocr_socket *idocr_sockets_get(struct idocr_sockets *sockets, int fd);

/* Gives up this process's share in all sockets without a byte to their peers: each descriptor becomes a socket that was never
 * connected, to be closed as usual. false: that was not possible for all; they may be closed, and nothing else. */
bool idocr_sockets_leave(struct idocr_sockets *sockets);

/* Frees the list; closes nothing. */
void idocr_sockets_clear(struct idocr_sockets *sockets);

/* One system call. */
enum idocr_socket_state idocr_socket_state(int fd);

/* Remembers how many bytes were sent so far. One system call. */
void idocr_socket_mark(struct idocr_socket *socket);

/* One system call. */
struct idocr_socket_facts idocr_socket_facts(const struct idocr_socket *socket);

/* Makes the close of this socket discard what it has not sent yet, instead of going on to send it. */
void idocr_socket_discard(int fd);

IDOCR_HIDDEN_END

#endif
