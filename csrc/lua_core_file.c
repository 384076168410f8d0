/* SPDX-License-Identifier: MIT
 *
 * Output files that one process appends to under a lock, and queries about paths.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* O_CLOEXEC, realpath */
#endif
#define _FILE_OFFSET_BITS 64

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lua_core.h"

#define OUTPUT_METATABLE "idocr.output"

struct output {
    int fd;
    bool open;   /* fd is valid */
    bool owned;  /* fd is closed with the object */
    bool locked; /* this process holds the lock */
};

static int fail(lua_State *L, const char *code, const char *message)
{
    struct idocr_error error = {code, message, errno};
    return idocr_lua_fail(L, &error);
}

static const char *check_path(lua_State *L, int index)
{
    size_t length;
    const char *path = luaL_checklstring(L, index, &length);
    luaL_argcheck(L, strlen(path) == length, index, "the path must not hold a NUL");
    return path;
}

static int output_close(lua_State *L)
{
    struct output *output = luaL_checkudata(L, 1, OUTPUT_METATABLE);
    if (output->open && output->owned)
        close(output->fd); /* releases the lock too */
    output->open = false;
    return 0;
}

/* Locks a regular file against other writers. The lock belongs to the open file: it ends with this process, and O_CLOEXEC keeps
 * it from the programs that this process starts. Returns -1 where another process holds it. */
static int lock_output(struct output *output)
{
    struct stat status;
    if (fstat(output->fd, &status) != 0 || !S_ISREG(status.st_mode))
        return 0;
    int result;
    do
        result = flock(output->fd, LOCK_EX | LOCK_NB);
    while (result != 0 && errno == EINTR);
    output->locked = result == 0;
    return result != 0 && errno == EWOULDBLOCK ? -1 : 0; /* other errors: the file system does not support locks */
}

/* output(path) opens a file for appending and locks it; output(path, "shared") does not lock it and lets only the owner read a new
 * one; output(1) uses that descriptor without a lock. Errors: "open" (with an errno), "in_use". */
static int output_new(lua_State *L)
{
    bool descriptor = lua_type(L, 1) == LUA_TNUMBER;
    int fd = descriptor ? (int)luaL_checkinteger(L, 1) : -1;
    const char *path = descriptor ? NULL : check_path(L, 1);
    static const char *const modes[] = {"locked", "shared", NULL};
    bool shared = luaL_checkoption(L, 2, "locked", modes) == 1;
    struct output *output = idocr_lua_newobject(L, sizeof *output, OUTPUT_METATABLE);
    if (descriptor) {
        luaL_argcheck(L, fd >= 0, 1, "the file descriptor must not be negative");
        output->fd = fd;
        output->open = true;
        return 1;
    }
    do
        fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, shared ? 0600 : 0666);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return fail(L, "open", "the file cannot be opened for writing");
    output->fd = fd;
    output->open = output->owned = true;
    if (!shared && lock_output(output) != 0) {
        close(fd);
        output->open = false;
        errno = 0;
        return fail(L, "in_use", "another process writes to this file");
    }
    return 1;
}

/* Writes a text with one write(2), and with further ones only for the bytes that were not accepted. */
static int output_write(lua_State *L)
{
    struct output *output = luaL_checkudata(L, 1, OUTPUT_METATABLE);
    size_t length;
    const char *text = luaL_checklstring(L, 2, &length);
    luaL_argcheck(L, output->open, 1, "the output is closed");
    while (length > 0) {
        ssize_t done = write(output->fd, text, length);
        if (done >= 0) {
            text += done;
            length -= (size_t)done;
        } else if (errno == EAGAIN) { /* a pipe or terminal in non-blocking mode */
            struct pollfd wait = {.fd = output->fd, .events = POLLOUT};
            (void)poll(&wait, 1, -1);
        } else if (errno != EINTR) {
            return fail(L, "write", "the text cannot be written");
        }
    }
    lua_pushboolean(L, 1);
    return 1;
}

static int output_locked(lua_State *L)
{
    const struct output *output = luaL_checkudata(L, 1, OUTPUT_METATABLE);
    lua_pushboolean(L, output->locked);
    return 1;
}

static const char *type_name(mode_t mode)
{
    return S_ISREG(mode) ? "file" : S_ISDIR(mode) ? "folder" : S_ISLNK(mode) ? "link" : "special";
}

/* file_type(path, follow) -> "file", "folder", "link" (where `follow` is false) or "special" (a pipe, socket or device), and
 * a text that identifies the file. Opens nothing, so it never blocks on a pipe. Error: "open" (with an errno). */
static int file_type(lua_State *L)
{
    const char *path = check_path(L, 1);
    struct stat status;
    if ((lua_toboolean(L, 2) ? stat(path, &status) : lstat(path, &status)) != 0)
        return fail(L, "open", "there is no such file");
    char identity[64];
    snprintf(identity, sizeof identity, "%llu:%llu", (unsigned long long)status.st_dev, (unsigned long long)status.st_ino);
    lua_pushstring(L, type_name(status.st_mode));
    lua_pushstring(L, identity);
    return 2;
}

/* real_path(path) -> the absolute path without links. Error: "open" (with an errno). */
static int real_path(lua_State *L)
{
    char room[PATH_MAX]; /* the size that realpath() requires */
    if (realpath(check_path(L, 1), room) == NULL)
        return fail(L, "open", "there is no such file");
    lua_pushstring(L, room);
    return 1;
}

/* hold_standard_descriptors() -> whether 0, 1 and 2 are all open now. Opens /dev/null on each that is closed, so that no file or
 * connection gets such a number and receives printed text. As the C library does for set-user-ID programs, in the opposite
 * direction, so that reading and writing still fail. */
static int hold_standard_descriptors(lua_State *L)
{
    int fd = 0;
    while (fd <= 2 && (fcntl(fd, F_GETFD) >= 0 || open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) == fd))
        fd++;
    lua_pushboolean(L, fd > 2);
    return 1;
}

void idocr_lua_add_file(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"write", output_write},
        {"locked", output_locked},
        {"close", output_close},
        {NULL, NULL},
    };
    static const luaL_Reg functions[] = {
        {"output", output_new},
        {"file_type", file_type},
        {"real_path", real_path},
        {"hold_standard_descriptors", hold_standard_descriptors},
        {NULL, NULL},
    };
    idocr_lua_class(L, OUTPUT_METATABLE, methods, NULL, output_close);
    idocr_lua_setfuncs(L, functions);
}
