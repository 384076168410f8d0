/* SPDX-License-Identifier: MIT
 *
 * What a failed transfer is called: libcurl's codes become a few stable categories and codes. The texts are ours and
 * hold no URL (a token may be in it) and nothing that was sent or received.
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
    IDOCR_SENT_ALL      /* all of it, or nobody knows */
};

struct idocr_failure {
    const char *category; /* static: "connect", "tls", "timeout", "network", "protocol", "image", "closed", "unsupported" */
    const char *code;     /* static: "ResolveFailed" and so on */
    char message[160];    /* a phrase without the host's name */
    enum idocr_sent sent;
    bool dead_connection; /* a reused connection was dead, or a stream was refused, before the peer could act on the request */
};

/* What is known about a transfer that libcurl gave up, or that was ended because its connection was lost. */
struct idocr_failure_facts {
    int curl_code;            /* CURLcode; of no meaning where `again` */
    bool requested;           /* a connection stood, proxy and TLS included, and the request was begun */
    enum idocr_sent sent;
    bool deadline_first;      /* the deadline was no later than the connect timeout */
    bool again;               /* no byte of a response came, and libcurl wanted to send the request again */
    bool stream_refused;      /* HTTP/2: the peer did not act on this request */
    bool http1_wanted;        /* HTTP/2: the peer said HTTP_1_1_REQUIRED */
    bool responding;          /* a status line came */
    bool proxied;             /* the peer to connect to is a proxy */
    const char *source_error; /* why the body could not be read, or NULL */
    const char *error_text;   /* libcurl's sentence, only to tell faults of one CURLcode apart */
    enum idocr_response_trouble response_trouble;
    const char *malformed;    /* what was wrong with the response's head, or NULL */
    long os_error;            /* errno of the last failed system call, or 0 */
    long verify_result;       /* X509_V_* of the certificate check, or 0 */
    long proxy_status;        /* status of a CONNECT, or 0 */
};

/* Fills *failure with a phrase of printf's kind. */
void idocr_failure_set(struct idocr_failure *failure, const char *category, const char *code, enum idocr_sent sent,
                       const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Names a failure of libcurl. */
void idocr_failure_from_curl(struct idocr_failure *failure, const struct idocr_failure_facts *facts);

IDOCR_HIDDEN_END

#endif
