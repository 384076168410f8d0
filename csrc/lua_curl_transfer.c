/* SPDX-License-Identifier: MIT
 *
 * Binds one transfer of idocr.curl: starts it from a request table and returns its response or failure.
 */
#include "lua_curl.h"

static struct idocr_lua_transfer *check_transfer(lua_State *L)
{
    return luaL_checkudata(L, 1, IDOCR_TRANSFER_METATABLE);
}

/* Pushes nil, category, code, message, sent, dead_connection. */
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
int idocr_lua_transfers_start(lua_State *L)
{
    enum { SET = 1, REQUEST, URL, BODY, SINK, CONNECT_TIMEOUT, DEADLINE, MAX_RESPONSE, CONNECT_TO, PROXY, FRESH, OBJECT };
    struct idocr_lua_transfers *object = idocr_lua_checktransfers(L);
    luaL_checktype(L, REQUEST, LUA_TTABLE);
    lua_settop(L, FRESH);
    if (object->set == NULL)
        return push_unsent(L, "closed", "Cancelled", "the transport is closed");

    struct idocr_transfer_request request = {
        .method = idocr_lua_textfield(L, REQUEST, "method"),
        .url = idocr_lua_opttext(L, URL, "url"),
        .connect_to = idocr_lua_opttext(L, CONNECT_TO, "connect_to"),
        .proxy = idocr_lua_opttext(L, PROXY, "proxy"),
        .connect_ms = idocr_lua_milliseconds(number_argument(L, CONNECT_TIMEOUT, "connect_timeout")),
        .total_ms = idocr_lua_milliseconds(number_argument(L, DEADLINE, "deadline")),
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

    struct idocr_lua_transfer *transfer = idocr_lua_newobject(L, sizeof *transfer, IDOCR_TRANSFER_METATABLE); /* OBJECT */
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
    idocr_lua_pushanchored(L, SET);
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
    struct idocr_lua_transfer *object = check_transfer(L);
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
    struct idocr_lua_transfer *object = check_transfer(L);
    const int64_t most = idocr_lua_milliseconds(luaL_checknumber(L, 2));
    lua_pushboolean(L, object->transfer == NULL || idocr_transfer_wait(object->transfer, most));
    return 1;
}

/* transfer:finished() -> boolean; true also when its set was closed */
static int l_transfer_finished(lua_State *L)
{
    struct idocr_lua_transfer *object = check_transfer(L);
    lua_pushboolean(L, object->transfer == NULL || idocr_transfer_finished(object->transfer));
    return 1;
}

/* transfer:cancel(): result() then returns closed/Cancelled. */
static int l_transfer_cancel(lua_State *L)
{
    struct idocr_lua_transfer *object = check_transfer(L);
    if (object->transfer != NULL)
        idocr_transfer_cancel(object->transfer);
    return 0;
}

static int l_transfer_gc(lua_State *L)
{
    struct idocr_lua_transfer *object = check_transfer(L);
    if (object->transfer != NULL)
        idocr_transfer_release(object->transfer);
    return 0;
}

void idocr_lua_add_transfer(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"result", l_transfer_result},
        {"wait", l_transfer_wait},
        {"finished", l_transfer_finished},
        {"cancel", l_transfer_cancel},
        {NULL, NULL},
    };
    idocr_lua_class(L, IDOCR_TRANSFER_METATABLE, methods, NULL, l_transfer_gc);
}
