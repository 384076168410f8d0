/* SPDX-License-Identifier: MIT
 *
 * Binds TC3-HMAC-SHA256: its stages, and the signer that keeps the key of a day.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lua_core.h"
#include "tc3.h"

#define SIGNER_METATABLE "idocr.signer"
#define SMALL 2048 /* canonical requests up to this (all but GET ones) are built on the C stack */

/* Returns the string in field `name` of the table at `table`, or `fallback`; raises when there is neither. The table keeps the
 * string alive. [-0, +0, e] */
static struct idocr_view text_field(lua_State *L, int table, const char *name, const char *fallback)
{
    struct idocr_view view = {fallback, fallback != NULL ? strlen(fallback) : 0};
    idocr_lua_pushfield(L, table, name);
    if (lua_type(L, -1) == LUA_TSTRING)
        view.at = lua_tolstring(L, -1, &view.length);
    else if (fallback == NULL || !lua_isnil(L, -1))
        luaL_error(L, "field '%s' must be a string, it is a %s value", name, luaL_typename(L, -1));
    lua_pop(L, 1);
    return view;
}

/* Returns the whole seconds in field "timestamp". [-0, +0, e] */
static int64_t time_field(lua_State *L, int table)
{
    idocr_lua_pushfield(L, table, "timestamp");
    if (lua_type(L, -1) != LUA_TNUMBER)
        luaL_error(L, "field 'timestamp' must be a number, it is a %s value", luaL_typename(L, -1));
    lua_Number number = lua_tonumber(L, -1);
    lua_pop(L, 1);
    if (!(number > -1e15 && number < 1e15))
        luaL_error(L, "field 'timestamp' is out of range");
    int64_t seconds = (int64_t)number;
    if ((lua_Number)seconds < number || (lua_Number)seconds > number)
        luaL_error(L, "field 'timestamp' must be whole seconds");
    return seconds;
}

static struct idocr_view header_part(lua_State *L, int index)
{
    struct idocr_view view = {NULL, 0};
    lua_rawgeti(L, -1, index);
    if (lua_type(L, -1) != LUA_TSTRING)
        luaL_error(L, "a header is {name, value}, two strings");
    view.at = lua_tolstring(L, -1, &view.length);
    lua_pop(L, 1);
    return view;
}

/* Reads method, uri, query, headers and payload_hash of the table at `table`. [-0, +0, e] */
static void request_fields(lua_State *L, int table, struct idocr_tc3_request *request)
{
    request->method = text_field(L, table, "method", NULL);
    request->uri = text_field(L, table, "uri", "/");
    request->query = text_field(L, table, "query", "");
    request->payload_hash = text_field(L, table, "payload_hash", NULL);
    idocr_lua_pushfield(L, table, "headers");
    if (!lua_istable(L, -1))
        luaL_error(L, "field 'headers' must be a list of {name, value}");
    request->header_count = idocr_lua_rawlen(L, -1);
    if (request->header_count > IDOCR_TC3_HEADERS)
        luaL_error(L, "field 'headers' has more than %d entries", IDOCR_TC3_HEADERS);
    for (size_t i = 0; i < request->header_count; i++) {
        lua_rawgeti(L, -1, (int)i + 1);
        if (!lua_istable(L, -1))
            luaL_error(L, "a header is {name, value}, two strings");
        request->headers[i].name = header_part(L, 1);
        request->headers[i].value = header_part(L, 2);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* Provides buffers for the two texts of a canonical request: on the C stack, or in a userdata where they are larger. -1:
 * "too_long". */
struct room {
    char small[2 * SMALL];
    struct idocr_text canonical, names;
};

static int make_room(lua_State *L, struct room *room, const struct idocr_tc3_request *request, struct idocr_error *error)
{
    size_t capacity = idocr_tc3_request_capacity(request);
    if (capacity > IDOCR_TC3_REQUEST_LIMIT)
        return idocr_fail(error, "too_long", "the request is too long to be signed", 0);
    char *at = capacity > SMALL ? lua_newuserdata(L, 2 * capacity) : room->small;
    room->canonical = (struct idocr_text){at, 0, capacity, 0};
    room->names = (struct idocr_text){at + capacity, 0, capacity, 0};
    return 0;
}

static int tc3_canonical_request(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    struct idocr_tc3_request request;
    struct idocr_error error;
    struct room room;
    request_fields(L, 1, &request);
    if (make_room(L, &room, &request, &error) != 0 ||
        idocr_tc3_canonical_request(&request, &room.canonical, &room.names, &error) != 0)
        return idocr_lua_fail(L, &error);
    lua_pushlstring(L, room.canonical.at, room.canonical.length);
    lua_pushlstring(L, room.names.at, room.names.length);
    return 2;
}

static int tc3_string_to_sign(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    struct idocr_view canonical = text_field(L, 1, "canonical_request", NULL), service = text_field(L, 1, "service", NULL);
    int64_t timestamp = time_field(L, 1);
    uint8_t digest[IDOCR_SHA256_SIZE];
    char string_room[IDOCR_TC3_TEXT], scope_room[IDOCR_TC3_TEXT];
    struct idocr_text string = {string_room, 0, sizeof string_room, 0}, scope = {scope_room, 0, sizeof scope_room, 0};
    struct idocr_error error;
    idocr_sha256_of(canonical.at, canonical.length, digest);
    if (idocr_tc3_string_to_sign(timestamp, service, digest, &string, &scope, &error) != 0)
        return idocr_lua_fail(L, &error);
    lua_pushlstring(L, string.at, string.length);
    lua_pushlstring(L, scope.at, scope.length);
    return 2;
}

static int tc3_signature(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    struct idocr_view secret = text_field(L, 1, "secret_key", NULL), service = text_field(L, 1, "service", NULL);
    struct idocr_view string = text_field(L, 1, "string_to_sign", NULL);
    int64_t timestamp = time_field(L, 1);
    struct idocr_tc3_keys keys;
    struct idocr_hmac_key key;
    struct idocr_error error;
    uint8_t mac[IDOCR_SHA256_SIZE];
    if (idocr_tc3_keys(secret, timestamp, service, &keys, &error) != 0)
        return idocr_lua_fail(L, &error);
    idocr_hmac_key_init(&key, keys.signing, sizeof keys.signing);
    idocr_hmac(&key, string.at, string.length, mac);
    idocr_wipe(&key, sizeof key);
    idocr_wipe(&keys, sizeof keys);
    idocr_lua_pushhex(L, mac);
    return 1;
}

static int tc3_keys(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    struct idocr_view secret = text_field(L, 1, "secret_key", NULL), service = text_field(L, 1, "service", NULL);
    int64_t timestamp = time_field(L, 1);
    struct idocr_tc3_keys keys;
    struct idocr_error error;
    if (idocr_tc3_keys(secret, timestamp, service, &keys, &error) != 0)
        return idocr_lua_fail(L, &error);
    idocr_lua_pushhex(L, keys.date);
    idocr_lua_pushhex(L, keys.service);
    idocr_lua_pushhex(L, keys.signing);
    idocr_wipe(&keys, sizeof keys);
    return 3;
}

struct handle {
    struct idocr_tc3_signer signer;
    bool open;
};

static int signer_new(lua_State *L)
{
    struct idocr_view id, key;
    luaL_checktype(L, 1, LUA_TSTRING);
    luaL_checktype(L, 2, LUA_TSTRING);
    id.at = lua_tolstring(L, 1, &id.length);
    key.at = lua_tolstring(L, 2, &key.length);
    struct handle *handle = idocr_lua_newobject(L, sizeof *handle, SIGNER_METATABLE);
    struct idocr_error error;
    if (idocr_tc3_signer_init(&handle->signer, id, key, &error) != 0)
        return idocr_lua_fail(L, &error);
    handle->open = true;
    return 1;
}

static int signer_close(lua_State *L)
{
    struct handle *handle = luaL_checkudata(L, 1, SIGNER_METATABLE);
    idocr_tc3_signer_wipe(&handle->signer);
    handle->open = false;
    return 0;
}

static int signer_authorization(lua_State *L)
{
    struct handle *handle = luaL_checkudata(L, 1, SIGNER_METATABLE);
    luaL_argcheck(L, handle->open, 1, "the signer is closed");
    luaL_checktype(L, 2, LUA_TTABLE);
    struct idocr_tc3_request request;
    struct room room;
    struct idocr_error error;
    request_fields(L, 2, &request);
    struct idocr_view service = text_field(L, 2, "service", NULL);
    int64_t timestamp = time_field(L, 2);
    char value[4096];
    struct idocr_text authorization = {value, 0, sizeof value, 0};
    if (make_room(L, &room, &request, &error) != 0 ||
        idocr_tc3_authorize(&handle->signer, &request, timestamp, service, &room.canonical, &room.names, &authorization, &error) !=
            0)
        return idocr_lua_fail(L, &error);
    lua_pushlstring(L, authorization.at, authorization.length);
    return 1;
}

static int signer_tostring(lua_State *L)
{
    lua_pushliteral(L, "idocr.signer");
    return 1;
}

void idocr_lua_add_tc3(lua_State *L)
{
    static const luaL_Reg methods[] = {{"authorization", signer_authorization}, {"close", signer_close}, {NULL, NULL}};
    static const luaL_Reg meta[] = {{"__tostring", signer_tostring}, {NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"tc3_canonical_request", tc3_canonical_request},
        {"tc3_string_to_sign", tc3_string_to_sign},
        {"tc3_signature", tc3_signature},
        {"tc3_keys", tc3_keys},
        {"signer", signer_new},
        {NULL, NULL},
    };
    idocr_lua_class(L, SIGNER_METATABLE, methods, meta, signer_close);
    idocr_lua_setfuncs(L, functions);
    lua_pushliteral(L, IDOCR_TC3_EMPTY_SHA256);
    lua_setfield(L, -2, "EMPTY_SHA256");
    lua_pushliteral(L, IDOCR_TC3_UNSIGNED_SHA256);
    lua_setfield(L, -2, "UNSIGNED_SHA256");
}
