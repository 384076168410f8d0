/* SPDX-License-Identifier: MIT
 *
 * Signs requests with TC3-HMAC-SHA256 (Tencent Cloud API 3.0): the three stages (canonical request, string to sign,
 * signature) and the Authorization header. Pure: time and keys are arguments, and the caller owns the buffers.
 */
#ifndef IDOCR_TC3_H
#define IDOCR_TC3_H

#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "error.h"
#include "text.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

#define IDOCR_TC3_HEADERS 32                       /* headers that can be signed */
#define IDOCR_TC3_REQUEST_LIMIT (64 * 1024)        /* bytes of a canonical request: a GET query has up to 32 KB */
#define IDOCR_TC3_TEXT 512                         /* capacity for a string to sign, and for a scope */
#define IDOCR_TC3_SERVICE 64                       /* bytes of a service name */
#define IDOCR_TC3_SECRET 512                       /* bytes of a secret id, and of a secret key */
#define IDOCR_TC3_TIME_LIMIT INT64_C(253402300799) /* the last second of the year 9999 */

/* SHA-256 of the empty text, and of the text UNSIGNED-PAYLOAD: the two constant payload hashes. */
#define IDOCR_TC3_EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define IDOCR_TC3_UNSIGNED_SHA256 "438d4109ef0d676b8c2c7ed13cdfcb418e494d53b843d4634ce3b1085f07bb96"

struct idocr_tc3_header {
    struct idocr_view name, value;
};

struct idocr_tc3_request {
    struct idocr_view method, uri, query, payload_hash;
    struct idocr_tc3_header headers[IDOCR_TC3_HEADERS]; /* in any order: the functions sort them by name */
    size_t header_count;
};

/* Returns a capacity in bytes that is enough for the canonical request and for the list of signed headers. */
size_t idocr_tc3_request_capacity(const struct idocr_tc3_request *request);

/* Writes the canonical request and the names of the signed headers: names and values in lower case, values trimmed,
 * sorted by name. Sorts request->headers. -1: "too_long", or "bad_request" (control characters, a method that is not in
 * capitals, a header twice or without a name, a payload hash that is not 64 lower-case hexadecimal digits). */
int idocr_tc3_canonical_request(struct idocr_tc3_request *request, struct idocr_text *canonical, struct idocr_text *signed_headers,
                                struct idocr_error *error);

/* Writes the UTC date of a Unix time: "YYYY-MM-DD" and a NUL. -1: "bad_time" outside of the years 1970 to 9999. */
int idocr_tc3_date(int64_t timestamp, char date[11], struct idocr_error *error);

/* Writes the string to sign, and the scope "date/service/tc3_request" where `scope` is not NULL. -1: "bad_time",
 * "bad_service" (empty, too long, or not letters, digits, '-', '_' and '.'), "too_long". */
int idocr_tc3_string_to_sign(int64_t timestamp, struct idocr_view service, const uint8_t request_digest[IDOCR_SHA256_SIZE],
                             struct idocr_text *string, struct idocr_text *scope, struct idocr_error *error);

/* The three derived keys, raw bytes. */
struct idocr_tc3_keys {
    uint8_t date[IDOCR_SHA256_SIZE], service[IDOCR_SHA256_SIZE], signing[IDOCR_SHA256_SIZE];
};
/* Derives the keys, which the caller wipes. -1: "bad_time", "bad_service", "bad_key" (empty, too long). */
int idocr_tc3_keys(struct idocr_view secret_key, int64_t timestamp, struct idocr_view service, struct idocr_tc3_keys *keys,
                   struct idocr_error *error);

/* Credentials, and the HMAC state of today's signing key, so that a signature hashes only two short texts. Owns no
 * memory; idocr_tc3_signer_wipe removes the secrets. */
struct idocr_tc3_signer {
    char secret_id[IDOCR_TC3_SECRET], secret_key[IDOCR_TC3_SECRET];
    size_t id_length, key_length;
    int64_t day; /* days since 1970 that `key` is for; meaningless while service_length is 0 */
    char service[IDOCR_TC3_SERVICE];
    size_t service_length;
    struct idocr_hmac_key key;
};

/* Copies both texts. -1: "bad_key" (empty, too long, or an id with control characters). */
int idocr_tc3_signer_init(struct idocr_tc3_signer *signer, struct idocr_view secret_id, struct idocr_view secret_key,
                          struct idocr_error *error);
void idocr_tc3_signer_wipe(struct idocr_tc3_signer *signer);

/* Writes the value of the Authorization header. `scratch` receives the canonical request and `names` the list of signed
 * headers; each needs idocr_tc3_request_capacity bytes. -1: the errors of the stages above. */
int idocr_tc3_authorize(struct idocr_tc3_signer *signer, struct idocr_tc3_request *request, int64_t timestamp,
                        struct idocr_view service, struct idocr_text *scratch, struct idocr_text *names,
                        struct idocr_text *authorization, struct idocr_error *error);

IDOCR_HIDDEN_END

#endif
