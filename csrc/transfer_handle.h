/* SPDX-License-Identifier: MIT
 *
 * The inside of transfer.h, for transfer*.c alone: one libcurl easy handle with all that belongs to it.
 */
#ifndef IDOCR_TRANSFER_HANDLE_H
#define IDOCR_TRANSFER_HANDLE_H

#include "transfer.h"

#include <curl/curl.h>

#if LIBCURL_VERSION_NUM < 0x075000
#error "idocr needs libcurl 7.80 or newer"
#endif

IDOCR_HIDDEN_BEGIN

enum idocr_transfer_state { FRESH, ACTIVE, FINISHED };

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
    int64_t started_ms;      /* monotonic */
    const char *source_error;
    bool repeatable, rewind_refused;
    bool requested; /* the connection stood and the request was begun, at least once */
    bool deadline_first;
    bool has_content_type;

    struct idocr_response response;
    bool failed;
    struct idocr_failure failure;
};

struct idocr_transfers {
    CURLM *multi;
    struct idocr_transfer *used, *spare;
    size_t spares, active, finished;
    struct idocr_transfer *first, *last; /* finished and not taken, by way of ->waiting */
    char *ca_file, *ca_path, *client_cert, *client_key, *proxy;
    bool http1;
    bool no_signal;
};

/* Sets the options that never change over the life of an easy handle, callbacks among them: a set-up per call costs as
 * much as a small call itself. false: this libcurl refuses one. */
bool idocr_transfer_set_up(struct idocr_transfer *transfer);

/* Gives a transfer that is about to start as large a buffer for its upload as pays. false: out of memory. */
bool idocr_transfer_set_buffer(struct idocr_transfer *transfer, bool tls);

/* Monotonic. */
int64_t idocr_transfer_now_ms(void);

IDOCR_HIDDEN_END

#endif
