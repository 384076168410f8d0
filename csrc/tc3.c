/* SPDX-License-Identifier: MIT
 *
 * Signs requests with TC3-HMAC-SHA256: canonical request, string to sign, signature, Authorization header.
 */
#include "tc3.h"

#include <stdbool.h>
#include <string.h>

#include "date.h"

static const char algorithm[] = "TC3-HMAC-SHA256";
static const char terminator[] = "tc3_request";

#define SECONDS_PER_DAY 86400

static inline void add(struct idocr_text *text, const char *string)
{
    idocr_text_add(text, string, strlen(string));
}

static void add_view(struct idocr_text *text, struct idocr_view view)
{
    idocr_text_add(text, view.at, view.length);
}

/* The next functions handle eight characters at a time: one at a time took a third of the time of a signature without hashing. */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static uint64_t load8(const char *at)
{
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/* ASCII only, in every locale: the service defines its headers as ASCII. */
static char lower(char c)
{
    return (char)(c | ((unsigned)c - 'A' < 26) << 5);
}

static void add_lower(struct idocr_text *text, struct idocr_view view)
{
    size_t i = text->length;
    add_view(text, view);
    for (; text->length - i >= 8; i += 8) {
        uint64_t bytes = load8(text->at + i), low = bytes & EACH(0x7f);
        uint64_t from_a = low + EACH(0x80 - 'A'), after_z = low + EACH(0x7f - 'Z'); /* in the highest bit of each byte */
        bytes |= ((from_a ^ after_z) & ~bytes & EACH(0x80)) >> 2;
        memcpy(text->at + i, &bytes, sizeof bytes);
    }
    for (; i < text->length; i++)
        text->at[i] = lower(text->at[i]);
}

static struct idocr_view trim(struct idocr_view view)
{
    while (view.length > 0 && (view.at[0] == ' ' || view.at[0] == '\t')) {
        view.at++;
        view.length--;
    }
    while (view.length > 0 && (view.at[view.length - 1] == ' ' || view.at[view.length - 1] == '\t'))
        view.length--;
    return view;
}

static int compare_names(struct idocr_view a, struct idocr_view b)
{
    for (size_t i = 0; i < a.length && i < b.length; i++) {
        unsigned char x = (unsigned char)lower(a.at[i]), y = (unsigned char)lower(b.at[i]);
        if (x != y)
            return x < y ? -1 : 1;
    }
    return (a.length > b.length) - (a.length < b.length);
}

/* Returns whether a text holds no control character but tabs: a line break in a value would sign a header that is not sent. */
static bool printable(struct idocr_view view)
{
    unsigned bad = 0;
    size_t i = 0;
    for (; view.length - i >= 8; i += 8) {
        const uint64_t bytes = load8(view.at + i), not_del = bytes ^ EACH(0x7f);
        if ((((bytes - EACH(0x20)) & ~bytes) | ((not_del - EACH(1)) & ~not_del)) & EACH(0x80))
            break; /* a control character, perhaps a tab: decided one by one below */
    }
    for (; i < view.length; i++) {
        unsigned char c = (unsigned char)view.at[i];
        bad |= (unsigned)((c < 0x20) & (c != '\t')) | (c == 0x7f);
    }
    return bad == 0;
}

static bool is_digest(struct idocr_view view)
{
    if (view.length != IDOCR_SHA256_HEX)
        return false;
    unsigned char bad = 0;
    for (size_t i = 0; i < IDOCR_SHA256_HEX; i++) {
        unsigned char c = (unsigned char)view.at[i];
        bad |= (unsigned char)(c - '0') > 9 && (unsigned char)(c - 'a') > 5;
    }
    return bad == 0;
}

size_t idocr_tc3_request_capacity(const struct idocr_tc3_request *request)
{
    size_t total = request->method.length + request->uri.length + request->query.length + request->payload_hash.length + 16;
    for (size_t i = 0; i < request->header_count; i++) {
        const struct idocr_tc3_header *header = &request->headers[i];
        total += 2 * header->name.length + header->value.length + 3;
    }
    return total;
}

static int check_request(struct idocr_tc3_request *request, struct idocr_error *error)
{
    bool capitals = request->method.length > 0;
    for (size_t i = 0; i < request->method.length; i++)
        capitals = capitals && request->method.at[i] >= 'A' && request->method.at[i] <= 'Z';
    if (!capitals)
        return idocr_fail(error, "bad_request", "the method must be in capital letters", 0);
    if (!printable(request->uri) || !printable(request->query))
        return idocr_fail(error, "bad_request", "the path or the query holds control characters", 0);
    if (!is_digest(request->payload_hash))
        return idocr_fail(error, "bad_request", "the payload hash must be 64 lower-case hexadecimal digits", 0);

    /* Insertion sort: a request signs two or three headers. */
    for (size_t i = 1; i < request->header_count; i++) {
        struct idocr_tc3_header header = request->headers[i];
        size_t at = i;
        for (; at > 0 && compare_names(request->headers[at - 1].name, header.name) > 0; at--)
            request->headers[at] = request->headers[at - 1];
        request->headers[at] = header;
    }
    for (size_t i = 0; i < request->header_count; i++) {
        const struct idocr_tc3_header *header = &request->headers[i];
        if (header->name.length == 0 || !printable(header->name) || !printable(header->value))
            return idocr_fail(error, "bad_request", "a header has no name, or holds control characters", 0);
        if (i > 0 && compare_names(request->headers[i - 1].name, header->name) == 0)
            return idocr_fail(error, "bad_request", "a header is given twice", 0);
    }
    return 0;
}

int idocr_tc3_canonical_request(struct idocr_tc3_request *request, struct idocr_text *canonical, struct idocr_text *signed_headers,
                                struct idocr_error *error)
{
    if (check_request(request, error) != 0)
        return -1;
    for (size_t i = 0; i < request->header_count; i++) {
        if (i > 0)
            add(signed_headers, ";");
        add_lower(signed_headers, request->headers[i].name);
    }
    add_view(canonical, request->method);
    add(canonical, "\n");
    add_view(canonical, request->uri);
    add(canonical, "\n");
    add_view(canonical, request->query);
    add(canonical, "\n");
    for (size_t i = 0; i < request->header_count; i++) {
        add_lower(canonical, request->headers[i].name);
        add(canonical, ":");
        add_lower(canonical, trim(request->headers[i].value));
        add(canonical, "\n");
    }
    add(canonical, "\n");
    idocr_text_add(canonical, signed_headers->at, signed_headers->length);
    add(canonical, "\n");
    add_view(canonical, request->payload_hash);
    if (canonical->overflow || signed_headers->overflow)
        return idocr_fail(error, "too_long", "the request is too long to be signed", 0);
    return 0;
}

int idocr_tc3_date(int64_t timestamp, char date[11], struct idocr_error *error)
{
    if (timestamp < 0 || timestamp > IDOCR_TC3_TIME_LIMIT)
        return idocr_fail(error, "bad_time", "the timestamp must lie between 1970 and 9999", 0);
    idocr_date_of_day(timestamp / SECONDS_PER_DAY, date);
    date[IDOCR_DATE_LENGTH] = '\0';
    return 0;
}

static int check_service(struct idocr_view service, struct idocr_error *error)
{
    bool ok = service.length > 0 && service.length <= IDOCR_TC3_SERVICE;
    for (size_t i = 0; ok && i < service.length; i++) {
        char c = service.at[i];
        ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    }
    return ok ? 0 : idocr_fail(error, "bad_service", "the service must be a short name of letters and digits", 0);
}

static void add_scope(struct idocr_text *text, const char *date, struct idocr_view service)
{
    add(text, date);
    add(text, "/");
    add_view(text, service);
    add(text, "/");
    add(text, terminator);
}

static void add_number(struct idocr_text *text, int64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    idocr_text_add(text, digits + at, sizeof digits - at);
}

int idocr_tc3_string_to_sign(int64_t timestamp, struct idocr_view service, const uint8_t request_digest[IDOCR_SHA256_SIZE],
                             struct idocr_text *string, struct idocr_text *scope, struct idocr_error *error)
{
    char date[11], hex[IDOCR_SHA256_HEX];
    if (idocr_tc3_date(timestamp, date, error) != 0 || check_service(service, error) != 0)
        return -1;
    idocr_hex(request_digest, IDOCR_SHA256_SIZE, hex);
    add(string, algorithm);
    add(string, "\n");
    add_number(string, timestamp);
    add(string, "\n");
    add_scope(string, date, service);
    add(string, "\n");
    idocr_text_add(string, hex, sizeof hex);
    if (scope != NULL)
        add_scope(scope, date, service);
    if (string->overflow || (scope != NULL && scope->overflow))
        return idocr_fail(error, "too_long", "the request is too long to be signed", 0);
    return 0;
}

static void hmac_once(const void *secret, size_t secret_length, const void *data, size_t length, uint8_t mac[IDOCR_SHA256_SIZE])
{
    struct idocr_hmac_key key;
    idocr_hmac_key_init(&key, secret, secret_length);
    idocr_hmac(&key, data, length, mac);
    idocr_wipe(&key, sizeof key);
}

int idocr_tc3_keys(struct idocr_view secret_key, int64_t timestamp, struct idocr_view service, struct idocr_tc3_keys *keys,
                   struct idocr_error *error)
{
    char date[11], prefixed[3 + IDOCR_TC3_SECRET] = "TC3";
    if (idocr_tc3_date(timestamp, date, error) != 0 || check_service(service, error) != 0)
        return -1;
    if (secret_key.length == 0 || secret_key.length > IDOCR_TC3_SECRET)
        return idocr_fail(error, "bad_key", "the secret key is empty or too long", 0);
    memcpy(prefixed + 3, secret_key.at, secret_key.length);
    hmac_once(prefixed, 3 + secret_key.length, date, 10, keys->date);
    idocr_wipe(prefixed, sizeof prefixed);
    hmac_once(keys->date, sizeof keys->date, service.at, service.length, keys->service);
    hmac_once(keys->service, sizeof keys->service, terminator, strlen(terminator), keys->signing);
    return 0;
}

int idocr_tc3_signer_init(struct idocr_tc3_signer *signer, struct idocr_view secret_id, struct idocr_view secret_key,
                          struct idocr_error *error)
{
    if (secret_id.length == 0 || secret_id.length > IDOCR_TC3_SECRET || !printable(secret_id))
        return idocr_fail(error, "bad_key", "the secret id is empty, too long or holds control characters", 0);
    if (secret_key.length == 0 || secret_key.length > IDOCR_TC3_SECRET)
        return idocr_fail(error, "bad_key", "the secret key is empty or too long", 0);
    memcpy(signer->secret_id, secret_id.at, secret_id.length);
    memcpy(signer->secret_key, secret_key.at, secret_key.length);
    signer->id_length = secret_id.length;
    signer->key_length = secret_key.length;
    signer->service_length = 0;
    return 0;
}

void idocr_tc3_signer_wipe(struct idocr_tc3_signer *signer)
{
    idocr_wipe(signer, sizeof *signer);
}

/* Derives signer->key when the day or the service has changed. */
static int refresh_key(struct idocr_tc3_signer *signer, int64_t timestamp, struct idocr_view service, struct idocr_error *error)
{
    int64_t day = timestamp / SECONDS_PER_DAY;
    if (signer->day == day && signer->service_length == service.length && service.length > 0 &&
        memcmp(signer->service, service.at, service.length) == 0)
        return 0;
    struct idocr_tc3_keys keys;
    struct idocr_view secret = {signer->secret_key, signer->key_length};
    if (idocr_tc3_keys(secret, timestamp, service, &keys, error) != 0)
        return -1;
    idocr_hmac_key_init(&signer->key, keys.signing, sizeof keys.signing);
    idocr_wipe(&keys, sizeof keys);
    memcpy(signer->service, service.at, service.length);
    signer->service_length = service.length;
    signer->day = day;
    return 0;
}

int idocr_tc3_authorize(struct idocr_tc3_signer *signer, struct idocr_tc3_request *request, int64_t timestamp,
                        struct idocr_view service, struct idocr_text *scratch, struct idocr_text *names,
                        struct idocr_text *authorization, struct idocr_error *error)
{
    if (idocr_tc3_canonical_request(request, scratch, names, error) != 0)
        return -1;
    uint8_t digest[IDOCR_SHA256_SIZE];
    idocr_sha256_of(scratch->at, scratch->length, digest);

    char string_room[IDOCR_TC3_TEXT], scope_room[IDOCR_TC3_TEXT], hex[IDOCR_SHA256_HEX];
    struct idocr_text string = {string_room, 0, sizeof string_room, 0}, scope = {scope_room, 0, sizeof scope_room, 0};
    if (idocr_tc3_string_to_sign(timestamp, service, digest, &string, &scope, error) != 0 ||
        refresh_key(signer, timestamp, service, error) != 0)
        return -1;
    idocr_hmac(&signer->key, string.at, string.length, digest);
    idocr_hex(digest, sizeof digest, hex);

    add(authorization, algorithm);
    add(authorization, " Credential=");
    idocr_text_add(authorization, signer->secret_id, signer->id_length);
    add(authorization, "/");
    idocr_text_add(authorization, scope.at, scope.length);
    add(authorization, ", SignedHeaders=");
    idocr_text_add(authorization, names->at, names->length);
    add(authorization, ", Signature=");
    idocr_text_add(authorization, hex, sizeof hex);
    if (authorization->overflow)
        return idocr_fail(error, "too_long", "the request is too long to be signed", 0);
    return 0;
}
