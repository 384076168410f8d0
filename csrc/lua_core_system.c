/* SPDX-License-Identifier: MIT
 *
 * Binds clocks, sleeping, the process id and the listing of folders.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* scandir, clock_nanosleep */
#endif

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lua_core.h"

#define DIRECTORY_METATABLE "idocr.directory"

/* The list of scandir in a userdata, so that it is freed when Lua raises. */
struct directory {
    struct dirent **entries;
    int count;
};

static int directory_close(lua_State *L)
{
    struct directory *directory = luaL_checkudata(L, 1, DIRECTORY_METATABLE);
    for (int i = 0; i < directory->count; i++)
        free(directory->entries[i]);
    free(directory->entries);
    directory->entries = NULL;
    directory->count = 0;
    return 0;
}

static int no_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* Compares bytes, so that the order does not depend on the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int list_directory(lua_State *L)
{
    size_t length;
    const char *path = luaL_checklstring(L, 1, &length);
    luaL_argcheck(L, strlen(path) == length, 1, "the path must not hold a NUL");
    struct directory *directory = idocr_lua_newobject(L, sizeof *directory, DIRECTORY_METATABLE);
    int count = scandir(path, &directory->entries, no_dots, by_name);
    if (count < 0) {
        struct idocr_error error = {"open", "the folder cannot be listed", errno};
        directory->entries = NULL;
        return idocr_lua_fail(L, &error);
    }
    directory->count = count;
    lua_createtable(L, count, 0);
    for (int i = 0; i < count; i++) {
        lua_pushstring(L, directory->entries[i]->d_name);
        lua_rawseti(L, -2, i + 1);
    }
    lua_pushcfunction(L, directory_close);
    lua_pushvalue(L, -3);
    lua_call(L, 1, 0);
    return 1;
}

static int push_clock(lua_State *L, clockid_t clock)
{
    struct timespec now;
    if (clock_gettime(clock, &now) != 0)
        return luaL_error(L, "the clock cannot be read");
    lua_pushnumber(L, (lua_Number)now.tv_sec + (lua_Number)now.tv_nsec / 1e9);
    return 1;
}

static int monotonic(lua_State *L)
{
    return push_clock(L, CLOCK_MONOTONIC);
}

static int wall(lua_State *L)
{
    return push_clock(L, CLOCK_REALTIME);
}

static int sleep_seconds(lua_State *L)
{
    lua_Number seconds = luaL_checknumber(L, 1);
    luaL_argcheck(L, seconds >= 0 && seconds < 1e9, 1, "seconds must be between 0 and 1e9");
    struct timespec end;
    if (clock_gettime(CLOCK_MONOTONIC, &end) != 0)
        return luaL_error(L, "the clock cannot be read");
    end.tv_sec += (time_t)seconds;
    end.tv_nsec += (long)((seconds - (lua_Number)(time_t)seconds) * 1e9);
    if (end.tv_nsec >= 1000000000L) {
        end.tv_sec++;
        end.tv_nsec -= 1000000000L;
    }
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR)
        ; /* a signal came: sleeps on until the same time */
    return 0;
}

static int process_id(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)getpid());
    return 1;
}

void idocr_lua_add_system(lua_State *L)
{
    static const luaL_Reg no_methods[] = {{NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"list_directory", list_directory}, {"monotonic", monotonic},   {"wall", wall},
        {"sleep", sleep_seconds},           {"process_id", process_id}, {NULL, NULL},
    };
    idocr_lua_class(L, DIRECTORY_METATABLE, no_methods, NULL, directory_close);
    idocr_lua_setfuncs(L, functions);
}
