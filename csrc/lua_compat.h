/* SPDX-License-Identifier: MIT
 *
 * Makes the bindings one source for Lua 5.1, LuaJIT, 5.3 and 5.4. Only lua_*.c includes this. All names have the prefix
 * idocr_lua_: LuaJIT keeps adding functions of 5.2, whose names would clash.
 */
#ifndef IDOCR_LUA_COMPAT_H
#define IDOCR_LUA_COMPAT_H

#include <string.h>

#include <lauxlib.h>
#include <lua.h>

#if LUA_VERSION_NUM >= 502
#define idocr_lua_rawlen lua_rawlen
#else
#define idocr_lua_rawlen lua_objlen
#endif

/* Registers `funcs` in the table on the top of the stack. [-0, +0, m] */
static inline void idocr_lua_setfuncs(lua_State *L, const luaL_Reg *funcs)
{
    for (; funcs->name != NULL; funcs++) {
        lua_pushcfunction(L, funcs->func);
        lua_setfield(L, -2, funcs->name);
    }
}

/* Pushes field `name` of the table at absolute index `table`. Raw: a value made by __index would be collected as soon as it is
 * popped, while C still points into it. [-0, +1, m] */
static inline void idocr_lua_pushfield(lua_State *L, int table, const char *name)
{
    lua_pushstring(L, name);
    lua_rawget(L, table);
}

/* Pops a value and keeps it alive as long as the userdata at absolute index `udata`. [-1, +0, m] */
static inline void idocr_lua_anchor(lua_State *L, int udata)
{
#if LUA_VERSION_NUM >= 504
    lua_setiuservalue(L, udata, 1);
#elif LUA_VERSION_NUM >= 502
    lua_setuservalue(L, udata);
#else
    /* 5.1 and LuaJIT: an environment must be a table. */
    lua_createtable(L, 1, 0);
    lua_insert(L, -2);
    lua_rawseti(L, -2, 1);
    lua_setfenv(L, udata);
#endif
}

/* Pushes a zeroed userdata with its metatable and room for one anchor. Resources are acquired afterwards, so that __gc is correct
 * when one of them fails. [-0, +1, m] */
static inline void *idocr_lua_newobject(lua_State *L, size_t size, const char *metatable)
{
#if LUA_VERSION_NUM >= 504
    void *object = lua_newuserdatauv(L, size, 1);
#else
    void *object = lua_newuserdata(L, size);
#endif
    memset(object, 0, size);
    luaL_getmetatable(L, metatable);
    lua_setmetatable(L, -2);
    return object;
}

/* Creates the class `metatable` unless it exists: methods in __index, `close` as __gc and (5.4) __close. Registers it last,
 * because memory may run out before and the module may then be loaded again. [-0, +0, m] */
static inline void idocr_lua_class(lua_State *L, const char *metatable, const luaL_Reg *methods, const luaL_Reg *meta,
                                   lua_CFunction close)
{
    luaL_getmetatable(L, metatable);
    if (lua_isnil(L, -1)) {
        lua_newtable(L);
        lua_pushstring(L, metatable);
        lua_setfield(L, -2, "__name");
        lua_newtable(L);
        idocr_lua_setfuncs(L, methods);
        lua_setfield(L, -2, "__index");
        if (meta != NULL)
            idocr_lua_setfuncs(L, meta);
        if (close != NULL) {
            lua_pushcfunction(L, close);
            lua_setfield(L, -2, "__gc");
            lua_pushcfunction(L, close);
            lua_setfield(L, -2, "__close");
        }
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "__metatable");
        lua_setfield(L, LUA_REGISTRYINDEX, metatable);
    }
    lua_pop(L, 1);
}

/* Raises when the interpreter has another version than the one of the build. A module built for 5.1 loads into 5.4 silently and
 * corrupts it, so a weak symbol detects later versions; in the other direction the loader refuses. [-0, +0, e] */
#if LUA_VERSION_NUM < 502
extern void luaL_checkversion_(lua_State *L, lua_Number version, size_t sizes) __attribute__((weak));
#endif
static inline void idocr_lua_checkversion(lua_State *L)
{
#if LUA_VERSION_NUM < 502
    if (luaL_checkversion_ != NULL)
        luaL_error(L, "idocr was built for " LUA_VERSION " and loaded into a later Lua: build it for that version");
#else
    luaL_checkversion(L);
#endif
}

#endif
