/* SPDX-License-Identifier: MIT
 *
 * Waiting for the end that somebody asks for: a command that serves in the foreground has to tidy up after SIGTERM,
 * and Lua has no signal handlers. No handler runs here either: the signals are held back and fetched.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sigtimedwait */
#endif

#include <signal.h>
#include <time.h>

#include "lua_core.h"

/* await_signal(seconds) -> "TERM" | "INT" | "HUP" | nil after that many seconds.
 * From the first call on these signals no longer end the process: they wait for the next call. */
static int await_signal(lua_State *L)
{
    lua_Number seconds = luaL_checknumber(L, 1);
    luaL_argcheck(L, seconds >= 0 && seconds < 1e9, 1, "seconds out of range");
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return luaL_error(L, "signals cannot be held back");
    struct timespec limit = {(time_t)seconds, (long)((seconds - (lua_Number)(time_t)seconds) * 1e9)};
    switch (sigtimedwait(&set, NULL, &limit)) { /* another signal ends the wait early, like its time */
    case SIGTERM:
        lua_pushliteral(L, "TERM");
        break;
    case SIGINT:
        lua_pushliteral(L, "INT");
        break;
    case SIGHUP:
        lua_pushliteral(L, "HUP");
        break;
    default:
        lua_pushnil(L);
    }
    return 1;
}

void idocr_lua_add_signal(lua_State *L)
{
    static const luaL_Reg functions[] = {{"await_signal", await_signal}, {NULL, NULL}};
    idocr_lua_setfuncs(L, functions);
}
