/* SPDX-License-Identifier: MIT */
#include "transfer_failure.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void idocr_failure_set(struct idocr_failure *failure, const char *category, const char *code, bool sent,
                       const char *format, ...)
{
    failure->category = category;
    failure->code = code;
    failure->sent = sent;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure->message, sizeof failure->message, format, arguments);
    va_end(arguments);
}

/* The system's own words depend on the locale and on the C library; these do not. */
static const char *system_words(long os_error)
{
    switch (os_error) {
    case ECONNREFUSED: return "connection refused";
    case ECONNRESET: return "reset by the other side";
    case EPIPE: return "closed by the other side";
    case ETIMEDOUT: return "no answer";
    case ENETUNREACH: return "network unreachable";
    case EHOSTUNREACH: return "host unreachable";
    case EACCES:
    case EPERM: return "not permitted";
    case EMFILE:
    case ENFILE: return "too many open files";
    case EADDRNOTAVAIL: return "no local address or port left";
    default: return NULL;
    }
}

/* Values of OpenSSL's X509_V_ERR_*, stable since they are part of its ABI. */
static const char *certificate_words(long verify_result)
{
    switch (verify_result) {
    case 9: return "it is not yet valid";
    case 10: return "it has expired";
    case 18: return "it is self-signed";
    case 19: return "its chain ends in an unknown root";
    case 2:
    case 20:
    case 21: return "its issuer is unknown";
    case 23: return "it was revoked";
    case 26: return "it is not meant for servers";
    case 0:
    case 1: /* libcurl compares the names itself and stops before OpenSSL's verdict */
    case 62:
    case 64: return "it is for another name";
    default: return NULL;
    }
}

#define TOO_LARGE 100 /* CURLE_TOO_LARGE, from 8.6 on; what is built with an older libcurl may run with a newer one */

static void certificate_rejected(struct idocr_failure *failure, const struct idocr_failure_facts *facts)
{
    const char *words = certificate_words(facts->verify_result);
    if (words != NULL)
        idocr_failure_set(failure, "tls", "CertificateRejected", facts->requested, "the certificate is not trusted: %s", words);
    else
        idocr_failure_set(failure, "tls", "CertificateRejected", facts->requested,
                          "the certificate is not trusted: X.509 verify result %ld", facts->verify_result);
}

static void broken(struct idocr_failure *failure, const struct idocr_failure_facts *facts, const char *code,
                   const char *what)
{
    const char *words = system_words(facts->os_error);
    if (facts->os_error == ECONNRESET || facts->os_error == EPIPE)
        code = "ConnectionReset";
    if (words != NULL)
        idocr_failure_set(failure, "network", code, facts->requested, "%s: %s", what, words);
    else
        idocr_failure_set(failure, "network", code, facts->requested, "%s", what);
}

static void response_trouble(struct idocr_failure *failure, const struct idocr_failure_facts *facts)
{
    switch (facts->response_trouble) {
    case IDOCR_RESPONSE_HEADERS_TOO_LARGE:
        idocr_failure_set(failure, "protocol", "ResponseTooLarge", true, "the header of the reply is too large");
        break;
    case IDOCR_RESPONSE_NO_MEMORY:
        idocr_failure_set(failure, "network", "ReceiveFailed", true, "no memory for the reply");
        break;
    default:
        idocr_failure_set(failure, "protocol", "ResponseTooLarge", true, "the reply is larger than max_response");
        break;
    }
}

/* Before a request was begun: what libcurl calls a failed receive can only be the talk with a proxy. */
static bool failed_at_proxy(const struct idocr_failure_facts *facts)
{
    if (facts->requested)
        return false;
    switch (facts->curl_code) {
    case CURLE_PROXY:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_WEIRD_SERVER_REPLY: return true;
    default: return false;
    }
}

void idocr_failure_from_curl(struct idocr_failure *failure, const struct idocr_failure_facts *facts)
{
    bool sent = facts->requested;
    const char *words = system_words(facts->os_error);

    if (facts->source_error != NULL) {
        idocr_failure_set(failure, "image", "PictureChanged", sent, "%s", facts->source_error);
        return;
    }
    if (facts->response_trouble != IDOCR_RESPONSE_FINE) {
        response_trouble(failure, facts);
        return;
    }
    if (facts->rewind_refused) {
        idocr_failure_set(failure, "network", "ConnectionClosed", true,
                          "the connection was closed after the request had gone out and before a reply");
        return;
    }
    if (failed_at_proxy(facts)) {
        if (facts->proxy_status != 0)
            idocr_failure_set(failure, "connect", "ProxyFailed", false, "the proxy answered CONNECT with status %ld",
                              facts->proxy_status);
        else
            idocr_failure_set(failure, "connect", "ProxyFailed", false, "the proxy closed the connection");
        return;
    }

    switch (facts->curl_code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
        idocr_failure_set(failure, "connect", "ProxyFailed", sent, "the name of the proxy does not resolve");
        break;
    case CURLE_COULDNT_RESOLVE_HOST:
        idocr_failure_set(failure, "connect", "ResolveFailed", sent, "the name does not resolve");
        break;
    case CURLE_COULDNT_CONNECT:
        idocr_failure_set(failure, "connect", "ConnectFailed", sent, "no connection: %s", words != NULL ? words : "refused");
        break;
    case CURLE_OPERATION_TIMEDOUT:
        if (facts->requested || facts->deadline_first)
            idocr_failure_set(failure, "timeout", "DeadlineExceeded", sent, "the deadline passed %s",
                              !facts->requested ? "before there was a connection" : "while waiting for the reply");
        else
            idocr_failure_set(failure, "connect", "ConnectTimeout", sent, "no connection within the connect timeout");
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
        certificate_rejected(failure, facts);
        break;
    case CURLE_SSL_CACERT_BADFILE:
        idocr_failure_set(failure, "tls", "HandshakeFailed", sent, "the trusted certificates could not be read");
        break;
    case CURLE_SSL_CERTPROBLEM:
        idocr_failure_set(failure, "tls", "HandshakeFailed", sent, "the client certificate or its key could not be used");
        break;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_SHUTDOWN_FAILED:
        idocr_failure_set(failure, "tls", "HandshakeFailed", sent, "no TLS handshake%s%s", words != NULL ? ": " : "",
                          words != NULL ? words : "");
        break;
    case CURLE_GOT_NOTHING:
        idocr_failure_set(failure, "network", "ConnectionClosed", sent, "the connection was closed before a reply");
        break;
    case CURLE_PARTIAL_FILE:
        idocr_failure_set(failure, "network", "ConnectionClosed", sent, "the connection was closed in the middle of the reply");
        break;
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND:
        broken(failure, facts, "SendFailed", "the request could not be sent");
        break;
    case CURLE_RECV_ERROR:
        broken(failure, facts, "ReceiveFailed", "the reply could not be received");
        break;
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        idocr_failure_set(failure, "network", "ConnectionReset", sent, "the HTTP/2 stream was broken off");
        break;
    case CURLE_FILESIZE_EXCEEDED:
        idocr_failure_set(failure, "protocol", "ResponseTooLarge", sent, "the reply is larger than max_response");
        break;
    case CURLE_BAD_CONTENT_ENCODING:
        idocr_failure_set(failure, "protocol", "BadEncoding", sent, "the reply cannot be decompressed");
        break;
    case CURLE_WEIRD_SERVER_REPLY:
        idocr_failure_set(failure, "protocol", "BadResponse", sent, "the reply is not HTTP");
        break;
    case CURLE_UNSUPPORTED_PROTOCOL:
        if (facts->requested) /* libcurl's word for a reply without a status line */
            idocr_failure_set(failure, "protocol", "BadResponse", sent, "the reply is not HTTP");
        else
            idocr_failure_set(failure, "unsupported", "BadUrl", sent, "only http and https addresses can be called");
        break;
    case CURLE_URL_MALFORMAT:
    case CURLE_LOGIN_DENIED: /* a user name in the URL */
        idocr_failure_set(failure, "unsupported", "BadUrl", sent, "the address is not a URL that can be called");
        break;
    case CURLE_OUT_OF_MEMORY:
        if (sent) /* libcurl's word for a header line beyond 100 KB */
            idocr_failure_set(failure, "protocol", "ResponseTooLarge", sent, "a header line of the reply is too large");
        else
            idocr_failure_set(failure, "network", "SendFailed", sent, "out of memory");
        break;
    case CURLE_FAILED_INIT: /* libcurl itself could not go on */
        idocr_failure_set(failure, "network", sent ? "ReceiveFailed" : "SendFailed", sent, "no memory or no file left for the transfer");
        break;
    case TOO_LARGE:
        if (sent)
            idocr_failure_set(failure, "protocol", "ResponseTooLarge", sent, "a header line of the reply is too large");
        else
            idocr_failure_set(failure, "unsupported", "BadHeader", sent, "the head of the request is too large");
        break;
    default:
        idocr_failure_set(failure, "network", "ReceiveFailed", sent, "libcurl gave up with code %d", facts->curl_code);
        break;
    }
}
