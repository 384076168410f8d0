/* SPDX-License-Identifier: MIT
 *
 * The program of the fault server: listens, and runs a script on each connection.
 *
 *   server SCRIPTS CERTIFICATES
 *
 * Reads the scripts, listens on a free port of the loopback for each port of each cell, prints "ask PORT",
 * "CELL NAME PORT" for each, and "ready". Ends when its standard input does. A script file has lines of words; a word is
 * percent-encoded:
 *
 *   cell ID | port NAME KIND RECEIVE-BUFFER | connection | a step (steps.c)
 *
 * A port's n-th connection runs its n-th script, the last script serves all further ones. KIND: listen; refuse (no
 * listener); full (the kernel drops connection requests); deaf (connections are never accepted).
 */
#include "faults.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static int poller;

void die(const char *what)
{
    perror(what);
    exit(1);
}

void *must(void *memory)
{
    if (memory == NULL)
        die("memory");
    return memory;
}

void cell_note(struct cell *cell, size_t *counter)
{
    pthread_mutex_lock(&cell->lock);
    ++*counter;
    pthread_cond_broadcast(&cell->changed);
    pthread_mutex_unlock(&cell->lock);
}

bool cell_reached(struct cell *cell, const size_t *counter, size_t wanted)
{
    pthread_mutex_lock(&cell->lock);
    bool there = *counter >= wanted;
    pthread_mutex_unlock(&cell->lock);
    return there;
}

bool cell_await(struct cell *cell, const size_t *counter, size_t wanted)
{
    pthread_mutex_lock(&cell->lock);
    while (*counter < wanted && !cell->stopping)
        pthread_cond_wait(&cell->changed, &cell->lock);
    bool there = *counter >= wanted;
    pthread_mutex_unlock(&cell->lock);
    return there;
}

/* ---- listening --------------------------------------------------------------------------------------------------- */

static struct sockaddr_in loopback(int number)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)number), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int bound(int type, int receive_buffer, int *number)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        die("socket");
    if (receive_buffer > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        die("bind");
    *number = ntohs(address.sin_port);
    return fd;
}

/* Fills the queue of a listener that never accepts, so that the kernel drops what comes next. */
static void fill_queue(int number)
{
    struct sockaddr_in address = loopback(number);
    for (int i = 0; i < 3; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0 || (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS))
            die("connect");
    }
}

static void open_port(struct port *port)
{
    bool full = strcmp(port->kind, "full") == 0;
    port->fd = bound(SOCK_STREAM, port->receive_buffer, &port->number);
    printf("%d %s %d\n", port->cell->id, port->name, port->number);
    if (strcmp(port->kind, "refuse") == 0)
        return;
    if (listen(port->fd, full ? 0 : 256) != 0)
        die("listen");
    if (full)
        fill_queue(port->number);
    if (full || strcmp(port->kind, "deaf") == 0)
        return;
    struct epoll_event event = {EPOLLIN, {.ptr = port}};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, port->fd, &event) != 0)
        die("epoll_ctl");
}

/* ---- connections ------------------------------------------------------------------------------------------------- */

struct visit {
    struct link link;
    const struct script *script;
};

static void *serve(void *argument)
{
    struct visit *visit = argument;
    struct link *link = &visit->link;
    run_script(link, visit->script);
    struct cell *cell = link->cell;
    if (link->fd >= 0 && link_wait(link, 0, 0) == WAIT_STOPPED)
        link_drain_now(link);
    SSL_free(link->tls);
    if (link->fd >= 0)
        close(link->fd);
    free(link->buffer);
    free(visit);
    pthread_mutex_lock(&cell->lock);
    cell->running--;
    pthread_cond_broadcast(&cell->changed);
    pthread_mutex_unlock(&cell->lock);
    return NULL;
}

static const struct script *script_for(const struct port *port, size_t index)
{
    const struct script *script = port->scripts;
    while (index-- > 0 && script->next != NULL)
        script = script->next;
    return script;
}

void accept_pending(struct port *port)
{
    if (port->scripts == NULL || strcmp(port->kind, "listen") != 0)
        return;
    struct cell *cell = port->cell;
    for (;;) {
        pthread_mutex_lock(&cell->lock);
        int fd = accept4(port->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            cell->running++;
            cell->connections++;
        }
        size_t index = fd >= 0 ? port->connections++ : 0;
        pthread_mutex_unlock(&cell->lock);
        if (fd < 0)
            return;
        const int one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct visit *visit = must(calloc(1, sizeof *visit));
        visit->link = (struct link){.cell = cell, .port = port, .fd = fd, .current = REQUESTS,
                                    .buffer = must(malloc(HEAD_ROOM + 1))};
        visit->script = script_for(port, index);
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, visit) != 0)
            die("pthread_create");
        pthread_detach(thread);
    }
}

/* ---- the start --------------------------------------------------------------------------------------------------- */

static void *serve_cells(void *unused)
{
    (void)unused;
    for (;;) {
        struct epoll_event events[64];
        int count = epoll_wait(poller, events, 64, -1);
        for (int i = 0; i < count; i++)
            accept_pending(events[i].data.ptr);
    }
    return NULL;
}

int main(int count, char **arguments)
{
    if (count != 3)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    certificates_in(arguments[2]);
    poller = epoll_create1(EPOLL_CLOEXEC);
    for (struct cell *cell = read_scripts(arguments[1]); cell != NULL; cell = cell->next)
        for (struct port *port = cell->ports; port != NULL; port = port->next)
            open_port(port);
    int ask_port, ask = bound(SOCK_STREAM, 0, &ask_port);
    fcntl(ask, F_SETFL, 0);
    pthread_t thread;
    if (listen(ask, 256) != 0 || pthread_create(&thread, NULL, serve_questions, (void *)(intptr_t)ask) != 0 ||
        pthread_create(&thread, NULL, serve_cells, NULL) != 0)
        die("start");
    printf("ask %d\nready\n", ask_port);
    fflush(stdout);
    char byte;
    while (read(0, &byte, 1) > 0 || errno == EINTR) {
    }
    return 0;
}
