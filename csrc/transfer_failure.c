/* SPDX-License-Identifier: MIT
 *
 * Maps failures of libcurl to the error categories and codes of idocr.
 */
#include "transfer_failure.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void idocr_failure_set(struct idocr_failure *failure, const char *category, const char *code, enum idocr_sent sent,
                       const char *format, ...)
{
    failure->category = category;
    failure->code = code;
    failure->sent = sent;
    failure->dead_connection = false;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure->message, sizeof failure->message, format, arguments);
    va_end(arguments);
}

/* Returns a text for an errno, or NULL. Unlike strerror, it depends on neither the locale nor the C library. */
static const char *errno_text(long os_error)
{
    switch (os_error) {
    case ECONNREFUSED: return "connection refused";
    case ECONNRESET: return "reset by the peer";
    case EPIPE: return "closed by the peer";
    case ETIMEDOUT: return "no response";
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

/* Returns a text for an X509_V_ERR_* of OpenSSL, or NULL. The values are part of OpenSSL's ABI. */
static const char *certificate_text(long verify_result)
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

#define TOO_LARGE 100 /* CURLE_TOO_LARGE, from libcurl 8.6 on; its headers at build time may be older */

/* ---- codes of libcurl that need no further facts ---------------------------------------------------------------- */

/* BEGUN: only after the request was begun. NOT_BEGUN: only before. SILENT: only where libcurl names neither a cause nor an errno. */
enum when { ALWAYS, BEGUN, NOT_BEGUN, SILENT };

/* The first matching row is used. */
static const struct row {
    int curl_code;
    enum when when;
    const char *category, *code, *message;
} rows[] = {
    {CURLE_COULDNT_RESOLVE_PROXY, ALWAYS, "connect", "ProxyFailed", "the name of the proxy does not resolve"},
    {CURLE_COULDNT_RESOLVE_HOST, ALWAYS, "connect", "ResolveFailed", "the name does not resolve"},
    {CURLE_SSL_CACERT_BADFILE, ALWAYS, "tls", "HandshakeFailed", "the trusted certificates could not be read"},
    {CURLE_SSL_CERTPROBLEM, ALWAYS, "tls", "HandshakeFailed", "the client certificate or its key could not be used"},
    {CURLE_SSL_CLIENTCERT, ALWAYS, "tls", "HandshakeFailed", "the server wants a client certificate"},
    {CURLE_SSL_CONNECT_ERROR, ALWAYS, "tls", "HandshakeFailed", "no TLS handshake"},
    {CURLE_SSL_CIPHER, ALWAYS, "tls", "HandshakeFailed", "no TLS handshake"},
    {CURLE_SSL_ENGINE_INITFAILED, ALWAYS, "tls", "HandshakeFailed", "no TLS handshake"},
    {CURLE_SSL_SHUTDOWN_FAILED, ALWAYS, "tls", "HandshakeFailed", "no TLS handshake"},
    {CURLE_GOT_NOTHING, ALWAYS, "network", "ConnectionClosed", "the connection was closed before a response"},
    {CURLE_PARTIAL_FILE, ALWAYS, "network", "ConnectionClosed", "the connection was closed in the middle of the response"},
#if LIBCURL_VERSION_NUM >= 0x080000 /* before, libcurl returns this for other faults as well, and another code for this one */
    {CURLE_HTTP2, SILENT, "network", "ConnectionClosed", "the server closed the HTTP/2 connection"},
#endif
    {CURLE_HTTP2, ALWAYS, "network", "ConnectionReset", "the HTTP/2 connection broke off"},
    {CURLE_HTTP2_STREAM, ALWAYS, "network", "ConnectionReset", "the HTTP/2 stream broke off"},
    {CURLE_FILESIZE_EXCEEDED, ALWAYS, "protocol", "ResponseTooLarge", "the response is larger than max_response"},
    {CURLE_BAD_CONTENT_ENCODING, ALWAYS, "protocol", "BadEncoding", "the response cannot be decompressed"},
    {CURLE_WRITE_ERROR, ALWAYS, "protocol", "BadEncoding", "the response cannot be decompressed"}, /* bytes after the end of gzip */
    {CURLE_WEIRD_SERVER_REPLY, ALWAYS, "protocol", "BadResponse", "the response is not HTTP"},
    {CURLE_BAD_FUNCTION_ARGUMENT, BEGUN, "protocol", "BadResponse", "malformed response: bad chunks"},
    {CURLE_UNSUPPORTED_PROTOCOL, BEGUN, "protocol", "BadResponse", "the response is not HTTP"}, /* no status line */
    {CURLE_UNSUPPORTED_PROTOCOL, NOT_BEGUN, "unsupported", "BadUrl", "the URL must start with http:// or https://"},
    {CURLE_URL_MALFORMAT, ALWAYS, "unsupported", "BadUrl", "malformed URL"},
    {CURLE_LOGIN_DENIED, ALWAYS, "unsupported", "BadUrl", "the URL must not hold a user name"},
    {CURLE_OUT_OF_MEMORY, BEGUN, "protocol", "ResponseTooLarge", "a header line of the response is too large"}, /* 100 KB */
    {CURLE_OUT_OF_MEMORY, NOT_BEGUN, "network", "SendFailed", "out of memory"},
    {CURLE_FAILED_INIT, BEGUN, "network", "ReceiveFailed", "no memory or no file left for the transfer"},
    {CURLE_FAILED_INIT, NOT_BEGUN, "network", "SendFailed", "no memory or no file left for the transfer"},
    {TOO_LARGE, BEGUN, "protocol", "ResponseTooLarge", "a header line of the response is too large"},
    {TOO_LARGE, NOT_BEGUN, "unsupported", "BadHeader", "the head of the request is too large"},
};

static bool is_silent(const struct idocr_failure_facts *facts)
{
    return facts->os_error == 0 && (facts->error_text == NULL || facts->error_text[0] == '\0');
}

static bool by_table(struct idocr_failure *failure, const struct idocr_failure_facts *facts)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].curl_code != facts->curl_code || rows[i].when == (facts->requested ? NOT_BEGUN : BEGUN) ||
            (rows[i].when == SILENT && !is_silent(facts)))
            continue;
        idocr_failure_set(failure, rows[i].category, rows[i].code, facts->sent, "%s", rows[i].message);
        return true;
    }
    return false;
}

/* ---- other codes ------------------------------------------------------------------------------------------------- */

static bool message_has(const struct idocr_failure_facts *facts, const char *text)
{
    return facts->error_text != NULL && strstr(facts->error_text, text) != NULL;
}

static void certificate_rejected(struct idocr_failure *failure, const struct idocr_failure_facts *facts)
{
    const char *text = certificate_text(facts->verify_result);
    if (text != NULL)
        idocr_failure_set(failure, "tls", "CertificateRejected", facts->sent, "the certificate is not trusted: %s", text);
    else
        idocr_failure_set(failure, "tls", "CertificateRejected", facts->sent,
                          "the certificate is not trusted: X.509 verify result %ld", facts->verify_result);
}

static void connection_failed(struct idocr_failure *failure, const struct idocr_failure_facts *facts, const char *code,
                              const char *what)
{
    const char *text = errno_text(facts->os_error);
    if (facts->os_error == ECONNRESET || facts->os_error == EPIPE)
        code = "ConnectionReset";
    if (text != NULL)
        idocr_failure_set(failure, "network", code, facts->sent, "%s: %s", what, text);
    else
        idocr_failure_set(failure, "network", code, facts->sent, "%s", what);
}

static void response_trouble(struct idocr_failure *failure, const struct idocr_failure_facts *facts)
{
    switch (facts->response_trouble) {
    case IDOCR_RESPONSE_HEADERS_TOO_LARGE:
        idocr_failure_set(failure, "protocol", "ResponseTooLarge", facts->sent, "the header lines of the response are too large");
        break;
    case IDOCR_RESPONSE_UNKNOWN_CODING:
        idocr_failure_set(failure, "protocol", "BadEncoding", facts->sent,
                          "the response is compressed in a way that was not offered");
        break;
    case IDOCR_RESPONSE_MALFORMED:
        idocr_failure_set(failure, "protocol", "BadResponse", facts->sent, "malformed response: %s", facts->malformed);
        break;
    case IDOCR_RESPONSE_NO_MEMORY:
        idocr_failure_set(failure, "network", "ReceiveFailed", facts->sent, "no memory for the response");
        break;
    default:
        idocr_failure_set(failure, "protocol", "ResponseTooLarge", facts->sent, "the response is larger than max_response");
        break;
    }
}

/* Fails a request that libcurl would have sent again. */
static void lost(struct idocr_failure *failure, const struct idocr_failure_facts *facts)
{
    if (facts->http1_wanted)
        idocr_failure_set(failure, "protocol", "BadResponse", facts->sent, "the server takes this request over HTTP/1.1 only");
    else if (facts->stream_refused)
        idocr_failure_set(failure, "network", "StreamRefused", facts->sent, "the server refused the HTTP/2 stream unread");
    else
        connection_failed(failure, facts, "ConnectionClosed", "the connection was closed before a response");
}

/* Handles failures of the proxy. Before the request is begun, a failed receive can only be one from the proxy. */
static bool proxy_failed(struct idocr_failure *failure, const struct idocr_failure_facts *facts)
{
    if (facts->requested)
        return false;
    switch (facts->curl_code) {
    case CURLE_COULDNT_CONNECT:
        if (!facts->proxied)
            return false;
        break;
    case CURLE_PROXY:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_WEIRD_SERVER_REPLY: break;
    default: return false;
    }
    const char *text = errno_text(facts->os_error);
    if (facts->curl_code == CURLE_COULDNT_CONNECT)
        idocr_failure_set(failure, "connect", "ProxyFailed", facts->sent, "no connection: %s", text != NULL ? text : "refused");
    else if (facts->proxy_status != 0)
        idocr_failure_set(failure, "connect", "ProxyFailed", facts->sent, "the proxy answered CONNECT with status %ld",
                          facts->proxy_status);
    else
        idocr_failure_set(failure, "connect", "ProxyFailed", facts->sent, "the proxy closed the connection");
    return true;
}

/* Handles a connection that closes during the handshake without a TLS alert: unlike a refused handshake, it can be retried. */
static bool handshake_connection_failed(struct idocr_failure *failure, const struct idocr_failure_facts *facts)
{
    if (facts->curl_code != CURLE_SSL_CONNECT_ERROR)
        return false;
    const bool reset = facts->os_error == ECONNRESET || facts->os_error == EPIPE || message_has(facts, "reset by peer");
    if (!reset && !message_has(facts, "SSL_ERROR_SYSCALL") && !message_has(facts, "unexpected eof"))
        return false;
    idocr_failure_set(failure, "connect", "ConnectFailed", facts->sent, "the connection was %s during the TLS handshake",
                      reset ? "reset" : "closed");
    return true;
}

static void timed_out(struct idocr_failure *failure, const struct idocr_failure_facts *facts)
{
    if (!facts->requested && !facts->deadline_first)
        idocr_failure_set(failure, "connect", "ConnectTimeout", facts->sent, "no connection within the connect timeout");
    else
        idocr_failure_set(failure, "timeout", "DeadlineExceeded", facts->sent, "the deadline passed %s",
                          !facts->requested                ? "before there was a connection"
                          : facts->sent == IDOCR_SENT_PART ? "while the request was being sent"
                                                           : "while waiting for the response");
}

static void by_code(struct idocr_failure *failure, const struct idocr_failure_facts *facts)
{
    const char *text = errno_text(facts->os_error);
    switch (facts->curl_code) {
    case CURLE_COULDNT_CONNECT:
        idocr_failure_set(failure, "connect", "ConnectFailed", facts->sent, "no connection: %s", text != NULL ? text : "refused");
        break;
    case CURLE_OPERATION_TIMEDOUT: timed_out(failure, facts); break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: certificate_rejected(failure, facts); break;
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND: connection_failed(failure, facts, "SendFailed", "the request could not be sent"); break;
    case CURLE_RECV_ERROR:
        if (message_has(facts, "chunk"))
            idocr_failure_set(failure, "protocol", "BadResponse", facts->sent, "malformed response: bad chunks");
        else if (message_has(facts, "nghttp2_session_mem_recv"))
            idocr_failure_set(failure, "protocol", "BadResponse", facts->sent, "malformed response: HTTP/2 that cannot be parsed");
        else
            connection_failed(failure, facts, facts->responding ? "ConnectionClosed" : "ReceiveFailed",
                              "the response could not be received");
        break;
    default:
        idocr_failure_set(failure, "network", "ReceiveFailed", facts->sent, "libcurl failed with code %d", facts->curl_code);
        break;
    }
}

void idocr_failure_from_curl(struct idocr_failure *failure, const struct idocr_failure_facts *facts)
{
    if (facts->source_error != NULL)
        idocr_failure_set(failure, "image", "PictureChanged", facts->sent, "%s", facts->source_error);
    else if (facts->response_trouble != IDOCR_RESPONSE_FINE)
        response_trouble(failure, facts);
    else if (facts->again)
        lost(failure, facts);
    else if (!proxy_failed(failure, facts) && !handshake_connection_failed(failure, facts) && !by_table(failure, facts))
        by_code(failure, facts);
}
