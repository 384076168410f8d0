/* SPDX-License-Identifier: MIT
 *
 * Helpers of the binding: errors, digests, byte counts.
 */
#include "lua_core.h"

#include "digest.h"

int idocr_lua_fail(lua_State *L, const struct idocr_error *error)
{
    lua_pushnil(L);
    if (error->system != 0)
        lua_pushfstring(L, "%s: %s", error->message, strerror(error->system));
    else
        lua_pushstring(L, error->message);
    lua_pushstring(L, error->code);
    return 3;
}

void idocr_lua_pushhex(lua_State *L, const unsigned char *digest)
{
    char hex[IDOCR_SHA256_HEX];
    idocr_hex(digest, IDOCR_SHA256_SIZE, hex);
    lua_pushlstring(L, hex, sizeof hex);
}

unsigned long long idocr_lua_checkcount(lua_State *L, int index, int least)
{
    lua_Number number = luaL_checknumber(L, index);
    luaL_argcheck(L, number >= (lua_Number)least, index, "too small"); /* false for NaN as well */
    return number < 9e15 ? (unsigned long long)number : 9000000000000000ULL;
}
