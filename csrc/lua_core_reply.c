/* SPDX-License-Identifier: MIT
 *
 * core.reply: receives a reply in pieces and returns its JSON text without the pictures, and the decoded pictures.
 */
#include "lua_core.h"

#include "reply.h"

static struct idocr_reply *check(lua_State *L)
{
    return luaL_checkudata(L, 1, IDOCR_SINK_METATABLE);
}

static int failed(lua_State *L, int status)
{
    lua_pushnil(L);
    if (status == IDOCR_REPLY_TOO_LARGE) {
        lua_pushliteral(L, "the reply is larger than allowed");
        lua_pushliteral(L, "too_large");
    } else {
        lua_pushliteral(L, "out of memory for the reply");
        lua_pushliteral(L, "memory");
    }
    return 3;
}

/* core.reply(max) -> reply */
static int reply_new(lua_State *L)
{
    const lua_Number max = luaL_checknumber(L, 1);
    luaL_argcheck(L, max >= 1 && max <= 9007199254740992.0, 1, "the number of bytes must be at least 1");
    idocr_reply_init(idocr_lua_newobject(L, sizeof(struct idocr_reply), IDOCR_SINK_METATABLE), (uint64_t)max);
    return 1;
}

/* reply:feed(text) -> true | nil, message, code */
static int reply_feed(lua_State *L)
{
    struct idocr_reply *reply = check(L);
    size_t n;
    const char *text = luaL_checklstring(L, 2, &n);
    const int status = idocr_reply_write(reply, text, n);
    if (status != IDOCR_REPLY_OK)
        return failed(L, status);
    lua_pushboolean(L, 1);
    return 1;
}

/* reply:finish() -> text, {picture, ...} | nil, message, code. The reply is empty afterwards. */
static int reply_finish(lua_State *L)
{
    struct idocr_reply *reply = check(L);
    const int status = idocr_reply_finish(reply);
    size_t i;

    if (status != IDOCR_REPLY_OK) {
        idocr_reply_clean_up(reply);
        return failed(L, status);
    }
    lua_pushlstring(L, reply->text.p != NULL ? (const char *)reply->text.p : "", reply->text.n);
    lua_createtable(L, (int)reply->count, 0);
    for (i = 0; i < reply->count; i++) {
        lua_pushlstring(L, (const char *)reply->pictures[i].p, reply->pictures[i].n);
        lua_rawseti(L, -2, (int)i + 1);
    }
    idocr_reply_clean_up(reply);
    return 2;
}

static int reply_close(lua_State *L)
{
    idocr_reply_clean_up(check(L));
    return 0;
}

static int reply_tostring(lua_State *L)
{
    check(L);
    lua_pushliteral(L, "idocr.reply");
    return 1;
}

void idocr_lua_add_reply(lua_State *L)
{
    static const luaL_Reg methods[] = {{"feed", reply_feed}, {"finish", reply_finish}, {"close", reply_close}, {NULL, NULL}};
    static const luaL_Reg meta[] = {{"__tostring", reply_tostring}, {NULL, NULL}};
    static const luaL_Reg functions[] = {{"reply", reply_new}, {NULL, NULL}};

    idocr_lua_class(L, IDOCR_SINK_METATABLE, methods, meta, reply_close);
    idocr_lua_setfuncs(L, functions);
}
