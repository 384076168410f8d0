/* SPDX-License-Identifier: MIT
 *
 * fork() for specs under a Lua without an FFI; compiled by spec/support/fork.lua.
 */
#include <lauxlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int l_fork(lua_State *L)
{
    lua_pushinteger(L, fork());
    return 1;
}

static int l_wait(lua_State *L)
{
    int status = -1;
    waitpid((pid_t)luaL_checkinteger(L, 1), &status, 0);
    lua_pushinteger(L, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 1;
}

static int l_leave(lua_State *L)
{
    _exit((int)luaL_checkinteger(L, 1));
}

int luaopen_spec_fork(lua_State *L)
{
    static const luaL_Reg functions[] = {{"fork", l_fork}, {"wait", l_wait}, {"leave", l_leave}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
