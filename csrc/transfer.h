/* SPDX-License-Identifier: MIT
 *
 * Runs many HTTP transfers at once over one libcurl multi handle. They share connections; each has a deadline, size limits, and a
 * body that is read from a byte source while it is sent. Independent of Lua.
 *
 * A set and its transfers belong to one thread. Times are in milliseconds, sizes in bytes. Strings are NUL-terminated UTF-8 and
 * are copied unless a comment says otherwise.
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

/* A set of transfers that share connections. */
struct idocr_transfers;

/* One transfer. Life: new, header…, start, wait until finished (or cancel), release. */
struct idocr_transfer;

/* Defaults where members are NULL: the trust store of the system, proxies of the environment, no client certificate. */
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
    struct idocr_sink *sink;     /* receives the body of the reply, borrowed likewise; or NULL: stored in the response */
    int64_t connect_ms;          /* limit for name, connection, proxy and handshake together; > 0 */
    int64_t total_ms;            /* limit for everything; > 0 */
    size_t max_body;             /* largest body of a reply, decompressed */
    bool fresh;                  /* use a new connection */
};

/* Initialises libcurl for this process; may be called again. Returns 0, or -1 on failure. */
int idocr_transfers_start_library(void);

/* Returns the versions of libcurl and its libraries; a static text. */
const char *idocr_transfers_library(void);

/* Makes a set. NULL: out of memory, or libcurl refuses an option; *why is then a static error message. */
struct idocr_transfers *idocr_transfers_new(const struct idocr_transfers_options *options, const char **why);

/* Cancels all transfers of the set, closes its connections and frees it. Accepts NULL. */
void idocr_transfers_free(struct idocr_transfers *set);

/* Drives all transfers until one is finished or `timeout_ms` have passed (0: does not block). Returns after a second or after a
 * signal at the latest, so that the interpreter can handle the signal. Returns the number of finished transfers that
 * idocr_transfers_next() can return. */
size_t idocr_transfers_wait(struct idocr_transfers *set, int64_t timeout_ms);

/* A descriptor that another event loop waits for. */
struct idocr_descriptor {
    int fd;
    bool read, write; /* what to wait for */
};

/* Stores at most `capacity` descriptors of the unfinished transfers in `list` and returns their number. Sets *wait_ms to the
 * longest time until idocr_transfers_wait(set, 0) must be called although none of them is ready: 0 when a transfer is finished
 * already, -1 where there is no such time. They are valid until the next call with this set. */
size_t idocr_transfers_descriptors(struct idocr_transfers *set, struct idocr_descriptor *list, size_t capacity, int64_t *wait_ms);

/* Removes and returns the transfer that finished first, or NULL. */
struct idocr_transfer *idocr_transfers_next(struct idocr_transfers *set);

/* Returns the number of unfinished transfers. */
size_t idocr_transfers_active(struct idocr_transfers *set);

/* Makes a transfer of the set. NULL: out of memory. Sets *owner to it, and to NULL when the set is freed first. */
struct idocr_transfer *idocr_transfer_new(struct idocr_transfers *set, struct idocr_transfer **owner);

/* Adds a request header, which must not hold CR, LF or NUL. Returns 0, or -1: out of memory. */
int idocr_transfer_header(struct idocr_transfer *transfer, const char *name, size_t name_length, const char *value,
                          size_t value_length);

/* Starts it. Returns 0, or -1: it is finished already, see idocr_transfer_failure(). */
int idocr_transfer_start(struct idocr_transfer *transfer, const struct idocr_transfer_request *request);

/* Ends it with closed/Cancelled, unless it is finished. idocr_transfers_next() does not return it. */
void idocr_transfer_cancel(struct idocr_transfer *transfer);

/* As idocr_transfers_wait(), until this transfer is finished; idocr_transfers_next() then does not return it. Returns whether it
 * is finished. */
bool idocr_transfer_wait(struct idocr_transfer *transfer, int64_t timeout_ms);

/* Returns whether it is finished; only then the next two functions may be called. */
bool idocr_transfer_finished(const struct idocr_transfer *transfer);

/* Returns the failure, or NULL when there is a reply. Owned by the transfer. */
const struct idocr_failure *idocr_transfer_failure(const struct idocr_transfer *transfer);

/* Returns status, headers and body. Owned by the transfer. */
const struct idocr_response *idocr_transfer_response(const struct idocr_transfer *transfer);

/* Returns the transfer to its set, cancelled if it is unfinished, and clears *owner. */
void idocr_transfer_release(struct idocr_transfer *transfer);

IDOCR_HIDDEN_END

#endif
