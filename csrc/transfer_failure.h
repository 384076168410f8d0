/* SPDX-License-Identifier: MIT
 *
 * Maps failures of libcurl to the error categories and codes of idocr. Messages hold no URL (it may contain a token) and nothing
 * that was sent or received.
 */
#ifndef IDOCR_TRANSFER_FAILURE_H
#define IDOCR_TRANSFER_FAILURE_H

#include "visibility.h"

#include <stdbool.h>

#include "transfer_response.h"

IDOCR_HIDDEN_BEGIN

/* How much of a request was handed to the kernel. */
enum idocr_sent {
    IDOCR_SENT_NOTHING, /* not a byte */
    IDOCR_SENT_PART,    /* certainly not all of it */
    IDOCR_SENT_ALL      /* all of it, or unknown */
};

struct idocr_failure {
    const char *category; /* static: "connect", "tls", "timeout", "network", "protocol", "image", "closed", "unsupported" */
    const char *code;     /* static: "ResolveFailed" and so on */
    char message[160];    /* a phrase without the host's name */
    enum idocr_sent sent;
    bool dead_connection; /* a reused connection was dead, or a stream was refused, before the peer could act on the request */
};

/* The facts about a transfer that libcurl failed, or whose connection was lost. */
struct idocr_failure_facts {
    int curl_code;  /* CURLcode; ignored where `again` */
    bool requested; /* the connection was complete, proxy and TLS included, and the request was begun */
    enum idocr_sent sent;
    bool deadline_first;      /* the deadline was no later than the connect timeout */
    bool again;               /* no byte of a response came, and libcurl wanted to send the request again */
    bool stream_refused;      /* HTTP/2: the peer did not act on this request */
    bool http1_wanted;        /* HTTP/2: the peer sent HTTP_1_1_REQUIRED */
    bool responding;          /* a status line came */
    bool proxied;             /* the peer to connect to is a proxy */
    const char *source_error; /* why the body could not be read, or NULL */
    const char *error_text;   /* libcurl's message, only to distinguish failures of one CURLcode */
    enum idocr_response_trouble response_trouble;
    const char *malformed; /* what was wrong with the response's head, or NULL */
    long os_error;         /* errno of the last failed system call, or 0 */
    long verify_result;    /* X509_V_* of the certificate check, or 0 */
    long proxy_status;     /* status of a CONNECT, or 0 */
};

/* Fills *failure; the message is formatted like printf. */
void idocr_failure_set(struct idocr_failure *failure, const char *category, const char *code, enum idocr_sent sent,
                       const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Fills *failure from the facts. */
void idocr_failure_from_curl(struct idocr_failure *failure, const struct idocr_failure_facts *facts);

IDOCR_HIDDEN_END

#endif
