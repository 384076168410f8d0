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

struct idocr_failure {
    const char *category; /* static: "connect", "tls", "timeout", "network", "protocol", "image", "closed", "unsupported" */
    const char *code;     /* static: "ResolveFailed" and so on */
    char message[160];    /* a phrase without the host's name */
    bool sent;            /* whether a byte of the request may have reached the server */
};

/* What is known about a transfer that libcurl gave up. */
struct idocr_failure_facts {
    int curl_code;              /* CURLcode */
    bool requested;             /* a connection stood, proxy and TLS included, and the request was begun */
    bool deadline_first;        /* the deadline was no later than the connect timeout */
    bool rewind_refused;        /* the connection died after the whole request went out */
    const char *source_error;   /* why the body could not be read, or NULL */
    enum idocr_response_trouble response_trouble;
    long os_error;              /* errno of the last failed system call, or 0 */
    long verify_result;         /* X509_V_* of the certificate check, or 0 */
    long proxy_status;          /* status of a CONNECT, or 0 */
};

/* Fills *failure with a phrase of printf's kind. */
void idocr_failure_set(struct idocr_failure *failure, const char *category, const char *code, bool sent,
                       const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Names a failure of libcurl. */
void idocr_failure_from_curl(struct idocr_failure *failure, const struct idocr_failure_facts *facts);

IDOCR_HIDDEN_END

#endif
