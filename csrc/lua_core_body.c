/* SPDX-License-Identifier: MIT
 *
 * Binds request bodies: core.body and the methods of a body.
 */
#include <stdint.h>

#include "base64_sha256.h"
#include "body.h"
#include "lua_core.h"

#define STACK_READ (64 * 1024) /* bytes; reads up to this use a buffer on the C stack */

static struct idocr_body *check_body(lua_State *L)
{
    struct idocr_body *body = luaL_checkudata(L, 1, IDOCR_SOURCE_METATABLE);
    luaL_argcheck(L, body->source.magic == IDOCR_SOURCE_MAGIC, 1, "the body is closed");
    return body;
}

static enum idocr_encoding check_encoding(lua_State *L, int index)
{
    static const char *const names[] = {"base64", "form", "raw", NULL};
    static const enum idocr_encoding encodings[] = {IDOCR_BASE64, IDOCR_FORM, IDOCR_RAW};
    const char *name = lua_type(L, index) == LUA_TSTRING ? lua_tostring(L, index) : "";
    for (size_t i = 0; names[i] != NULL; i++)
        if (strcmp(name, names[i]) == 0)
            return encodings[i];
    luaL_argerror(L, 1, "the encoding must be \"base64\", \"form\" or \"raw\"");
    return IDOCR_RAW;
}

/* Appends the item on top of the stack, and replaces it by the value that the body must keep alive. [-1, +1, e] */
static int add_item(lua_State *L, struct idocr_body *body, struct idocr_error *error)
{
    if (lua_type(L, -1) == LUA_TSTRING) {
        size_t length;
        const char *text = lua_tolstring(L, -1, &length);
        return idocr_body_add_literal(body, text, length, error);
    }
    luaL_argcheck(L, lua_istable(L, -1), 1, "an item must be a string or a table with a picture");
    lua_getfield(L, -1, "encoding");
    enum idocr_encoding encoding = check_encoding(L, -1);
    lua_pop(L, 1);
    lua_getfield(L, -1, "image");
    lua_remove(L, -2);
    struct idocr_image *image = idocr_lua_checkimage(L, lua_gettop(L));
    return idocr_body_add_image(body, image, encoding, error);
}

static int body_new(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    size_t count = idocr_lua_rawlen(L, 1), size = idocr_body_size(count);
    luaL_argcheck(L, size != 0, 1, "too many items");
    struct idocr_body *body = idocr_lua_newobject(L, size, IDOCR_SOURCE_METATABLE);
    idocr_body_init(body, count, lua_toboolean(L, lua_upvalueindex(1)));
    lua_createtable(L, (int)count, 0); /* the values that the segments point to */
    lua_pushvalue(L, -1);
    idocr_lua_anchor(L, 2);
    for (size_t i = 1; i <= count; i++) {
        struct idocr_error error;
        lua_rawgeti(L, 1, (int)i);
        if (add_item(L, body, &error) != 0)
            return idocr_lua_fail(L, &error);
        lua_rawseti(L, 3, (int)i);
    }
    lua_settop(L, 2);
    return 1;
}

/* core.framed_body(before, image, after): the same as core.body with these three, the picture as base64. */
static int body_framed(lua_State *L)
{
    size_t before_length, after_length;
    luaL_checktype(L, 1, LUA_TSTRING);
    struct idocr_image *image = idocr_lua_checkimage(L, 2);
    luaL_checktype(L, 3, LUA_TSTRING);
    lua_settop(L, 3);
    const char *before = lua_tolstring(L, 1, &before_length), *after = lua_tolstring(L, 3, &after_length);
    struct idocr_body *body = idocr_lua_newobject(L, idocr_body_size(3), IDOCR_SOURCE_METATABLE); /* 4 */
    idocr_body_init(body, 3, lua_toboolean(L, lua_upvalueindex(1)));
    lua_createtable(L, 3, 0);
    for (int i = 1; i <= 3; i++) {
        lua_pushvalue(L, i);
        lua_rawseti(L, -2, i);
    }
    idocr_lua_anchor(L, 4);
    struct idocr_error error;
    if (idocr_body_add_literal(body, before, before_length, &error) != 0 ||
        idocr_body_add_image(body, image, IDOCR_BASE64, &error) != 0 ||
        idocr_body_add_literal(body, after, after_length, &error) != 0)
        return idocr_lua_fail(L, &error);
    return 1;
}

static int body_close(lua_State *L)
{
    idocr_body_release(luaL_checkudata(L, 1, IDOCR_SOURCE_METATABLE));
    return 0;
}

static int body_length(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)check_body(L)->length);
    return 1;
}

/* Pushes the next bytes at the cursor, "" at the end. -1: pushes nothing. [-0, +1, m] */
static int push_bytes(lua_State *L, const struct idocr_body *body, struct idocr_cursor *cursor, uint64_t max,
                      struct idocr_error *error)
{
    uint8_t small[STACK_READ], *room = small;
    size_t length = max < body->length ? (size_t)max : (size_t)body->length, got;
    if (length > sizeof small)
        room = lua_newuserdata(L, length);
    if (idocr_body_read(body, cursor, room, length, &got, error) != 0)
        return -1;
    lua_pushlstring(L, (const char *)room, got);
    return 0;
}

static int body_read(lua_State *L)
{
    struct idocr_body *body = check_body(L);
    uint64_t max = idocr_lua_checkcount(L, 2, 1);
    if (push_bytes(L, body, &body->send, max, &body->error) != 0)
        return idocr_lua_fail(L, &body->error);
    if (idocr_lua_rawlen(L, -1) == 0)
        lua_pushnil(L);
    return 1;
}

static int body_rewind(lua_State *L)
{
    struct idocr_body *body = check_body(L);
    if (body->source.rewind(&body->source) != 0)
        return idocr_lua_fail(L, &body->error);
    lua_pushboolean(L, 1);
    return 1;
}

static int body_tostring(lua_State *L)
{
    struct idocr_body *body = check_body(L);
    struct idocr_cursor cursor = {0};
    struct idocr_error error;
    if (push_bytes(L, body, &cursor, UINT64_MAX, &error) != 0)
        return luaL_error(L, "%s", error.message);
    return 1;
}

static int body_sha256(lua_State *L)
{
    struct idocr_body *body = check_body(L);
    bool done;
    struct idocr_error error;
    if (idocr_body_hash(body, UINT64_MAX, &done, &error) != 0)
        return idocr_lua_fail(L, &error);
    idocr_lua_pushhex(L, body->digest);
    return 1;
}

static int body_hash_some(lua_State *L)
{
    struct idocr_body *body = check_body(L);
    uint64_t max = idocr_lua_checkcount(L, 2, 1);
    bool done;
    struct idocr_error error;
    if (idocr_body_hash(body, max, &done, &error) != 0)
        return idocr_lua_fail(L, &error);
    lua_pushboolean(L, done);
    return 1;
}

void idocr_lua_add_body(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"length", body_length}, {"read", body_read},           {"rewind", body_rewind},
        {"sha256", body_sha256}, {"hash_some", body_hash_some}, {NULL, NULL},
    };
    static const luaL_Reg meta[] = {{"__tostring", body_tostring}, {NULL, NULL}};
    idocr_lua_class(L, IDOCR_SOURCE_METATABLE, methods, meta, body_close);
    lua_pushboolean(L, idocr_base64_sha256_available()); /* called once */
    lua_pushcclosure(L, body_new, 1);
    lua_setfield(L, -2, "body");
    lua_pushboolean(L, idocr_base64_sha256_available());
    lua_pushcclosure(L, body_framed, 1);
    lua_setfield(L, -2, "framed_body");
}
