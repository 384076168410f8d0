/* SPDX-License-Identifier: MIT
 *
 * Helpers of a fault cell in the process of the client under test: a timer in a thread, blocking queries to the fault server, and the
 * number of open descriptors.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMER "faults.Timer"
static const double TICK = 0.05; /* seconds between two measurements of how late this thread is woken */

struct timer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool running, stopping, rang;
    double due, rang_at, worst; /* monotonic seconds; seconds */
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct timespec at(double seconds)
{
    time_t whole = (time_t)seconds;
    return (struct timespec){whole, (long)((seconds - (double)whole) * 1e9)};
}

static void *watch(void *argument)
{
    struct timer *timer = argument;
    pthread_mutex_lock(&timer->lock);
    double last = now();
    while (!timer->stopping && !timer->rang) {
        double next = last + TICK < timer->due ? last + TICK : timer->due;
        struct timespec until = at(next);
        int result = pthread_cond_timedwait(&timer->changed, &timer->lock, &until);
        last = now();
        if (result == ETIMEDOUT && last - next > timer->worst)
            timer->worst = last - next;
        if (last >= timer->due) {
            timer->rang = true;
            timer->rang_at = last;
        }
    }
    pthread_mutex_unlock(&timer->lock);
    return NULL;
}

/* probe.timer(seconds) -> timer that rings after so many seconds, in a thread */
static int l_timer(lua_State *L)
{
    double seconds = luaL_checknumber(L, 1);
    struct timer *timer = lua_newuserdata(L, sizeof *timer);
    memset(timer, 0, sizeof *timer);
    luaL_getmetatable(L, TIMER);
    lua_setmetatable(L, -2);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&timer->lock, NULL);
    pthread_cond_init(&timer->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    timer->due = now() + seconds;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the process's own thread */
    int result = pthread_create(&timer->thread, NULL, watch, timer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (result != 0)
        return luaL_error(L, "no thread: %s", strerror(result));
    timer->running = true;
    return 1;
}

/* timer:stop() -> seconds since it rang (0: it had not yet to), the worst lateness of its thread in seconds. Where it has to ring
 * it is waited for: both the caller and the thread may have been kept from the processor. */
static int l_stop(lua_State *L)
{
    struct timer *timer = luaL_checkudata(L, 1, TIMER);
    double ended = now();
    if (timer->running) {
        pthread_mutex_lock(&timer->lock);
        timer->stopping = ended < timer->due;
        pthread_cond_signal(&timer->changed);
        pthread_mutex_unlock(&timer->lock);
        pthread_join(timer->thread, NULL);
        timer->running = false;
    }
    lua_pushnumber(L, timer->rang && ended > timer->rang_at ? ended - timer->rang_at : 0);
    lua_pushnumber(L, timer->worst);
    return 2;
}

/* probe.ask(port, line) -> the server's answer without its line end, or nil. Blocks the process. */
static int l_ask(lua_State *L)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    address.sin_port = htons((uint16_t)luaL_checkinteger(L, 1));
    size_t length, used = 0;
    const char *line = luaL_checklstring(L, 2, &length);
    char reply[256];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        send(fd, line, length, MSG_NOSIGNAL) == (ssize_t)length)
        for (ssize_t got; used < sizeof reply;) {
            got = recv(fd, reply + used, sizeof reply - used, 0);
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0)
                break;
            used += (size_t)got;
        }
    if (fd >= 0)
        close(fd);
    if (used == 0)
        return 0;
    lua_pushlstring(L, reply, reply[used - 1] == '\n' ? used - 1 : used);
    return 1;
}

/* probe.descriptors() -> number of open file descriptors of this process, without the sockets that nginx's processes have among
 * themselves */
static int l_descriptors(lua_State *L)
{
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL)
        return luaL_error(L, "/proc/self/fd: %s", strerror(errno));
    lua_Integer count = -1; /* this folder's own */
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        int domain = 0;
        socklen_t size = sizeof domain;
        bool socket = getsockopt(atoi(entry->d_name), SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0;
        count += entry->d_name[0] != '.' && !(socket && domain == AF_UNIX);
    }
    closedir(folder);
    lua_pushinteger(L, count);
    return 1;
}

/* probe.now() -> monotonic seconds */
static int l_now(lua_State *L)
{
    lua_pushnumber(L, now());
    return 1;
}

/* probe.sleep(seconds): blocks the process */
static int l_sleep(lua_State *L)
{
    struct timespec until = at(now() + luaL_checknumber(L, 1));
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
    }
    return 0;
}

/* probe.poll(list of {fd, read, write}, seconds): waits until a descriptor is ready, or the time is over */
static int l_poll(lua_State *L)
{
    struct pollfd fds[64];
    nfds_t count = 0;
    luaL_checktype(L, 1, LUA_TTABLE);
    for (;; count++) {
        lua_rawgeti(L, 1, (int)count + 1);
        if (lua_isnil(L, -1) || count == sizeof fds / sizeof *fds)
            break;
        lua_getfield(L, -1, "fd");
        lua_getfield(L, -2, "read");
        lua_getfield(L, -3, "write");
        fds[count].fd = (int)lua_tointeger(L, -3);
        fds[count].events = (short)((lua_toboolean(L, -2) ? POLLIN : 0) | (lua_toboolean(L, -1) ? POLLOUT : 0));
        lua_pop(L, 4);
    }
    (void)poll(fds, count, (int)(luaL_checknumber(L, 2) * 1000 + 0.999));
    return 0;
}

/* probe.fork() -> 0 in the child, its process id in the parent */
static int l_fork(lua_State *L)
{
    pid_t pid = fork();
    if (pid < 0)
        return luaL_error(L, "fork: %s", strerror(errno));
    lua_pushinteger(L, pid);
    return 1;
}

/* probe.exit(): ends a child at once */
static int l_exit(lua_State *L)
{
    (void)L;
    _exit(0);
}

/* probe.join(pid) -> whether the child ended with status 0 */
static int l_join(lua_State *L)
{
    int status;
    pid_t pid = (pid_t)luaL_checkinteger(L, 1);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return 0;
    lua_pushboolean(L, WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return 1;
}

__attribute__((visibility("default"))) int luaopen_faults_probe(lua_State *L);

int luaopen_faults_probe(lua_State *L)
{
    static const luaL_Reg functions[] = {{"timer", l_timer}, {"ask", l_ask},     {"descriptors", l_descriptors},
                                         {"now", l_now},     {"sleep", l_sleep}, {"fork", l_fork},
                                         {"exit", l_exit},   {"join", l_join},   {"poll", l_poll}};
    luaL_newmetatable(L, TIMER);
    lua_newtable(L);
    lua_pushcfunction(L, l_stop);
    lua_setfield(L, -2, "stop");
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, l_stop);
    lua_setfield(L, -2, "__gc");
    lua_newtable(L);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        lua_pushcfunction(L, functions[i].func);
        lua_setfield(L, -2, functions[i].name);
    }
    return 1;
}
