/* SPDX-License-Identifier: MIT
 *
 * TLS for connections to Redis. hiredis itself would not verify the host name, so the session is made here.
 */
#include "redis_tls.h"

#ifdef IDOCR_REDIS_TLS

#include <stdbool.h>
#include <stddef.h>
#include <sys/time.h>

#include <hiredis_ssl.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

static bool load_files(SSL_CTX *settings, const struct idocr_redis_tls_options *options)
{
    bool own = options->ca_file != NULL || options->ca_path != NULL;
    if (own ? SSL_CTX_load_verify_locations(settings, options->ca_file, options->ca_path) != 1
            : SSL_CTX_set_default_verify_paths(settings) != 1)
        return false;
    if (options->cert != NULL && SSL_CTX_use_certificate_chain_file(settings, options->cert) != 1)
        return false;
    const char *key = options->key != NULL ? options->key : options->cert;
    return key == NULL || SSL_CTX_use_PrivateKey_file(settings, key, SSL_FILETYPE_PEM) == 1;
}

/* Sets the name that the certificate must have: a host name (also sent as SNI) or an address. */
static bool set_name(SSL *session, const char *host)
{
    if (host == NULL)
        return true;
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) == 1)
        return true;
    return SSL_set1_host(session, host) == 1 && SSL_set_tlsext_host_name(session, host) == 1;
}

static const char *start(redisContext *context, SSL *session, double seconds)
{
    if (seconds <= 0)
        return "no TLS handshake in time";
    struct timeval limit = {.tv_sec = (time_t)seconds, .tv_usec = (suseconds_t)((seconds - (double)(time_t)seconds) * 1e6)};
    if (redisSetTimeout(context, limit) != REDIS_OK)
        return "the socket takes no timeout";
    if (redisInitiateSSL(context, session) == REDIS_OK)
        return NULL;
    return SSL_get_verify_result(session) != X509_V_OK ? "the certificate of the Redis server is not trusted"
                                                       : "the TLS handshake with the Redis server failed";
}

const char *idocr_redis_tls_start(redisContext *context, const struct idocr_redis_tls_options *options, double seconds)
{
    const char *problem = "out of memory";
    SSL *session = NULL;
    SSL_CTX *settings = SSL_CTX_new(TLS_client_method());
    if (settings == NULL)
        goto cleanup;
    SSL_CTX_set_min_proto_version(settings, TLS1_2_VERSION);
    SSL_CTX_set_verify(settings, SSL_VERIFY_PEER, NULL);
    problem = "a certificate or key file for Redis cannot be used";
    if (!load_files(settings, options))
        goto cleanup;
    problem = "the host name of the Redis server cannot be verified";
    session = SSL_new(settings);
    if (session == NULL || !set_name(session, options->host))
        goto cleanup;
    problem = start(context, session, seconds);
    if (problem == NULL)
        session = NULL; /* the context owns it now */
cleanup:
    SSL_free(session);
    SSL_CTX_free(settings);
    return problem;
}

#else

const char *idocr_redis_tls_start(redisContext *context, const struct idocr_redis_tls_options *options, double seconds)
{
    (void)context, (void)options, (void)seconds;
    return "this build has no TLS for Redis";
}

#endif
