/* SPDX-License-Identifier: MIT
 *
 * Opens the optional module idocr.redis: connections to Redis over hiredis. Blocks, so it is not for nginx.
 *
 *   connection = redis.connect(options) | nil, message, code
 *     options: host, port or path (of a Unix socket); timeout in seconds; tls = { ca_file, ca_path, cert, key } or true
 *   connection:run(commands, seconds) -> list of replies | nil, message, code, written
 *     commands: a list of lists of strings, sent together. One deadline holds for all replies. `written` is false where no byte
 *     was sent, so the server cannot have executed anything. After a failure the connection can only be closed.
 *   connection:idle() -> whether it is open and nothing arrived since the last reply
 *   connection:close()
 *   redis.tls: whether TLS was built in
 * A reply is a string, a number, false (nil), a list of replies, or { err = text }.
 * Codes: "connect", "timeout", "closed", "protocol", "too_large", "memory", "unsupported".
 */
#include "visibility.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "lua_compat.h"
#include "redis_tls.h"

#define METATABLE "idocr.redis.connection"

enum {
    MOST_BYTES = 64 * 1024 * 1024, /* of the commands or the replies of one run */
    MOST_ELEMENTS = 1024 * 1024,   /* of an array */
    DEEPEST = 16,                  /* arrays in arrays; hiredis before 1.0 allows 7 */
    MOST_ARGUMENTS = 1024 * 1024,
    MOST_COMMANDS = 100 * 1000
};

struct connection {
    redisContext *context; /* NULL once closed */
    redisReply *reply;     /* being converted; owned here, because a conversion may raise */
    pid_t process;         /* that opened it */
    bool usable;           /* false while a run is not complete, and after a failed one */
};

/* Outcome of waiting and reading. */
enum outcome { DONE, TIMEOUT, CLOSED, PROTOCOL, TOO_LARGE, NO_MEMORY };

static int fail(lua_State *L, const char *message, const char *code)
{
    lua_pushnil(L);
    lua_pushstring(L, message);
    lua_pushstring(L, code);
    return 3;
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

static double monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Returns the seconds at `index`, between 1 ms and a day. [-0, +0, e] */
static double check_seconds(lua_State *L, int index)
{
    double seconds = luaL_checknumber(L, index);
    luaL_argcheck(L, seconds == seconds, index, "must be a number of seconds");
    return seconds < 0.001 ? 0.001 : seconds > 86400 ? 86400 : seconds;
}

/* ---- bounded replies --------------------------------------------------------------------------------------------- */

#if HIREDIS_MAJOR >= 1
typedef size_t elements_type;
#else
typedef int elements_type;
#endif

static void *(*create_array)(const redisReadTask *, elements_type);

/* Refuses arrays that are too long or nested too deeply; hiredis then reports "out of memory". */
static void *create_bounded_array(const redisReadTask *task, elements_type elements)
{
    int depth = 0;
    for (const redisReadTask *parent = task->parent; parent != NULL; parent = parent->parent)
        depth++;
    return elements > (elements_type)MOST_ELEMENTS || depth >= DEEPEST ? NULL : create_array(task, elements);
}

/* The functions with which hiredis builds replies, with the bound. Written once, by luaopen. */
static redisReplyObjectFunctions bounded_functions;

static void bound_replies(redisContext *context)
{
    if (bounded_functions.createArray == NULL) {
        bounded_functions = *context->reader->fn;
        create_array = bounded_functions.createArray;
        bounded_functions.createArray = create_bounded_array;
    }
    context->reader->fn = &bounded_functions;
}

/* ---- input and output -------------------------------------------------------------------------------------------- */

/* hiredis writes without MSG_NOSIGNAL: blocks SIGPIPE in this thread and discards the one that a write has raised. */
struct pipe_guard {
    sigset_t before;
    bool pending;
};

static void set_of_pipe(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGPIPE);
}

static void block_pipe(struct pipe_guard *guard)
{
    sigset_t pipe, pending;
    set_of_pipe(&pipe);
    sigpending(&pending);
    guard->pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe, &guard->before);
}

static void unblock_pipe(const struct pipe_guard *guard)
{
    sigset_t pipe, pending;
    int number;
    set_of_pipe(&pipe);
    sigpending(&pending);
    if (!guard->pending && sigismember(&pending, SIGPIPE) == 1)
        sigwait(&pipe, &number);
    pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}

/* Waits until the socket is ready for `events` or the deadline has passed. */
static enum outcome await(const redisContext *context, short events, double ends)
{
    for (;;) {
        double left = (ends - monotonic()) * 1000;
        if (left <= 0)
            return TIMEOUT;
        struct pollfd descriptor = {.fd = context->fd, .events = events};
        int ready = poll(&descriptor, 1, left > INT_MAX ? INT_MAX : (int)ceil(left));
        if (ready > 0)
            return DONE;
        if (ready < 0 && errno != EINTR)
            return CLOSED;
    }
}

static enum outcome outcome_of(const redisContext *context)
{
    switch (context->err) {
    case REDIS_ERR_OOM: return NO_MEMORY;
    case REDIS_ERR_PROTOCOL: return PROTOCOL;
    default: return CLOSED;
    }
}

/* Writes everything in the output buffer. Sets `*written` once a byte may have left. */
static enum outcome write_all(redisContext *context, double ends, bool *written)
{
    for (;;) {
        int done = 0;
        if (redisBufferWrite(context, &done) != REDIS_OK)
            return outcome_of(context);
        *written = true;
        if (done)
            return DONE;
        enum outcome waited = await(context, POLLOUT, ends);
        if (waited != DONE)
            return waited;
    }
}

/* Reads until a whole reply is there. `*bytes` counts what was read for all replies of a run. */
static enum outcome read_reply(struct connection *self, double ends, size_t *bytes)
{
    redisContext *context = self->context;
    for (;;) {
        void *reply = NULL;
        if (redisGetReplyFromReader(context, &reply) != REDIS_OK)
            return outcome_of(context);
        if (reply != NULL) {
            self->reply = reply;
            return DONE;
        }
        enum outcome waited = await(context, POLLIN, ends);
        if (waited != DONE)
            return waited;
        size_t before = context->reader->len;
        if (redisBufferRead(context) != REDIS_OK)
            return outcome_of(context);
        size_t after = context->reader->len;
        *bytes += after > before ? after - before : 0;
        if (*bytes > MOST_BYTES)
            return TOO_LARGE;
    }
}

/* ---- the connection ---------------------------------------------------------------------------------------------- */

static void free_reply(struct connection *self)
{
    if (self->reply != NULL)
        freeReplyObject(self->reply);
    self->reply = NULL;
}

static int connection_close(lua_State *L)
{
    struct connection *self = luaL_checkudata(L, 1, METATABLE);
    free_reply(self);
    if (self->context != NULL) {
        struct pipe_guard guard; /* TLS writes a close_notify */
        block_pipe(&guard);
        redisFree(self->context);
        unblock_pipe(&guard);
    }
    self->context = NULL;
    self->usable = false;
    return 0;
}

/* Returns a string field of the table at `index`, or NULL. The table keeps the text alive. [-0, +0, e] */
static const char *text_field(lua_State *L, int index, const char *name)
{
    idocr_lua_pushfield(L, index, name);
    const char *text = NULL;
    if (!lua_isnil(L, -1)) {
        size_t length = 0;
        luaL_argcheck(L, lua_type(L, -1) == LUA_TSTRING, index, "host, path and file names must be strings");
        text = lua_tolstring(L, -1, &length);
        luaL_argcheck(L, strlen(text) == length, index, "a host, path or file name must not hold a NUL");
    }
    lua_pop(L, 1);
    return text;
}

static int connect_failure(lua_State *L, const redisContext *context)
{
    if (context == NULL)
        return fail(L, "out of memory", "memory");
    bool late = context->err == REDIS_ERR_IO && errno == ETIMEDOUT;
    lua_pushnil(L);
    lua_pushstring(L, context->errstr[0] != '\0' ? context->errstr : "the connection failed");
    lua_pushstring(L, late ? "timeout" : "connect");
    return 3;
}

/* redis.connect(options) -> connection | nil, message, code */
static int l_connect(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    const char *host = text_field(L, 1, "host");
    const char *path = text_field(L, 1, "path");
    idocr_lua_pushfield(L, 1, "port");    /* 2 */
    idocr_lua_pushfield(L, 1, "timeout"); /* 3 */
    idocr_lua_pushfield(L, 1, "tls");     /* 4 */
    lua_Number port = path != NULL ? 0 : luaL_checknumber(L, 2);
    luaL_argcheck(L, path != NULL || (host != NULL && port >= 1 && port <= 65535), 1, "must have path, or host and port");
    double seconds = check_seconds(L, 3), ends = monotonic() + seconds;
    bool tls = lua_toboolean(L, 4);
    if (tls && !IDOCR_REDIS_HAS_TLS)
        return fail(L, "this build has no TLS for Redis", "unsupported");

    struct connection *self = idocr_lua_newobject(L, sizeof *self, METATABLE);
    struct timeval limit = {.tv_sec = (time_t)seconds, .tv_usec = (suseconds_t)((seconds - floor(seconds)) * 1e6)};
    errno = 0;
    self->context = path != NULL ? redisConnectUnixWithTimeout(path, limit) : redisConnectWithTimeout(host, (int)port, limit);
    if (self->context == NULL || self->context->err != 0)
        return connect_failure(L, self->context);
    self->process = getpid();
    if (tls) {
        struct idocr_redis_tls_options options = {.host = host};
        if (lua_istable(L, 4)) {
            options.ca_file = text_field(L, 4, "ca_file");
            options.ca_path = text_field(L, 4, "ca_path");
            options.cert = text_field(L, 4, "cert");
            options.key = text_field(L, 4, "key");
        }
        struct pipe_guard guard;
        block_pipe(&guard);
        const char *problem = idocr_redis_tls_start(self->context, &options, ends - monotonic());
        unblock_pipe(&guard);
        if (problem != NULL)
            return fail(L, problem, "tls");
    }
    int flags = fcntl(self->context->fd, F_GETFL);
    if (flags < 0 || fcntl(self->context->fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(self->context->fd, F_SETFD, FD_CLOEXEC) < 0)
        return fail(L, "the socket cannot be made non-blocking", "connect");
    self->context->flags &= ~REDIS_BLOCK;
    bound_replies(self->context);
    self->usable = true;
    return 1;
}

/* Appends the command at the top of the stack, a list of strings, to the output buffer. Pops it. [-1, +0, e] */
static size_t append_command(lua_State *L, redisContext *context)
{
    luaL_checktype(L, -1, LUA_TTABLE);
    size_t count = idocr_lua_rawlen(L, -1), bytes = 0;
    if (count < 1 || count > MOST_ARGUMENTS)
        luaL_error(L, "a command must have 1 to %d arguments", (int)MOST_ARGUMENTS);
    int list = lua_gettop(L);
    const char **texts = lua_newuserdata(L, count * sizeof *texts);
    size_t *lengths = lua_newuserdata(L, count * sizeof *lengths);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, list, (int)i + 1);
        if (lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "argument %d of a command must be a string, not a %s", (int)i + 1, luaL_typename(L, -1));
        texts[i] = lua_tolstring(L, -1, &lengths[i]); /* the list keeps it alive */
        bytes += lengths[i] + 16;
        lua_pop(L, 1);
        if (bytes > MOST_BYTES)
            return bytes;
    }
    if (redisAppendCommandArgv(context, (int)count, texts, lengths) != REDIS_OK)
        luaL_error(L, "not enough memory");
    lua_settop(L, list - 1);
    return bytes;
}

/* Pushes a reply. [-0, +1, m] */
static void push_reply(lua_State *L, const redisReply *reply)
{
    luaL_checkstack(L, 4, "a reply is nested too deeply");
    switch (reply->type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS: lua_pushlstring(L, reply->str, reply->len); break;
    case REDIS_REPLY_INTEGER:
#if LUA_VERSION_NUM >= 503
        lua_pushinteger(L, (lua_Integer)reply->integer);
#else
        lua_pushnumber(L, (lua_Number)reply->integer);
#endif
        break;
    case REDIS_REPLY_ERROR:
        lua_createtable(L, 0, 1);
        lua_pushlstring(L, reply->str, reply->len);
        lua_setfield(L, -2, "err");
        break;
    case REDIS_REPLY_ARRAY:
        lua_createtable(L, reply->elements > INT_MAX ? INT_MAX : (int)reply->elements, 0);
        for (size_t i = 0; i < reply->elements; i++) {
            push_reply(L, reply->element[i]);
            lua_rawseti(L, -2, (int)i + 1);
        }
        break;
    default: lua_pushboolean(L, 0); break; /* nil */
    }
}

static int run_failure(lua_State *L, const struct connection *self, enum outcome outcome, bool written)
{
    static const char *const codes[] = {
        [TIMEOUT] = "timeout", [CLOSED] = "closed", [PROTOCOL] = "protocol", [TOO_LARGE] = "too_large", [NO_MEMORY] = "memory",
    };
    const char *message = self->context->errstr[0] != '\0' ? self->context->errstr : "the connection broke";
    if (outcome == TIMEOUT)
        message = "no reply in time";
    if (outcome == TOO_LARGE)
        message = "more than 64 MiB at once";
    fail(L, message, codes[outcome]);
    lua_pushboolean(L, written);
    return 4;
}

/* connection:run(commands, seconds) -> replies | nil, message, code, written */
static int connection_run(lua_State *L)
{
    struct connection *self = luaL_checkudata(L, 1, METATABLE);
    luaL_checktype(L, 2, LUA_TTABLE);
    double ends = monotonic() + check_seconds(L, 3);
    lua_settop(L, 2);
    if (!self->usable || self->context == NULL || self->process != getpid()) {
        fail(L, "the connection is closed", "closed");
        lua_pushboolean(L, 0);
        return 4;
    }
    size_t count = idocr_lua_rawlen(L, 2), bytes = 0;
    luaL_argcheck(L, count <= MOST_COMMANDS, 2, "has too many commands");
    self->usable = false; /* until all replies are there */
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, 2, (int)i + 1);
        bytes += append_command(L, self->context);
        if (bytes > MOST_BYTES)
            return run_failure(L, self, TOO_LARGE, false);
    }

    bool written = false;
    struct pipe_guard guard;
    block_pipe(&guard);
    enum outcome outcome = write_all(self->context, ends, &written);
    unblock_pipe(&guard);
    if (outcome != DONE)
        return run_failure(L, self, outcome, written);

    lua_settop(L, 2);
    lua_createtable(L, (int)count, 0);
    bytes = 0;
    for (size_t i = 0; i < count; i++) {
        outcome = read_reply(self, ends, &bytes);
        if (outcome != DONE)
            return run_failure(L, self, outcome, true);
        push_reply(L, self->reply);
        free_reply(self);
        lua_rawseti(L, 3, (int)i + 1);
    }
    self->usable = true;
    return 1;
}

/* connection:idle() -> boolean */
static int connection_idle(lua_State *L)
{
    const struct connection *self = luaL_checkudata(L, 1, METATABLE);
    bool idle = self->usable && self->context != NULL && self->process == getpid();
    if (idle) {
        struct pollfd descriptor = {.fd = self->context->fd, .events = POLLIN};
        idle = poll(&descriptor, 1, 0) == 0;
    }
    lua_pushboolean(L, idle);
    return 1;
}

static const luaL_Reg METHODS[] = {{"run", connection_run}, {"idle", connection_idle}, {"close", connection_close}, {NULL, NULL}};

static const luaL_Reg FUNCTIONS[] = {{"connect", l_connect}, {NULL, NULL}};

IDOCR_EXPORT int luaopen_idocr_redis(lua_State *L);
IDOCR_EXPORT int luaopen_idocr_redis(lua_State *L)
{
    idocr_lua_checkversion(L);
    idocr_lua_class(L, METATABLE, METHODS, NULL, connection_close);
    lua_newtable(L);
    idocr_lua_setfuncs(L, FUNCTIONS);
    lua_pushboolean(L, IDOCR_REDIS_HAS_TLS);
    lua_setfield(L, -2, "tls");
    return 1;
}
