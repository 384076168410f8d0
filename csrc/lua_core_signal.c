/* SPDX-License-Identifier: MIT
 *
 * Waits for a termination signal, so that a command in the foreground can clean up after SIGTERM. Lua has no signal handlers; the
 * signals are blocked and fetched with sigtimedwait.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sigtimedwait */
#endif

#include <signal.h>
#include <time.h>

#include "lua_core.h"

/* await_signal(seconds) -> "TERM" | "INT" | "HUP" | nil after that many seconds.
 * From the first call on these signals are blocked and no longer end the process; the next call returns a pending one. A signal
 * that the process ignores stays ignored. */
static int await_signal(lua_State *L)
{
    lua_Number seconds = luaL_checknumber(L, 1);
    luaL_argcheck(L, seconds >= 0 && seconds < 1e9, 1, "seconds must be between 0 and 1e9");
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction action;
        if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler == SIG_IGN)
            continue; /* nohup, or a shell without job control: a blocked signal would be delivered nevertheless */
        sigaddset(&set, numbers[i]);
    }
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return luaL_error(L, "the signals cannot be blocked");
    struct timespec limit = {(time_t)seconds, (long)((seconds - (lua_Number)(time_t)seconds) * 1e9)};
    switch (sigtimedwait(&set, NULL, &limit)) { /* another signal ends the wait early, as the time limit does */
    case SIGTERM: lua_pushliteral(L, "TERM"); break;
    case SIGINT: lua_pushliteral(L, "INT"); break;
    case SIGHUP: lua_pushliteral(L, "HUP"); break;
    default: lua_pushnil(L);
    }
    return 1;
}

void idocr_lua_add_signal(lua_State *L)
{
    static const luaL_Reg functions[] = {{"await_signal", await_signal}, {NULL, NULL}};
    idocr_lua_setfuncs(L, functions);
}
