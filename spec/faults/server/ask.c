/* SPDX-License-Identifier: MIT
 *
 * Answers the queries of the test, one line each way on a connection:
 *
 *   begin CELL       counts from 0 again                              -> ok
 *   wait CELL N      until N marks were set                           -> ok
 *   go CELL          opens a gate of the scripts                      -> ok
 *   end CELL         ends the cell's connections and counts           -> whole heads connections
 *   next QUEUE       0, 1, 2, … : shares cells out among the workers  -> number
 */
#include "faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { QUEUES = 16 };

static void begin(struct cell *cell)
{
    pthread_mutex_lock(&cell->lock);
    cell->marks = cell->gates = cell->heads = cell->whole = cell->connections = 0;
    cell->stopping = false;
    for (struct port *port = cell->ports; port != NULL; port = port->next)
        port->connections = 0;
    eventfd_t value;
    while (eventfd_read(cell->stop_fd, &value) == 0) {
    }
    pthread_mutex_unlock(&cell->lock);
}

static void end(struct cell *cell, char *reply, size_t room)
{
    for (struct port *port = cell->ports; port != NULL; port = port->next)
        accept_pending(port);
    pthread_mutex_lock(&cell->lock);
    cell->stopping = true;
    eventfd_write(cell->stop_fd, 1);
    pthread_cond_broadcast(&cell->changed);
    while (cell->running > 0)
        pthread_cond_wait(&cell->changed, &cell->lock);
    snprintf(reply, room, "%zu %zu %zu\n", cell->whole, cell->heads, cell->connections);
    pthread_mutex_unlock(&cell->lock);
}

static void next(const char *queue, char *reply, size_t room)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct {
        char name[NAME_ROOM];
        unsigned count;
    } queues[QUEUES];
    pthread_mutex_lock(&lock);
    size_t i = 0;
    while (i < QUEUES - 1 && queues[i].name[0] != '\0' && strcmp(queues[i].name, queue) != 0)
        i++;
    snprintf(queues[i].name, NAME_ROOM, "%s", queue);
    snprintf(reply, room, "%u\n", queues[i].count++);
    pthread_mutex_unlock(&lock);
}

static void *serve(void *argument)
{
    int fd = (int)(intptr_t)argument;
    char line[256], verb[16] = "", name[NAME_ROOM] = "", reply[128] = "?\n";
    unsigned long wanted = 0;
    ssize_t got = recv(fd, line, sizeof line - 1, 0);
    if (got > 0) {
        line[got] = '\0';
        sscanf(line, "%15s %63s %lu", verb, name, &wanted);
        struct cell *cell = cell_find(atoi(name));
        if (strcmp(verb, "next") == 0) {
            next(name, reply, sizeof reply);
        } else if (cell != NULL && strcmp(verb, "begin") == 0) {
            begin(cell);
            strcpy(reply, "ok\n");
        } else if (cell != NULL && strcmp(verb, "go") == 0) {
            cell_note(cell, &cell->gates);
            strcpy(reply, "ok\n");
        } else if (cell != NULL && strcmp(verb, "wait") == 0) {
            cell_await(cell, &cell->marks, wanted);
            strcpy(reply, "ok\n");
        } else if (cell != NULL && strcmp(verb, "end") == 0) {
            end(cell, reply, sizeof reply);
        }
        send(fd, reply, strlen(reply), MSG_NOSIGNAL);
    }
    close(fd);
    return NULL;
}

void *serve_questions(void *listener)
{
    for (;;) {
        int fd = accept((int)(intptr_t)listener, NULL, NULL);
        pthread_t thread;
        if (fd < 0)
            continue;
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd) == 0)
            pthread_detach(thread);
        else
            close(fd);
    }
}
