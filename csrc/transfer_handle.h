/* SPDX-License-Identifier: MIT
 *
 * The private structs of transfer.h, for transfer*.c only.
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

/* The facts about a request whose connection was lost, or that libcurl wanted to send again. */
struct idocr_loss {
    bool happened;
    bool stream_refused; /* libcurl sends again after REFUSED_STREAM, or after a GOAWAY that excludes the request */
    bool http1_wanted;   /* likewise after HTTP_1_1_REQUIRED */
    enum idocr_sent sent;
    struct idocr_socket_facts facts;
    long os_error;
};

struct idocr_transfer {
    struct idocr_transfers *set;
    struct idocr_transfer *previous, *next; /* in the list of used or of spare transfers */
    struct idocr_transfer *waiting;         /* the next one in the queue of finished transfers */
    struct idocr_transfer **owner;
    CURL *easy;
    struct curl_slist *headers, *connect_to;
    enum idocr_transfer_state state;

    struct idocr_source *source;
    uint64_t length, pulled; /* bytes of the body; bytes read since the last rewind */
    char *whole;             /* a small body, read in advance into `room`; NULL: read while it is sent */
    char *room;              /* owned; reused by the next call */
    size_t room_size;        /* below 64 KB */
    long upload_buffer;      /* bytes */
    int64_t until_ms;        /* monotonic; the deadline */
    int64_t connect_ms;
    const char *source_error;
    bool deadline_first;
    bool has_content_type;
    bool tls;
    bool proxied; /* by a proxy that the caller set */

    bool opened;    /* it opened a socket */
    int fd;         /* of the connection that carries the request, or -1 */
    bool http2;     /* the connection is HTTP/2 */
    bool reused;    /* the connection carried another request before */
    bool requested; /* the request was begun */
    bool unclean;   /* the connection was refused before the request was begun */
    int restarts;
    bool again; /* libcurl wanted to send the request a second time */
    struct idocr_loss loss;
    char error_text[CURL_ERROR_SIZE]; /* libcurl's message: compared, never shown */

    struct idocr_response response;
    bool failed;
    struct idocr_failure failure;
};

struct idocr_transfers {
    CURLM *multi; /* NULL: creating one failed after a fork */
    pid_t pid;    /* of the process that made `multi` */
    struct idocr_sockets sockets;
    struct idocr_transfer *used, *spare;
    size_t spares, active, finished;
    struct idocr_transfer *first, *last; /* queue of finished transfers, linked by ->waiting */
    bool
        attention; /* a transfer is over although libcurl has not reported it: its connection was lost, or its response is complete */
    char *ca_file, *ca_path, *client_cert, *client_key, *proxy;
    bool http1;
    bool no_signal;
    int64_t checked_ms; /* monotonic; the last search for stalled uploads of a caller that does not wait in the set */
};

/* ---- transfer_options.c ---- */

/* Sets the options that stay for the life of an easy handle, callbacks included: setting them for each call costs as much as a
 * small call. false: libcurl refuses an option. */
bool idocr_transfer_set_up(struct idocr_transfer *transfer);

/* Sets the size of the upload buffer before the start. false: out of memory. */
bool idocr_transfer_set_buffer(struct idocr_transfer *transfer);

/* Returns monotonic milliseconds. */
int64_t idocr_transfer_now_ms(void);

/* Returns a value of curl_easy_getinfo; 0 where it is unknown. */
long idocr_transfer_long(const struct idocr_transfer *transfer, CURLINFO what);
uint64_t idocr_transfer_bytes(const struct idocr_transfer *transfer, CURLINFO what);

/* ---- transfer_connection.c ---- */

/* Sets the callbacks for sockets and connections. false: libcurl refuses an option. */
bool idocr_transfer_watch(struct idocr_transfer *transfer);

/* Returns how much of the request was handed to the kernel. `quiet`: nothing failed while it was being sent. */
enum idocr_sent idocr_transfer_sent(const struct idocr_transfer *transfer, bool quiet);

/* Records the facts when the connection of a request is lost, or libcurl is about to send the request again. */
void idocr_transfer_lost(struct idocr_transfer *transfer);

/* ---- transfer_set.c ---- */

void idocr_transfer_link(struct idocr_transfer **list, struct idocr_transfer *transfer);
void idocr_transfer_unlink(struct idocr_transfer **list, struct idocr_transfer *transfer);

/* Appends a finished transfer to the queue, or removes it. */
void idocr_transfer_queue(struct idocr_transfer *transfer);
void idocr_transfer_unqueue(struct idocr_transfer *transfer);

/* Detects that the process was forked since the set was used: leaves the connections to the parent, ends unfinished transfers
 * with closed/Forked and starts with new connections. Otherwise costs one system call. */
void idocr_transfers_enter(struct idocr_transfers *set);

/* ---- transfer.c ---- */

/* Makes a transfer that is in no list. NULL: out of memory, or libcurl refuses an option. */
struct idocr_transfer *idocr_transfer_make(struct idocr_transfers *set);
void idocr_transfer_destroy(struct idocr_transfer *transfer);

/* Removes an active transfer from libcurl and records its outcome. false: it was started again instead, because no byte of the
 * request had been sent. */
bool idocr_transfer_conclude(struct idocr_transfer *transfer, CURLcode code);

/* Finishes a transfer that is not, or no longer, added to libcurl. */
void idocr_transfer_finish(struct idocr_transfer *transfer, const char *category, const char *code, enum idocr_sent sent,
                           const char *message);

IDOCR_HIDDEN_END

#endif
