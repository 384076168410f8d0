/* SPDX-License-Identifier: MIT
 *
 * Opens the module idocr.core: everything that needs no network. Links libcrypto only, so it is safe inside nginx.
 */
#include "lua_core.h"

IDOCR_EXPORT int luaopen_idocr_core(lua_State *L);

IDOCR_EXPORT int luaopen_idocr_core(lua_State *L)
{
    idocr_lua_checkversion(L);
    lua_newtable(L);
    idocr_lua_add_text(L);
    idocr_lua_add_small_file(L);
    idocr_lua_add_image(L);
    idocr_lua_add_body(L);
    idocr_lua_add_tc3(L);
    idocr_lua_add_seal(L);
    idocr_lua_add_system(L);
    idocr_lua_add_file(L);
    idocr_lua_add_reply(L);
    idocr_lua_add_card(L);
    idocr_lua_add_signal(L);
    return 1;
}
