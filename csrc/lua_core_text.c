/* SPDX-License-Identifier: MIT
 *
 * Functions from strings to strings: digests, comparison, base64, percent-encoding.
 */
#include "lua_core.h"

#include <stdbool.h>
#include <stdint.h>

#include "base64.h"
#include "digest.h"

static int core_sha256(lua_State *L)
{
    size_t length;
    const char *data = luaL_checklstring(L, 1, &length);
    uint8_t digest[IDOCR_SHA256_SIZE];
    idocr_sha256_of(data, length, digest);
    idocr_lua_pushhex(L, digest);
    return 1;
}

static int core_hmac_sha256(lua_State *L)
{
    size_t secret_length, length;
    const char *secret = luaL_checklstring(L, 1, &secret_length);
    const char *data = luaL_checklstring(L, 2, &length);
    struct idocr_hmac_key key;
    uint8_t mac[IDOCR_SHA256_SIZE];
    idocr_hmac_key_init(&key, secret, secret_length);
    idocr_hmac(&key, data, length, mac);
    idocr_wipe(&key, sizeof key);
    lua_pushlstring(L, (const char *)mac, sizeof mac);
    return 1;
}

static int core_equal(lua_State *L)
{
    size_t length_a, length_b;
    const char *a = luaL_checklstring(L, 1, &length_a);
    const char *b = luaL_checklstring(L, 2, &length_b);
    lua_pushboolean(L, length_a == length_b && idocr_same(a, b, length_a));
    return 1;
}

/* Pushes a buffer of `length` bytes as userdata, so that nothing leaks when Lua raises. [-0, +1, m] */
static char *push_room(lua_State *L, size_t length)
{
    return lua_newuserdata(L, length > 0 ? length : 1);
}

static int core_hex(lua_State *L)
{
    size_t length;
    const char *raw = luaL_checklstring(L, 1, &length);
    luaL_argcheck(L, length <= SIZE_MAX / 2, 1, "too long");
    char *room = push_room(L, length * 2);
    idocr_hex((const uint8_t *)raw, length, room);
    lua_pushlstring(L, room, length * 2);
    return 1;
}

static int core_base64_encode(lua_State *L)
{
    size_t length;
    const char *raw = luaL_checklstring(L, 1, &length);
    size_t chars = idocr_base64_encoded_length(length);
    luaL_argcheck(L, chars != SIZE_MAX, 1, "too long");
    char *room = push_room(L, chars);
    idocr_base64_encode((const uint8_t *)raw, length, room);
    lua_pushlstring(L, room, chars);
    return 1;
}

static int core_base64_decode(lua_State *L)
{
    size_t length, decoded, bad;
    const char *text = luaL_checklstring(L, 1, &length);
    char *room = push_room(L, idocr_base64_decoded_capacity(length));
    const char *problem = idocr_base64_decode(text, length, (uint8_t *)room, &decoded, &bad);
    if (problem != NULL) {
        lua_pushnil(L);
        lua_pushstring(L, problem);
        lua_pushinteger(L, (lua_Integer)bad + 1);
        return 3;
    }
    lua_pushlstring(L, room, decoded);
    return 1;
}

static int core_percent_encode(lua_State *L)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    luaL_argcheck(L, length <= SIZE_MAX / 3, 1, "too long");
    char *room = push_room(L, length * 3), *out = room;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                     c == '_' || c == '~';
        if (plain) {
            *out++ = (char)c;
        } else {
            *out++ = '%';
            *out++ = digits[c >> 4];
            *out++ = digits[c & 15];
        }
    }
    lua_pushlstring(L, room, (size_t)(out - room));
    return 1;
}

static const luaL_Reg functions[] = {
    {"sha256", core_sha256},
    {"hmac_sha256", core_hmac_sha256},
    {"hex", core_hex},
    {"equal", core_equal},
    {"base64_encode", core_base64_encode},
    {"base64_decode", core_base64_decode},
    {"percent_encode", core_percent_encode},
    {NULL, NULL},
};

void idocr_lua_add_text(lua_State *L)
{
    idocr_lua_setfuncs(L, functions);
}
