/* SPDX-License-Identifier: MIT
 *
 * Reads the script file (its format: main.c).
 */
#include "faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

static struct cell *cells;

struct cell *cell_find(int id)
{
    struct cell *cell = cells;
    while (cell != NULL && cell->id != id)
        cell = cell->next;
    return cell;
}

static int hex(char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

static struct text decoded(const char *word)
{
    struct text text = {must(malloc(strlen(word) + 1)), 0};
    for (const char *at = word; *at != '\0'; at++) {
        if (*at != '%') {
            text.bytes[text.length++] = *at;
        } else if (at[1] != '\0') { /* a lone % is an empty word */
            text.bytes[text.length++] = (char)(hex(at[1]) << 4 | hex(at[2]));
            at += 2;
        }
    }
    text.bytes[text.length] = '\0';
    return text;
}

static struct step *read_step(char *words)
{
    struct step *step = must(calloc(1, sizeof *step));
    char *rest = NULL;
    step->name = must(strdup(strtok_r(words, " ", &rest)));
    step->arguments = must(calloc(4, sizeof *step->arguments));
    for (char *word; step->count < 4 && (word = strtok_r(NULL, " ", &rest)) != NULL;)
        step->arguments[step->count++] = decoded(word);
    return step;
}

static struct cell *new_cell(int id)
{
    struct cell *cell = must(calloc(1, sizeof *cell));
    cell->id = id;
    cell->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (cell->stop_fd < 0)
        die("eventfd");
    pthread_mutex_init(&cell->lock, NULL);
    pthread_cond_init(&cell->changed, NULL);
    cell->next = cells;
    return cells = cell;
}

static struct port *new_port(const char *line)
{
    struct port *port = must(calloc(1, sizeof *port));
    if (sscanf(line, "port %63s %63s %d", port->name, port->kind, &port->receive_buffer) < 2)
        die(line);
    port->cell = cells;
    port->next = cells->ports;
    return cells->ports = port;
}

static void add_script(struct port *port)
{
    struct script **last = &port->scripts;
    while (*last != NULL)
        last = &(*last)->next;
    *last = must(calloc(1, sizeof **last));
    (*last)->tail = &(*last)->first;
}

static void add_step(struct port *port, struct step *step)
{
    struct script *script = port->scripts;
    if (script == NULL)
        die("a step before its connection");
    while (script->next != NULL)
        script = script->next;
    *script->tail = step;
    script->tail = &step->next;
}

struct cell *read_scripts(const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        die(path);
    char *line = NULL;
    size_t room = 0;
    for (ssize_t length; (length = getline(&line, &room, file)) > 0;) {
        line[length - 1] = '\0';
        if (strncmp(line, "cell ", 5) == 0) {
            new_cell(atoi(line + 5));
        } else if (strncmp(line, "port ", 5) == 0) {
            new_port(line);
        } else if (strcmp(line, "connection") == 0) {
            add_script(cells->ports);
        } else {
            add_step(cells->ports, read_step(line));
        }
    }
    free(line);
    fclose(file);
    return cells;
}
