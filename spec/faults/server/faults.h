/* SPDX-License-Identifier: MIT
 *
 * A server that follows a script on each connection, so that a test can produce any fault of a peer at socket level.
 * main.c listens, scripts.c reads the scripts, steps.c and answer.c run them, link.c moves bytes and counts requests,
 * http2.c is the framing of HTTP/2, ask.c answers the test's queries. One thread per connection.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <openssl/ssl.h>

enum { NAME_ROOM = 64, REQUESTS = 64, RECENT = 2048, HEAD_ROOM = 64 * 1024, CHUNK = 64 * 1024 };

/* ---- scripts, fixed after the start ------------------------------------------------------------------------------ */

struct text {
    char *bytes;
    size_t length;
};

struct step {
    char *name;
    struct text *arguments;
    size_t count;
    struct step *next;
};

struct script {
    struct step *first, **tail;
    struct script *next;
};

struct port {
    struct cell *cell;
    char name[NAME_ROOM], kind[NAME_ROOM];
    int fd, number, receive_buffer;
    size_t connections; /* accepted since the cell began */
    struct script *scripts;
    struct port *next;
};

/* One cell of the matrix. `lock` guards all that changes. */
struct cell {
    int id, stop_fd; /* stop_fd: readable once the cell is over */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping;
    size_t running, marks, gates, heads, whole, connections;
    struct port *ports;
    struct cell *next;
};

/* ---- a connection ------------------------------------------------------------------------------------------------ */

/* A request that arrives: of HTTP/1.1 the streams are numbered from 0. */
struct request {
    uint32_t stream;
    bool taken, whole;
    uint64_t body_seen, body_length;
    size_t recent_length;
    char recent[RECENT], last; /* the beginning of the body, its last byte */
};

struct link {
    struct cell *cell;
    struct port *port;
    int fd;
    SSL *tls;
    bool h2, ended, keep_window, no_ack;
    size_t count, current; /* requests; current == REQUESTS: none */
    struct request requests[REQUESTS];
    bool in_body;
    size_t used; /* bytes in `buffer`: an unfinished head or frame */
    unsigned char *buffer;
};

enum wait { WAIT_READY, WAIT_STOPPED, WAIT_TIMEOUT };

enum wait link_wait(struct link *link, short events, int milliseconds);
/* Bytes read, 0 at the end of the stream or after an error, -1 when the cell is over. */
long link_read(struct link *link, void *into, size_t room);
bool link_write(struct link *link, const void *bytes, size_t length);
bool link_raw(struct link *link, const void *bytes, size_t length); /* below TLS */
bool link_tls(struct link *link, const char *certificate, const char *alpn, const char *versions);
/* Reads once and counts what came. False at the end of the stream or of the cell. */
bool link_pump(struct link *link);
void link_drain_now(struct link *link); /* counts what the kernel holds, without waiting */
void link_feed(struct link *link, const unsigned char *bytes, size_t length);
struct request *link_new_request(struct link *link, uint32_t stream);
void link_body(struct link *link, struct request *request, const unsigned char *bytes, size_t length);
void link_whole(struct link *link, struct request *request);
size_t link_person(const struct link *link, char *into, size_t room);

/* ---- HTTP/2 ------------------------------------------------------------------------------------------------------ */

void http2_feed(struct link *link, const unsigned char *bytes, size_t length);
bool http2_frame(struct link *link, unsigned type, unsigned flags, uint32_t stream, const void *payload, size_t length);
/* `announced`: with a content-length. */
bool http2_answer(struct link *link, const char *status, const struct text *headers, bool announced, const char *body,
                  size_t length);

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

/* A copy with the person's mark in place of @PERSON@. The caller frees it. */
struct text filled(const struct link *link, const struct text *text);
const struct text *argument(const struct step *step, size_t index);
bool answer(struct link *link, const struct step *step);
void run_script(struct link *link, const struct script *script);
void certificates_in(const char *folder);
void cell_note(struct cell *cell, size_t *counter);
bool cell_reached(struct cell *cell, const size_t *counter, size_t wanted);
bool cell_await(struct cell *cell, const size_t *counter, size_t wanted);
struct cell *cell_find(int id);
struct cell *read_scripts(const char *path);
void accept_pending(struct port *port);
void *serve_questions(void *listener);
void die(const char *what);
void *must(void *memory);

#endif
