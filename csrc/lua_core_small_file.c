/* SPDX-License-Identifier: MIT
 *
 * Reads small files such as profiles, keys and identity tokens, up to a size limit. Never blocks on a pipe or a device.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* O_CLOEXEC */
#endif

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "digest.h"
#include "lua_core.h"

#define FILE_METATABLE "idocr.small_file"
#define MOST (16 * 1024 * 1024) /* bytes */

/* The descriptor in a userdata, so that it is closed when Lua raises. */
struct small_file {
    int fd;
    bool open;
};

static void close_file(struct small_file *file)
{
    if (file->open)
        close(file->fd);
    file->open = false;
}

static int file_close(lua_State *L)
{
    close_file(luaL_checkudata(L, 1, FILE_METATABLE));
    return 0;
}

/* Returns the error code for an errno of open(). */
static const char *open_failure(int system)
{
    if (system == ENOENT || system == ENOTDIR)
        return "missing";
    return system == EACCES || system == EPERM ? "denied" : "open";
}

static int open_regular(struct small_file *file, const char *path, struct stat *status, struct idocr_error *error)
{
    /* O_NONBLOCK: opening a pipe must not wait for a writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return idocr_fail(error, open_failure(errno), "the file cannot be opened", errno);
    file->fd = fd;
    file->open = true;
    if (fstat(fd, status) != 0)
        return idocr_fail(error, "open", "the file cannot be opened", errno);
    if (!S_ISREG(status->st_mode))
        return idocr_fail(error, "not_a_file", "the path is not a regular file", 0);
    return 0;
}

/* Reads to the end of the file or until the buffer is full. Returns the number of bytes, or -1 with an errno. */
static ssize_t read_all(int fd, char *room, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t got = read(fd, room + done, length - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

/* Pushes the content of an open file of at most `max` bytes. Returns 0, or -1 and pushes nothing. */
static int push_content(lua_State *L, struct small_file *file, off_t size, unsigned long long max, struct idocr_error *error)
{
    if (size > (off_t)max)
        return idocr_fail(error, "too_large", "the file is too large", 0);
    /* One byte more than allowed, to detect a file that grows or has no size (in /proc). */
    size_t length = (size_t)(size > 0 ? (unsigned long long)size : max) + 1;
    char *room = lua_newuserdata(L, length);
    ssize_t got = read_all(file->fd, room, length);
    if (got >= 0 && (size_t)got < length) {
        lua_pushlstring(L, room, (size_t)got);
        idocr_wipe(room, length); /* it may hold a key */
        lua_remove(L, -2);
        return 0;
    }
    int system = errno;
    lua_pop(L, 1);
    if (got < 0)
        return idocr_fail(error, "read", "the file cannot be read", system);
    return idocr_fail(error, "too_large", "the file is too large, or grows while it is read", 0);
}

/* core.read_file(path, max) -> text | nil, message, code */
static int read_file(lua_State *L)
{
    size_t path_length;
    const char *path = luaL_checklstring(L, 1, &path_length);
    unsigned long long max = idocr_lua_checkcount(L, 2, 0);
    luaL_argcheck(L, max <= MOST, 2, "the limit must be at most 16 MB");
    struct idocr_error error;
    if (strlen(path) != path_length) {
        idocr_fail(&error, "missing", "the path must not hold a NUL", 0);
        return idocr_lua_fail(L, &error);
    }
    struct small_file *file = idocr_lua_newobject(L, sizeof *file, FILE_METATABLE);
    struct stat status;
    int result = open_regular(file, path, &status, &error);
    if (result == 0)
        result = push_content(L, file, status.st_size, max, &error);
    close_file(file);
    return result == 0 ? 1 : idocr_lua_fail(L, &error);
}

void idocr_lua_add_small_file(lua_State *L)
{
    static const luaL_Reg no_methods[] = {{NULL, NULL}};
    static const luaL_Reg functions[] = {{"read_file", read_file}, {NULL, NULL}};
    idocr_lua_class(L, FILE_METATABLE, no_methods, NULL, file_close);
    idocr_lua_setfuncs(L, functions);
}
