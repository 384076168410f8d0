/* SPDX-License-Identifier: MIT
 *
 * TLS for connections to Redis, where hiredis has it (hiredis_ssl, from 1.0).
 */
#ifndef IDOCR_REDIS_TLS_H
#define IDOCR_REDIS_TLS_H

#include "visibility.h"

#include <hiredis.h>

IDOCR_HIDDEN_BEGIN

#ifdef IDOCR_REDIS_TLS
#define IDOCR_REDIS_HAS_TLS 1
#else
#define IDOCR_REDIS_HAS_TLS 0
#endif

/* Borrowed texts; NULL: the default. */
struct idocr_redis_tls_options {
    const char *host;    /* in the certificate */
    const char *ca_file; /* PEM; the system's certificates where ca_file and ca_path are NULL */
    const char *ca_path; /* folder of hashed PEM files */
    const char *cert;    /* PEM, of the client */
    const char *key;     /* PEM */
};

/* Makes the handshake on a connected context and verifies certificate and host name. Returns NULL, or a static text that says what
 * failed; the context can then only be freed. */
const char *idocr_redis_tls_start(redisContext *context, const struct idocr_redis_tls_options *options, double seconds);

IDOCR_HIDDEN_END

#endif
