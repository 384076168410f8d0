/* SPDX-License-Identifier: MIT
 *
 * The Lua module bench_native, the costs of the machine for comparison: memcpy(text) copies a text into memory that is kept;
 * sha256(text) hashes it with OpenSSL and returns the raw digest.
 */
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>
#include <openssl/evp.h>

int luaopen_bench_native(lua_State *L);

static int copy(lua_State *L)
{
    static char *room;
    static size_t capacity;
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    if (length > capacity) {
        char *more = realloc(room, length);
        if (more == NULL)
            return luaL_error(L, "not enough memory");
        room = more;
        capacity = length;
    }
    memcpy(room, text, length);
    return 0;
}

static int sha256(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    unsigned char digest[EVP_MAX_MD_SIZE];
    static EVP_MD *md;
    static EVP_MD_CTX *context;
    if (md == NULL) { /* once: a fetch costs microseconds */
        md = EVP_MD_fetch(NULL, "SHA256", NULL);
        context = EVP_MD_CTX_new();
    }
    EVP_DigestInit_ex2(context, md, NULL);
    EVP_DigestUpdate(context, text, length);
    EVP_DigestFinal_ex(context, digest, NULL);
    lua_pushlstring(L, (const char *)digest, 32);
    return 1;
}

int luaopen_bench_native(lua_State *L)
{
    lua_newtable(L);
    lua_pushcfunction(L, copy);
    lua_setfield(L, -2, "memcpy");
    lua_pushcfunction(L, sha256);
    lua_setfield(L, -2, "sha256");
    return 1;
}
