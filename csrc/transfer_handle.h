/* SPDX-License-Identifier: MIT
 *
 * The inside of transfer.h, for transfer*.c alone: one libcurl easy handle with all that belongs to it.
 */
#ifndef IDOCR_TRANSFER_HANDLE_H
#define IDOCR_TRANSFER_HANDLE_H

#include "transfer.h"
#include "transfer_socket.h"

#include <curl/curl.h>
#include <sys/types.h>

#if LIBCURL_VERSION_NUM < 0x075000
#error "idocr needs libcurl 7.80 or newer"
#endif

IDOCR_HIDDEN_BEGIN

enum idocr_transfer_state { FRESH, ACTIVE, FINISHED };

/* What is known about a request whose connection was lost, or that libcurl wanted to send a second time. */
struct idocr_loss {
    bool happened;
    bool stream_refused; /* where libcurl sends again: by REFUSED_STREAM, or by a GOAWAY that leaves the request out */
    bool http1_wanted;   /* likewise: by HTTP_1_1_REQUIRED */
    enum idocr_sent sent;
    struct idocr_socket_facts facts;
    long os_error;
};

struct idocr_transfer {
    struct idocr_transfers *set;
    struct idocr_transfer *previous, *next; /* among the set's used or spare ones */
    struct idocr_transfer *waiting;         /* the one that finished after this and was not taken yet */
    struct idocr_transfer **owner;
    CURL *easy;
    struct curl_slist *headers, *connect_to;
    enum idocr_transfer_state state;

    struct idocr_source *source;
    uint64_t length, pulled; /* of the body; pulled since the last rewind */
    char *whole;             /* a small body, read in advance into `room`; NULL: it is pulled while it is sent */
    char *room;              /* owned; stays from call to call */
    size_t room_size;        /* below 64 KB */
    long upload_buffer;      /* bytes */
    int64_t until_ms;        /* monotonic; the deadline */
    int64_t connect_ms;
    const char *source_error;
    bool deadline_first;
    bool has_content_type;
    bool tls;
    bool proxied; /* by a proxy that the caller names */

    bool opened;    /* a socket was opened for it */
    int fd;         /* of the connection that carries the request, or -1 */
    bool http2;     /* it speaks HTTP/2 */
    bool reused;    /* it carried another request before */
    bool requested; /* the request was begun */
    bool unclean;   /* the connection was refused before the request was begun */
    int restarts;
    bool again;     /* libcurl wanted to send the request a second time */
    struct idocr_loss loss;
    char error_text[CURL_ERROR_SIZE]; /* libcurl's sentence: compared, never shown */

    struct idocr_response response;
    bool failed;
    struct idocr_failure failure;
};

struct idocr_transfers {
    CURLM *multi; /* NULL: none could be made after a fork */
    pid_t pid;    /* of the process that made `multi` */
    struct idocr_sockets sockets;
    struct idocr_transfer *used, *spare;
    size_t spares, active, finished;
    struct idocr_transfer *first, *last; /* finished and not taken, by way of ->waiting */
    bool attention; /* some transfer is over before libcurl says so: its loss happened, or its response is whole */
    char *ca_file, *ca_path, *client_cert, *client_key, *proxy;
    bool http1;
    bool no_signal;
};

/* ---- transfer_options.c ---- */

/* Sets the options that never change over the life of an easy handle, callbacks among them: a set-up per call costs as
 * much as a small call itself. false: this libcurl refuses one. */
bool idocr_transfer_set_up(struct idocr_transfer *transfer);

/* Gives a transfer that is about to start as large a buffer for its upload as pays. false: out of memory. */
bool idocr_transfer_set_buffer(struct idocr_transfer *transfer);

/* Monotonic. */
int64_t idocr_transfer_now_ms(void);

/* A number that libcurl knows about a transfer; 0 where it does not. */
long idocr_transfer_long(const struct idocr_transfer *transfer, CURLINFO what);
uint64_t idocr_transfer_bytes(const struct idocr_transfer *transfer, CURLINFO what);

/* ---- transfer_connection.c ---- */

/* Sets the callbacks that watch connections. */
bool idocr_transfer_watch(struct idocr_transfer *transfer);

/* How much of the request was handed to the kernel. `quiet`: nothing failed while it was being sent. */
enum idocr_sent idocr_transfer_sent(const struct idocr_transfer *transfer, bool quiet);

/* Takes down what is known when the connection of a request goes or libcurl is about to send the request again. */
void idocr_transfer_lost(struct idocr_transfer *transfer);

/* ---- transfer_set.c ---- */

void idocr_transfer_link(struct idocr_transfer **list, struct idocr_transfer *transfer);
void idocr_transfer_unlink(struct idocr_transfer **list, struct idocr_transfer *transfer);

/* Puts a finished transfer at the end of the queue, or takes it out of there. */
void idocr_transfer_queue(struct idocr_transfer *transfer);
void idocr_transfer_unqueue(struct idocr_transfer *transfer);

/* In a process that was forked since the set was used: leaves the connections to the parent, ends what was under way with
 * closed/Forked and begins with new connections. Costs one system call otherwise. */
void idocr_transfers_enter(struct idocr_transfers *set);

/* ---- transfer.c ---- */

/* Makes a transfer that belongs to no list yet; NULL: out of memory, or this libcurl lacks an option. */
struct idocr_transfer *idocr_transfer_make(struct idocr_transfers *set);
void idocr_transfer_destroy(struct idocr_transfer *transfer);

/* Takes an active transfer out of libcurl's hands and names its outcome. false: it was started again instead, because no byte of the
 * request had left. */
bool idocr_transfer_conclude(struct idocr_transfer *transfer, CURLcode code);

/* Finishes a transfer that libcurl does not hold (any more). */
void idocr_transfer_finish(struct idocr_transfer *transfer, const char *category, const char *code, enum idocr_sent sent,
                           const char *message);

IDOCR_HIDDEN_END

#endif
