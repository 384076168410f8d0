/* SPDX-License-Identifier: MIT
 *
 * The server of all measurements: an HTTP/1.1 server that discards request bodies in the kernel (MSG_TRUNC) and answers each with the same bytes, on one plain and one TLS port of the loopback.
 *
 *   server REPLY-FILE CERT KEY PARENT-PID [GATHER [DELAY]]
 *
 * Prints "HTTP-PORT HTTPS-PORT" when it listens. With GATHER answers are held until so many requests are complete: the
 * memory of calls in flight can be seen then. With DELAY an answer comes DELAY/2 to DELAY*3/2 ms after its request. Ends when
 * the parent does.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>

enum { HEAD_ROOM = 16 * 1024, DISCARD = 1024 * 1024, TLS_ROOM = 64 * 1024, FILES = 4096 };

struct connection {
    int fd;
    SSL *tls; /* NULL: plain */
    bool writing, waiting;
    size_t head_length;
    long long body_left; /* -1: the head is not complete */
    size_t sent;
    long long due; /* ms, monotonic; 0: nothing is */
    char head[HEAD_ROOM];
};

static struct connection *connections[FILES]; /* by file descriptor */
static char *reply;
static size_t reply_length;
static int gather, gathered, delay, delayed, poller;
static SSL_CTX *tls_context;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void make_reply(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        die(path);
    long length = ftell(file);
    rewind(file);
    reply = malloc((size_t)length + 256);
    int head = sprintf(reply, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %ld\r\n\r\n", length);
    if (fread(reply + head, 1, (size_t)length, file) != (size_t)length)
        die(path);
    fclose(file);
    reply_length = (size_t)head + (size_t)length;
}

static int listen_on_free_port(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) != 0 || listen(fd, 1024) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        die("listen");
    *port = ntohs(address.sin_port);
    return fd;
}

static void watch(int fd, int operation, unsigned events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(poller, operation, fd, &event) != 0)
        die("epoll_ctl");
}

static void drop(struct connection *c)
{
    gathered -= c->waiting;
    delayed -= c->due > 0;
    connections[c->fd] = NULL;
    if (c->tls != NULL)
        SSL_free(c->tls);
    close(c->fd);
    free(c);
}

static void take(int listener, bool tls)
{
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct connection *c = fd < FILES ? calloc(1, sizeof *c) : NULL;
        if (c == NULL)
            die("accept");
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        c->fd = fd;
        c->body_left = -1;
        if (tls) {
            c->tls = SSL_new(tls_context);
            SSL_set_fd(c->tls, fd);
            SSL_set_accept_state(c->tls);
        }
        connections[fd] = c;
        watch(fd, EPOLL_CTL_ADD, EPOLLIN);
    }
}

/* Reads into `room`, or into nothing when that is NULL. Bytes, 0 for "not now", -1 for the end. */
static long get(struct connection *c, char *room, size_t max)
{
    static char bin[TLS_ROOM];
    if (c->tls == NULL) {
        ssize_t got = recv(c->fd, room, max, room == NULL ? MSG_TRUNC : 0);
        return got > 0 ? got : got < 0 && errno == EAGAIN ? 0 : -1;
    }
    int got = SSL_read(c->tls, room != NULL ? room : bin, (int)(room != NULL || max < sizeof bin ? max : sizeof bin));
    if (got > 0)
        return got;
    int why = SSL_get_error(c->tls, got);
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

/* Sends what is left of the answer. false: the connection is dead. */
static bool answer(struct connection *c)
{
    while (c->sent < reply_length) {
        long put;
        if (c->tls == NULL) {
            put = send(c->fd, reply + c->sent, reply_length - c->sent, MSG_NOSIGNAL);
            if (put < 0 && errno == EAGAIN)
                break;
        } else {
            put = SSL_write(c->tls, reply + c->sent, (int)(reply_length - c->sent));
            if (put <= 0 && SSL_get_error(c->tls, (int)put) == SSL_ERROR_WANT_WRITE)
                break;
        }
        if (put <= 0)
            return false;
        c->sent += (size_t)put;
    }
    bool more = c->sent < reply_length;
    if (more != c->writing)
        watch(c->fd, EPOLL_CTL_MOD, more ? EPOLLIN | EPOLLOUT : EPOLLIN);
    c->writing = more;
    if (!more) {
        c->sent = c->head_length = 0;
        c->body_left = -1;
    }
    return true;
}

static void answer_or_drop(struct connection *c)
{
    if (!answer(c))
        drop(c);
}

static long long milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void answer_due(void)
{
    const long long now = milliseconds();
    for (int fd = 0; fd < FILES; fd++)
        if (connections[fd] != NULL && connections[fd]->due > 0 && connections[fd]->due <= now) {
            connections[fd]->due = 0;
            delayed--;
            answer_or_drop(connections[fd]);
        }
}

static void complete(struct connection *c)
{
    if (delay > 0) {
        static unsigned state = 12345; /* the same delays in every run */
        state = state * 1103515245U + 12345U;
        c->due = milliseconds() + delay / 2 + (int)(state >> 16) % (delay + 1);
        delayed++;
        return;
    }
    if (gather == 0) {
        answer_or_drop(c);
        return;
    }
    c->waiting = true;
    if (++gathered < gather)
        return;
    gathered = 0;
    for (int fd = 0; fd < FILES; fd++)
        if (connections[fd] != NULL && connections[fd]->waiting) {
            connections[fd]->waiting = false;
            answer_or_drop(connections[fd]);
        }
}

/* Checks whether the head is complete; bytes after it belong to the body. Returns false for a head that is too large or unsupported. */
static bool parse_head(struct connection *c)
{
    c->head[c->head_length] = '\0';
    char *end = strstr(c->head, "\r\n\r\n");
    if (end == NULL)
        return c->head_length < HEAD_ROOM - 1;
    const char *at = strcasestr(c->head, "\r\ncontent-length:");
    long long length = at != NULL && at < end ? atoll(at + 17) : 0;
    if (strcasestr(c->head, "100-continue") != NULL)
        return false; /* Expect: 100-continue is not supported */
    c->body_left = length - (long long)(c->head_length - (size_t)(end + 4 - c->head));
    return c->body_left >= 0;
}

static void serve(struct connection *c)
{
    if (c->writing) {
        answer_or_drop(c);
        return;
    }
    for (;;) {
        bool in_head = c->body_left < 0;
        size_t max = in_head ? HEAD_ROOM - 1 - c->head_length : c->body_left < DISCARD ? (size_t)c->body_left : DISCARD;
        long got = get(c, in_head ? c->head + c->head_length : NULL, max);
        if (got == 0)
            return;
        if (got < 0) {
            drop(c);
            return;
        }
        if (in_head) {
            c->head_length += (size_t)got;
            if (!parse_head(c)) {
                drop(c);
                return;
            }
        } else {
            c->body_left -= got;
        }
        if (c->body_left == 0) {
            complete(c);
            return;
        }
    }
}

int main(int count, char **words)
{
    if (count < 5)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    make_reply(words[1]);
    tls_context = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate_chain_file(tls_context, words[2]) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls_context, words[3], SSL_FILETYPE_PEM) != 1)
        return 1;
    SSL_CTX_set_mode(tls_context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    pid_t parent = (pid_t)atoi(words[4]);
    gather = count > 5 ? atoi(words[5]) : 0;
    delay = count > 6 ? atoi(words[6]) : 0;

    poller = epoll_create1(0);
    int http_port, https_port;
    int http = listen_on_free_port(&http_port), https = listen_on_free_port(&https_port);
    watch(http, EPOLL_CTL_ADD, EPOLLIN);
    watch(https, EPOLL_CTL_ADD, EPOLLIN);
    printf("%d %d\n", http_port, https_port);
    fflush(stdout);
    while (kill(parent, 0) == 0) {
        struct epoll_event events[256];
        int ready = epoll_wait(poller, events, 256, delayed > 0 ? 1 : 1000);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == http || fd == https)
                take(fd, fd == https);
            else if (connections[fd] != NULL)
                serve(connections[fd]);
        }
        if (delayed > 0)
            answer_due();
    }
    return 0;
}
