/* SPDX-License-Identifier: MIT
 *
 * Opens the module idocr.curl, the binding of transfer.h, and binds sets of transfers. Not for nginx: its waits would block the
 * worker.
 *
 * A transfer keeps its set, its body and its sink alive. The set maps C transfers to Lua objects weakly, so that an unreferenced
 * transfer is collected and thereby cancelled.
 */
#include "lua_curl.h"

#include <dlfcn.h>
#include <math.h>
#include <sys/select.h> /* FD_SETSIZE */

struct idocr_lua_transfers *idocr_lua_checktransfers(lua_State *L)
{
    return luaL_checkudata(L, 1, IDOCR_TRANSFERS_METATABLE);
}

const char *idocr_lua_opttext(lua_State *L, int index, const char *what)
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

const char *idocr_lua_textfield(lua_State *L, int index, const char *name)
{
    idocr_lua_pushfield(L, index, name);
    const char *text = idocr_lua_opttext(L, lua_gettop(L), name);
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
        .ca_file = idocr_lua_textfield(L, 1, "ca_file"),
        .ca_path = idocr_lua_textfield(L, 1, "ca_path"),
        .client_cert = idocr_lua_textfield(L, 1, "client_cert"),
        .client_key = idocr_lua_textfield(L, 1, "client_key"),
        .http1 = flag_field(L, 1, "http1"),
    };
    idocr_lua_pushfield(L, 1, "proxy");
    bool no_proxy = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
    lua_pop(L, 1);
    options.proxy = no_proxy ? "" : idocr_lua_textfield(L, 1, "proxy");

    struct idocr_lua_transfers *object = idocr_lua_newobject(L, sizeof *object, IDOCR_TRANSFERS_METATABLE);
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
    struct idocr_lua_transfers *object = idocr_lua_checktransfers(L);
    struct idocr_transfers *set = object->set;
    object->set = NULL;
    idocr_transfers_free(set);
    return 0;
}

static int l_set_tostring(lua_State *L)
{
    struct idocr_lua_transfers *object = idocr_lua_checktransfers(L);
    if (object->set == NULL)
        lua_pushliteral(L, IDOCR_TRANSFERS_METATABLE " (closed)");
    else
        lua_pushfstring(L, IDOCR_TRANSFERS_METATABLE " (%d active)", (int)idocr_transfers_active(object->set));
    return 1;
}

static int l_set_active(lua_State *L)
{
    struct idocr_lua_transfers *object = idocr_lua_checktransfers(L);
    lua_pushinteger(L, object->set == NULL ? 0 : (lua_Integer)idocr_transfers_active(object->set));
    return 1;
}

int64_t idocr_lua_milliseconds(lua_Number seconds)
{
    if (!(seconds > 0))
        return 0;
    return seconds > 1e9 ? INT64_C(1000000000000) : (int64_t)ceil((double)seconds * 1000.0);
}

/* transfers:wait(seconds) -> number of transfers that next() can return. Waits at most a second. */
static int l_set_wait(lua_State *L)
{
    struct idocr_lua_transfers *object = idocr_lua_checktransfers(L);
    lua_Number seconds = luaL_checknumber(L, 2);
    lua_pushinteger(L, object->set == NULL ? 0 : (lua_Integer)idocr_transfers_wait(object->set, idocr_lua_milliseconds(seconds)));
    return 1;
}

/* transfers:fds() -> list of {fd, read, write}, seconds until wait(0) must be called (nil: there is no transfer) */
static int l_set_fds(lua_State *L)
{
    struct idocr_lua_transfers *object = idocr_lua_checktransfers(L);
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

void idocr_lua_pushanchored(lua_State *L, int index)
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
    struct idocr_lua_transfers *object = idocr_lua_checktransfers(L);
    if (object->set == NULL)
        return 0;
    idocr_lua_pushanchored(L, 1);
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

/* ---- module ----------------------------------------------------------------------------------------------------- */

static const luaL_Reg SET_METHODS[] = {
    {"start", idocr_lua_transfers_start},
    {"wait", l_set_wait},
    {"fds", l_set_fds},
    {"next", l_set_next},
    {"active", l_set_active},
    {"close", l_set_close},
    {NULL, NULL},
};
static const luaL_Reg SET_META[] = {{"__tostring", l_set_tostring}, {NULL, NULL}};
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
    idocr_lua_class(L, IDOCR_TRANSFERS_METATABLE, SET_METHODS, SET_META, l_set_close);
    idocr_lua_add_transfer(L);
    lua_newtable(L);
    idocr_lua_setfuncs(L, FUNCTIONS);
    lua_pushstring(L, idocr_transfers_library());
    lua_setfield(L, -2, "library");
    return 1;
}
