/* SPDX-License-Identifier: MIT
 *
 * Sealed texts (AES-256-GCM) and random bytes for Lua.
 */
#include "lua_core.h"

#include <limits.h>
#include <stdint.h>

#include "digest.h"
#include "seal.h"

#define MOST_RANDOM 1024 /* bytes in one call */

static struct idocr_view view_argument(lua_State *L, int index)
{
    struct idocr_view view;
    view.at = luaL_checklstring(L, index, &view.length);
    return view;
}

static const uint8_t *fixed_argument(lua_State *L, int index, size_t length, const char *complaint)
{
    struct idocr_view view = view_argument(L, index);
    luaL_argcheck(L, view.length == length, index, complaint);
    return (const uint8_t *)view.at;
}

static const uint8_t *key_argument(lua_State *L)
{
    return fixed_argument(L, 1, IDOCR_SEAL_KEY, "the key must have 32 bytes");
}

static const uint8_t *nonce_argument(lua_State *L)
{
    return fixed_argument(L, 2, IDOCR_SEAL_NONCE, "the nonce must have 12 bytes");
}

static int core_seal(lua_State *L)
{
    const uint8_t *key = key_argument(L), *nonce = nonce_argument(L);
    struct idocr_view bound = view_argument(L, 3), text = view_argument(L, 4);
    luaL_argcheck(L, bound.length <= INT_MAX, 3, "too long");
    luaL_argcheck(L, text.length <= INT_MAX - IDOCR_SEAL_TAG, 4, "too long");
    uint8_t *out = lua_newuserdata(L, text.length + IDOCR_SEAL_TAG);
    if (!idocr_seal(key, nonce, bound, text, out))
        return luaL_error(L, "libcrypto has no AES-256-GCM");
    lua_pushlstring(L, (const char *)out, text.length + IDOCR_SEAL_TAG);
    return 1;
}

static int core_unseal(lua_State *L)
{
    const uint8_t *key = key_argument(L), *nonce = nonce_argument(L);
    struct idocr_view bound = view_argument(L, 3), sealed = view_argument(L, 4);
    if (sealed.length < IDOCR_SEAL_TAG || sealed.length > INT_MAX) {
        lua_pushnil(L);
        return 1;
    }
    size_t length = sealed.length - IDOCR_SEAL_TAG;
    uint8_t *out = lua_newuserdata(L, length > 0 ? length : 1);
    if (idocr_unseal(key, nonce, bound, sealed, out)) {
        lua_pushlstring(L, (const char *)out, length);
        idocr_wipe(out, length);
    } else
        lua_pushnil(L);
    return 1;
}

static int core_random(lua_State *L)
{
    unsigned long long count = idocr_lua_checkcount(L, 1, 1);
    luaL_argcheck(L, count <= MOST_RANDOM, 1, "at most 1024 bytes");
    uint8_t bytes[MOST_RANDOM];
    if (!idocr_random(bytes, (size_t)count))
        return luaL_error(L, "the system gives no random bytes");
    lua_pushlstring(L, (const char *)bytes, (size_t)count);
    idocr_wipe(bytes, (size_t)count);
    return 1;
}

void idocr_lua_add_seal(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"seal", core_seal},
        {"unseal", core_unseal},
        {"random", core_random},
        {NULL, NULL},
    };
    idocr_lua_setfuncs(L, functions);
}
