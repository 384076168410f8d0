/* SPDX-License-Identifier: MIT
 *
 * Opens the optional module idocr.heif: the decoder of HEIC and AVIF for idocr.fit. It is a separate module because libheif loads
 * large libraries.
 *
 *   heif.decoder    setting `decoder` of fit.new
 */
#include "heif.h"
#include "lua_compat.h"

IDOCR_EXPORT int luaopen_idocr_heif(lua_State *L);
IDOCR_EXPORT int luaopen_idocr_heif(lua_State *L)
{
    static const luaL_Reg METHODS[] = {{NULL, NULL}};
    idocr_lua_checkversion(L);
    idocr_lua_class(L, IDOCR_FIT_PLUGIN_METATABLE, METHODS, NULL, NULL);
    lua_newtable(L);
    struct idocr_fit_plugin *plugin = idocr_lua_newobject(L, sizeof *plugin, IDOCR_FIT_PLUGIN_METATABLE);
    plugin->magic = IDOCR_FIT_PLUGIN_MAGIC;
    plugin->decoder = &idocr_heif_decoder;
    lua_setfield(L, -2, "decoder");
    return 1;
}
