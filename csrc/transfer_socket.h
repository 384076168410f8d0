/* SPDX-License-Identifier: MIT
 *
 * The TCP sockets of a set of transfers: finds the socket of a connection, checks that it is idle before reuse, and reads from
 * the kernel what the peer received when it is lost. Independent of libcurl and Lua.
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
    uint64_t inode; /* distinguishes this socket from a later one with the same descriptor */
    bool used;      /* a request was sent over it, and the next four members are set */
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

/* Certain facts about a marked socket. All false where the system cannot tell. */
struct idocr_socket_facts {
    bool untouched; /* no byte was sent since the mark */
    bool not_taken; /* the peer's program cannot have read all bytes written since the mark */
};

/* Opens a socket and adds it to the list. Returns its descriptor, or -1. */
int idocr_sockets_open(struct idocr_sockets *sockets, int family, int type, int protocol);

/* Closes a socket and removes it from the list. Returns the result of close(). */
int idocr_sockets_close(struct idocr_sockets *sockets, int fd);

/* Returns the socket with these endpoints, or NULL. Two system calls for a socket that no request has used yet, else none. */
struct idocr_socket *idocr_sockets_find(struct idocr_sockets *sockets, const struct idocr_endpoints *ends);

/* Returns the socket of a descriptor, or NULL. */
struct idocr_socket *idocr_sockets_get(struct idocr_sockets *sockets, int fd);

/* Disconnects this process from all sockets without sending a byte: replaces each descriptor by an unconnected socket, which is
 * closed as usual. false: that failed for some; they must only be closed. */
bool idocr_sockets_leave(struct idocr_sockets *sockets);

/* Frees the list; closes nothing. */
void idocr_sockets_clear(struct idocr_sockets *sockets);

/* Returns whether the socket is idle. One system call. */
enum idocr_socket_state idocr_socket_state(int fd);

/* Records how many bytes were sent so far. One system call. */
void idocr_socket_mark(struct idocr_socket *socket);

/* Returns the facts since the mark. One system call. */
struct idocr_socket_facts idocr_socket_facts(const struct idocr_socket *socket);

/* Makes close() discard unsent bytes instead of sending them in the background. */
void idocr_socket_discard(int fd);

IDOCR_HIDDEN_END

#endif
