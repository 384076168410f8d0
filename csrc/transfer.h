/* SPDX-License-Identifier: MIT
 *
 * Many HTTP transfers at once over one libcurl multi handle: they share connections, each has its own deadline, its
 * own caps and its own body, which is pulled from a byte source and never held. Knows no Lua.
 *
 * A set and its transfers belong to one thread. Times are milliseconds, sizes bytes, strings NUL-terminated UTF-8
 * that is copied unless a comment says otherwise.
 */
#ifndef IDOCR_TRANSFER_H
#define IDOCR_TRANSFER_H

#include "visibility.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink.h"
#include "source.h"
#include "transfer_failure.h"
#include "transfer_response.h"

IDOCR_HIDDEN_BEGIN

/* A set of transfers with its connections. */
struct idocr_transfers;

/* One transfer: made, given headers, started, finished (or cancelled), released. */
struct idocr_transfer;

/* NULL everywhere: the system's trust store, the environment's proxies, no client certificate. */
struct idocr_transfers_options {
    const char *ca_file;     /* PEM; trusted instead of the system's store */
    const char *ca_path;     /* folder of hashed PEM files; likewise */
    const char *client_cert; /* PEM */
    const char *client_key;  /* PEM */
    const char *proxy;       /* URL; "" for none at all; NULL: http_proxy, https_proxy, no_proxy */
    bool http1;              /* never negotiate HTTP/2 */
};

struct idocr_transfer_request {
    const char *method;
    const char *url;
    const char *connect_to;      /* "::HOST:PORT" to dial instead of the URL's host, which is still verified; or NULL */
    const char *proxy;           /* URL; "" for none; NULL: that of the set */
    struct idocr_source *source; /* the body, borrowed until the transfer is finished; or NULL */
    struct idocr_sink *sink;     /* takes the reply's body, borrowed likewise; or NULL: it is kept for the response */
    int64_t connect_ms;          /* limit for name, connection, proxy and handshake together; > 0 */
    int64_t total_ms;            /* limit for everything; > 0 */
    size_t max_body;             /* of the decompressed reply */
    bool fresh;                  /* over a new connection */
};

/* Prepares libcurl for this process; again is fine. 0, or -1 when it cannot be used. */
int idocr_transfers_start_library(void);

/* Text about libcurl and its TLS library, for a version line. Static. */
const char *idocr_transfers_library(void);

/* A new set, or NULL with a short reason in *why (static text): out of memory, an option that this libcurl refuses. */
struct idocr_transfers *idocr_transfers_new(const struct idocr_transfers_options *options, const char **why);

/* Ends all transfers of the set without a word, closes its connections and frees it. NULL is fine. */
void idocr_transfers_free(struct idocr_transfers *set);

/* Moves bytes until a transfer is finished or `timeout_ms` have passed (0: only what can be done at once), but no longer than a
 * second or until a signal comes, so that the host can look after it. Returns how many finished transfers wait to be taken by
 * idocr_transfers_next(). */
size_t idocr_transfers_wait(struct idocr_transfers *set, int64_t timeout_ms);

/* The finished transfer that has waited longest, or NULL. */
struct idocr_transfer *idocr_transfers_next(struct idocr_transfers *set);

/* How many transfers are under way. */
size_t idocr_transfers_active(struct idocr_transfers *set);

/* A transfer of the set, or NULL: out of memory. *owner is set to it, and to NULL when the set goes first. */
struct idocr_transfer *idocr_transfer_new(struct idocr_transfers *set, struct idocr_transfer **owner);

/* Adds a request header. 0, or -1: out of memory. The caller has made sure that there is no CR, LF or NUL in it. */
int idocr_transfer_header(struct idocr_transfer *transfer, const char *name, size_t name_length, const char *value,
                          size_t value_length);

/* Starts it. 0, or -1 and the failure says why (it is then finished already and needs no wait). */
int idocr_transfer_start(struct idocr_transfer *transfer, const struct idocr_transfer_request *request);

/* Ends it now with closed/Cancelled, unless it is finished. It does not come out of idocr_transfers_next(). */
void idocr_transfer_cancel(struct idocr_transfer *transfer);

/* As idocr_transfers_wait(), until this one is finished; it does not come out of idocr_transfers_next() then. Whether it is. */
bool idocr_transfer_wait(struct idocr_transfer *transfer, int64_t timeout_ms);

/* Whether it is finished; only then the next two mean something. */
bool idocr_transfer_finished(const struct idocr_transfer *transfer);

/* The failure, or NULL when there is a reply. Owned by the transfer. */
const struct idocr_failure *idocr_transfer_failure(const struct idocr_transfer *transfer);

/* Status, headers, body. Owned by the transfer. */
const struct idocr_response *idocr_transfer_response(const struct idocr_transfer *transfer);

/* Gives the transfer back to its set, cancelled if it is under way; clears *owner. */
void idocr_transfer_release(struct idocr_transfer *transfer);

IDOCR_HIDDEN_END

#endif
