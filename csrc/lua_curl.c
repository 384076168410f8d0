/* SPDX-License-Identifier: MIT
 *
 * Opens the module idocr.curl, the binding of transfer.h. Not for nginx: its waits would block the worker.
 *
 * A transfer keeps its set, its body and its sink alive. The set maps C transfers to Lua objects weakly, so that an unreferenced
 * transfer is collected and thereby cancelled.
 */
#include "visibility.h"

#include <dlfcn.h>
#include <math.h>
#include <sys/select.h> /* FD_SETSIZE */
#include <unistd.h>

#include "lua_compat.h"
#include "transfer.h"

#define TRANSFERS "idocr.transfers"
#define TRANSFER "idocr.transfer"

struct set_object {
    struct idocr_transfers *set; /* NULL when closed */
};

struct transfer_object {
    struct idocr_transfer *transfer; /* NULL after result(), or when the set was closed */
    pid_t pid;                       /* of the process that started it */
};

/* ---- transfers -------------------------------------------------------------------------------------------------- */

static struct set_object *check_set(lua_State *L)
{
    return luaL_checkudata(L, 1, TRANSFERS);
}

/* Returns the string at `index`, or NULL for nil. */
static const char *optional_text(lua_State *L, int index, const char *what)
{
    if (lua_isnil(L, index))
        return NULL;
    size_t length;
    if (lua_type(L, index) != LUA_TSTRING)
        luaL_error(L, "%s must be a string", what);
    const char *text = lua_tolstring(L, index, &length);
    if (strlen(text) != length)
        luaL_error(L, "%s must not hold a NUL", what);
    return text;
}

/* Returns a string field of the table at `index`, or NULL. The table keeps the text alive. */
static const char *string_field(lua_State *L, int index, const char *name)
{
    idocr_lua_pushfield(L, index, name);
    const char *text = optional_text(L, lua_gettop(L), name);
    lua_pop(L, 1);
    return text;
}

static bool flag_field(lua_State *L, int index, const char *name)
{
    idocr_lua_pushfield(L, index, name);
    bool flag = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return flag;
}

/* curl.new(options) -> transfers | nil, message */
static int l_new(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    struct idocr_transfers_options options = {
        .ca_file = string_field(L, 1, "ca_file"),
        .ca_path = string_field(L, 1, "ca_path"),
        .client_cert = string_field(L, 1, "client_cert"),
        .client_key = string_field(L, 1, "client_key"),
        .http1 = flag_field(L, 1, "http1"),
    };
    idocr_lua_pushfield(L, 1, "proxy");
    bool no_proxy = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
    lua_pop(L, 1);
    options.proxy = no_proxy ? "" : string_field(L, 1, "proxy");

    struct set_object *object = idocr_lua_newobject(L, sizeof *object, TRANSFERS);
    lua_newtable(L); /* lightuserdata -> transfer object */
    lua_newtable(L);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    idocr_lua_anchor(L, 2);

    const char *why;
    object->set = idocr_transfers_new(&options, &why);
    if (object->set == NULL) {
        lua_pushnil(L);
        lua_pushstring(L, why);
        return 2;
    }
    return 1;
}

/* transfers:close(): cancels unfinished transfers and closes the connections. May be called again. */
static int l_set_close(lua_State *L)
{
    struct set_object *object = check_set(L);
    struct idocr_transfers *set = object->set;
    object->set = NULL;
    idocr_transfers_free(set);
    return 0;
}

static int l_set_tostring(lua_State *L)
{
    struct set_object *object = check_set(L);
    if (object->set == NULL)
        lua_pushliteral(L, TRANSFERS " (closed)");
    else
        lua_pushfstring(L, TRANSFERS " (%d active)", (int)idocr_transfers_active(object->set));
    return 1;
}

static int l_set_active(lua_State *L)
{
    struct set_object *object = check_set(L);
    lua_pushinteger(L, object->set == NULL ? 0 : (lua_Integer)idocr_transfers_active(object->set));
    return 1;
}

static int64_t milliseconds(lua_Number seconds)
{
    if (!(seconds > 0))
        return 0;
    return seconds > 1e9 ? INT64_C(1000000000000) : (int64_t)ceil((double)seconds * 1000.0);
}

/* transfers:wait(seconds) -> number of transfers that next() can return. Waits at most a second. */
static int l_set_wait(lua_State *L)
{
    struct set_object *object = check_set(L);
    lua_Number seconds = luaL_checknumber(L, 2);
    lua_pushinteger(L, object->set == NULL ? 0 : (lua_Integer)idocr_transfers_wait(object->set, milliseconds(seconds)));
    return 1;
}

/* transfers:fds() -> list of {fd, read, write}, seconds until wait(0) must be called (nil: there is no transfer) */
static int l_set_fds(lua_State *L)
{
    struct set_object *object = check_set(L);
    struct idocr_descriptor list[FD_SETSIZE];
    int64_t wait_ms = -1;
    const size_t count = object->set == NULL ? 0 : idocr_transfers_descriptors(object->set, list, FD_SETSIZE, &wait_ms);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_createtable(L, 0, 3);
        lua_pushinteger(L, list[i].fd);
        lua_setfield(L, -2, "fd");
        lua_pushboolean(L, list[i].read);
        lua_setfield(L, -2, "read");
        lua_pushboolean(L, list[i].write);
        lua_setfield(L, -2, "write");
        lua_rawseti(L, -2, (int)i + 1);
    }
    if (wait_ms < 0)
        lua_pushnil(L);
    else
        lua_pushnumber(L, (lua_Number)wait_ms / 1000);
    return 2;
}

/* Pushes the value that is anchored to the userdata at `index`. */
static void push_anchored(lua_State *L, int index)
{
#if LUA_VERSION_NUM >= 504
    lua_getiuservalue(L, index, 1);
#elif LUA_VERSION_NUM >= 502
    lua_getuservalue(L, index);
#else
    lua_getfenv(L, index);
    lua_rawgeti(L, -1, 1);
    lua_remove(L, -2);
#endif
}

/* transfers:next() -> the transfer that finished first, or nil */
static int l_set_next(lua_State *L)
{
    struct set_object *object = check_set(L);
    if (object->set == NULL)
        return 0;
    push_anchored(L, 1);
    struct idocr_transfer *transfer;
    while ((transfer = idocr_transfers_next(object->set)) != NULL) {
        lua_pushlightuserdata(L, transfer);
        lua_rawget(L, -2);
        if (!lua_isnil(L, -1))
            return 1;
        lua_pop(L, 1); /* collected meanwhile: its __gc releases it */
    }
    return 0;
}

/* ---- one transfer ----------------------------------------------------------------------------------------------- */

static struct transfer_object *check_transfer(lua_State *L)
{
    return luaL_checkudata(L, 1, TRANSFER);
}

/* nil, category, code, message, sent, dead_connection */
static int push_failure(lua_State *L, const struct idocr_failure *failure)
{
    lua_pushnil(L);
    lua_pushstring(L, failure->category);
    lua_pushstring(L, failure->code);
    lua_pushstring(L, failure->message);
    if (failure->sent == IDOCR_SENT_PART)
        lua_pushliteral(L, "part");
    else
        lua_pushboolean(L, failure->sent == IDOCR_SENT_ALL);
    lua_pushboolean(L, failure->dead_connection);
    return 6;
}

static int push_unsent(lua_State *L, const char *category, const char *code, const char *message)
{
    struct idocr_failure failure;
    idocr_failure_set(&failure, category, code, IDOCR_SENT_NOTHING, "%s", message);
    return push_failure(L, &failure);
}

static const char *checked_text(lua_State *L, int index, size_t *length, const char *what)
{
    if (lua_type(L, index) != LUA_TSTRING)
        luaL_error(L, "a header's %s must be a string", what);
    const char *text = lua_tolstring(L, index, length);
    for (size_t i = 0; i < *length; i++)
        if (text[i] == '\r' || text[i] == '\n' || text[i] == '\0')
            luaL_error(L, "a header's %s must not hold a line break or a NUL", what);
    return text;
}

/* Adds request.headers, a list of {name, value}; the request is at `index`. */
static void add_headers(lua_State *L, int index, struct idocr_transfer *transfer)
{
    idocr_lua_pushfield(L, index, "headers");
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        return;
    }
    luaL_checktype(L, -1, LUA_TTABLE);
    int headers = lua_gettop(L);
    int count = (int)idocr_lua_rawlen(L, headers);
    for (int i = 1; i <= count; i++) {
        lua_rawgeti(L, headers, i);
        luaL_checktype(L, -1, LUA_TTABLE);
        lua_rawgeti(L, -1, 1);
        lua_rawgeti(L, -2, 2);
        size_t name_length, value_length;
        const char *name = checked_text(L, -2, &name_length, "name");
        const char *value = checked_text(L, -1, &value_length, "value");
        if (name_length == 0 || memchr(name, ':', name_length) != NULL)
            luaL_error(L, "a header's name must not be empty or hold a colon");
        if (idocr_transfer_header(transfer, name, name_length, value, value_length) != 0)
            luaL_error(L, "not enough memory");
        lua_pop(L, 3);
    }
    lua_pop(L, 1);
}

/* Returns the byte source at `index`, or NULL for nil. */
static struct idocr_source *optional_source(lua_State *L, int index)
{
    if (lua_isnil(L, index))
        return NULL;
    struct idocr_source *source = luaL_checkudata(L, index, IDOCR_SOURCE_METATABLE);
    if (source->magic != IDOCR_SOURCE_MAGIC)
        luaL_error(L, "the body object is closed, or idocr.core and idocr.curl are of different builds");
    return source;
}

/* Returns the byte sink at `index`, or NULL for nil. */
static struct idocr_sink *optional_sink(lua_State *L, int index)
{
    if (lua_isnil(L, index))
        return NULL;
    struct idocr_sink *sink = luaL_checkudata(L, index, IDOCR_SINK_METATABLE);
    if (sink->magic != IDOCR_SINK_MAGIC)
        luaL_error(L, "idocr.core and idocr.curl are of different builds");
    return sink;
}

/* Returns the number at `index`. */
static lua_Number number_argument(lua_State *L, int index, const char *what)
{
    if (lua_type(L, index) != LUA_TNUMBER)
        luaL_error(L, "%s must be a number", what);
    return lua_tonumber(L, index);
}

/* transfers:start(request, url, body, sink, connect_timeout, deadline, max_response, connect_to, proxy, fresh)
 *   -> transfer | nil, category, code, message, sent, dead_connection */
static int l_set_start(lua_State *L)
{
    enum { SET = 1, REQUEST, URL, BODY, SINK, CONNECT_TIMEOUT, DEADLINE, MAX_RESPONSE, CONNECT_TO, PROXY, FRESH, OBJECT };
    struct set_object *object = check_set(L);
    luaL_checktype(L, REQUEST, LUA_TTABLE);
    lua_settop(L, FRESH);
    if (object->set == NULL)
        return push_unsent(L, "closed", "Cancelled", "the transport is closed");

    struct idocr_transfer_request request = {
        .method = string_field(L, REQUEST, "method"),
        .url = optional_text(L, URL, "url"),
        .connect_to = optional_text(L, CONNECT_TO, "connect_to"),
        .proxy = optional_text(L, PROXY, "proxy"),
        .connect_ms = milliseconds(number_argument(L, CONNECT_TIMEOUT, "connect_timeout")),
        .total_ms = milliseconds(number_argument(L, DEADLINE, "deadline")),
        .fresh = lua_toboolean(L, FRESH) != 0,
        .source = optional_source(L, BODY),
        .sink = optional_sink(L, SINK),
    };
    lua_Number max_body = number_argument(L, MAX_RESPONSE, "max_response");
    request.max_body = max_body >= 1e15 ? (size_t)1000000000000000 : max_body > 0 ? (size_t)max_body : 0;
    if (request.url == NULL)
        return luaL_error(L, "url must be a string");
    if (request.method == NULL)
        request.method = "GET";
    if (request.total_ms <= 0)
        return push_unsent(L, "timeout", "DeadlineExceeded", "the deadline passed before the request");
    if (request.connect_ms <= 0)
        request.connect_ms = 1;

    struct transfer_object *transfer = idocr_lua_newobject(L, sizeof *transfer, TRANSFER); /* OBJECT */
    transfer->pid = getpid();
    lua_createtable(L, 3, 0);
    lua_pushvalue(L, SET);
    lua_rawseti(L, -2, 1);
    lua_pushvalue(L, BODY);
    lua_rawseti(L, -2, 2);
    lua_pushvalue(L, SINK);
    lua_rawseti(L, -2, 3);
    idocr_lua_anchor(L, OBJECT);

    if (idocr_transfer_new(object->set, &transfer->transfer) == NULL)
        return push_unsent(L, "network", "SendFailed", "out of memory");
    add_headers(L, REQUEST, transfer->transfer);
    push_anchored(L, SET);
    lua_pushlightuserdata(L, transfer->transfer);
    lua_pushvalue(L, OBJECT);
    lua_rawset(L, -3);
    lua_settop(L, OBJECT);

    if (idocr_transfer_start(transfer->transfer, &request) != 0) {
        const struct idocr_failure failure = *idocr_transfer_failure(transfer->transfer);
        idocr_transfer_release(transfer->transfer);
        return push_failure(L, &failure);
    }
    return 1;
}

/* Pushes the headers as a table; joins repeated ones. */
static void push_headers(lua_State *L, const struct idocr_response *response)
{
    lua_newtable(L);
    size_t at = 0, name_length, value_length;
    const char *name, *value;
    while (idocr_response_next_header(response, &at, &name, &name_length, &value, &value_length)) {
        lua_pushlstring(L, name, name_length);
        lua_pushvalue(L, -1);
        lua_rawget(L, -3);
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            lua_pushlstring(L, value, value_length);
        } else {
            lua_pushliteral(L, ", ");
            lua_pushlstring(L, value, value_length);
            lua_concat(L, 3);
        }
        lua_rawset(L, -3);
    }
}

/* transfer:result() -> status, headers, body | nil, category, code, message, sent, dead_connection. May be called once. The body
 * is empty where it went into a sink. */
static int l_transfer_result(lua_State *L)
{
    struct transfer_object *object = check_transfer(L);
    if (object->transfer == NULL && object->pid != getpid())
        return push_unsent(L, "closed", "Forked", "the call belongs to the parent process");
    if (object->transfer == NULL) {
        struct idocr_failure failure; /* the sent bytes are no longer known */
        idocr_failure_set(&failure, "closed", "Cancelled", IDOCR_SENT_ALL, "the transport was closed");
        return push_failure(L, &failure);
    }
    if (!idocr_transfer_finished(object->transfer))
        return luaL_error(L, "the transfer is not finished");
    const struct idocr_failure *failure = idocr_transfer_failure(object->transfer);
    if (failure != NULL) {
        int count = push_failure(L, failure);
        idocr_transfer_release(object->transfer);
        return count;
    }
    const struct idocr_response *response = idocr_transfer_response(object->transfer);
    lua_pushinteger(L, response->status);
    push_headers(L, response);
    lua_pushlstring(L, response->body.bytes != NULL ? response->body.bytes : "", response->body.used);
    idocr_transfer_release(object->transfer);
    return 3;
}

/* transfer:wait(seconds) -> whether it is finished. Drives all transfers meanwhile; waits at most a second. */
static int l_transfer_wait(lua_State *L)
{
    struct transfer_object *object = check_transfer(L);
    const int64_t most = milliseconds(luaL_checknumber(L, 2));
    lua_pushboolean(L, object->transfer == NULL || idocr_transfer_wait(object->transfer, most));
    return 1;
}

/* transfer:finished() -> boolean; true also when its set was closed */
static int l_transfer_finished(lua_State *L)
{
    struct transfer_object *object = check_transfer(L);
    lua_pushboolean(L, object->transfer == NULL || idocr_transfer_finished(object->transfer));
    return 1;
}

/* transfer:cancel(): result() then returns closed/Cancelled. */
static int l_transfer_cancel(lua_State *L)
{
    struct transfer_object *object = check_transfer(L);
    if (object->transfer != NULL)
        idocr_transfer_cancel(object->transfer);
    return 0;
}

static int l_transfer_gc(lua_State *L)
{
    struct transfer_object *object = check_transfer(L);
    if (object->transfer != NULL)
        idocr_transfer_release(object->transfer);
    return 0;
}

/* ---- module ----------------------------------------------------------------------------------------------------- */

static const luaL_Reg SET_METHODS[] = {
    {"start", l_set_start},   {"wait", l_set_wait},   {"fds", l_set_fds}, {"next", l_set_next},
    {"active", l_set_active}, {"close", l_set_close}, {NULL, NULL},
};
static const luaL_Reg SET_META[] = {{"__tostring", l_set_tostring}, {NULL, NULL}};
static const luaL_Reg TRANSFER_METHODS[] = {
    {"result", l_transfer_result},
    {"wait", l_transfer_wait},
    {"finished", l_transfer_finished},
    {"cancel", l_transfer_cancel},
    {NULL, NULL},
};
static const luaL_Reg FUNCTIONS[] = {{"new", l_new}, {NULL, NULL}};

IDOCR_EXPORT int luaopen_idocr_curl(lua_State *L);

/* A name lookup may still be running in a thread of libcurl when Lua closes and unloads its modules: this object, and
 * with it libcurl, stays in memory to the end of the process. */
static void stay_loaded(void)
{
    Dl_info self;
    if (dladdr((void *)(uintptr_t)luaopen_idocr_curl, &self) != 0 && self.dli_fname != NULL)
        (void)dlopen(self.dli_fname, RTLD_LAZY | RTLD_NODELETE | RTLD_NOLOAD);
}

int luaopen_idocr_curl(lua_State *L)
{
    idocr_lua_checkversion(L);
    if (idocr_transfers_start_library() != 0)
        return luaL_error(L, "libcurl cannot be initialised");
    stay_loaded();
    idocr_lua_class(L, TRANSFERS, SET_METHODS, SET_META, l_set_close);
    idocr_lua_class(L, TRANSFER, TRANSFER_METHODS, NULL, l_transfer_gc);
    lua_newtable(L);
    idocr_lua_setfuncs(L, FUNCTIONS);
    lua_pushstring(L, idocr_transfers_library());
    lua_setfield(L, -2, "library");
    return 1;
}
