/* SPDX-License-Identifier: MIT
 *
 * Opens the optional module idocr.pixels, which measures pictures with libjpeg-turbo and libpng. It does not depend on the other
 * modules: it decodes slices of bytes and returns measures.
 *
 *   decoder = pixels.decoder()
 *   decoder:feed(bytes) -> true (needs more) | false (all rows are decoded) | nil, message, code
 *   decoder:measure()   -> table of measures | nil, message, code
 *   decoder:format()    -> "jpeg" | "png" | nil
 *   decoder:close()
 * Codes: "unsupported", "broken", "too_large", "memory", "empty".
 */
#include "lua_compat.h"
#include "pixels_decode.h"

#define METATABLE "idocr.pixels.decoder"

struct handle {
    struct idocr_decoder *decoder; /* NULL once closed */
};

static int decoder_close(lua_State *L)
{
    struct handle *handle = luaL_checkudata(L, 1, METATABLE);
    idocr_decoder_free(handle->decoder);
    handle->decoder = NULL;
    return 0;
}

static struct idocr_decoder *check_decoder(lua_State *L)
{
    struct handle *handle = luaL_checkudata(L, 1, METATABLE);
    luaL_argcheck(L, handle->decoder != NULL, 1, "the decoder is closed");
    return handle->decoder;
}

static int fail(lua_State *L, const char *message, const char *code)
{
    lua_pushnil(L);
    lua_pushstring(L, message);
    lua_pushstring(L, code);
    return 3;
}

static int new_decoder(lua_State *L)
{
    struct handle *handle = idocr_lua_newobject(L, sizeof *handle, METATABLE);
    handle->decoder = idocr_decoder_new();
    return handle->decoder != NULL ? 1 : fail(L, "out of memory", "memory");
}

static int decoder_feed(lua_State *L)
{
    struct idocr_decoder *decoder = check_decoder(L);
    size_t length;
    const char *bytes = luaL_checklstring(L, 2, &length);
    switch (idocr_decoder_feed(decoder, bytes, length)) {
    case IDOCR_DECODER_MORE: lua_pushboolean(L, 1); return 1;
    case IDOCR_DECODER_DONE: lua_pushboolean(L, 0); return 1;
    case IDOCR_DECODER_UNSUPPORTED: return fail(L, "the format must be JPEG or PNG to be measured", "unsupported");
    case IDOCR_DECODER_TOO_LARGE: return fail(L, "the picture has too many pixels to be measured", "too_large");
    case IDOCR_DECODER_NO_MEMORY: return fail(L, "out of memory", "memory");
    case IDOCR_DECODER_BROKEN: break;
    }
    return fail(L, "the picture is damaged", "broken");
}

static void set(lua_State *L, const char *name, double value)
{
    lua_pushnumber(L, value);
    lua_setfield(L, -2, name);
}

static int decoder_measure(lua_State *L)
{
    struct idocr_measures measures;
    if (idocr_decoder_measure(check_decoder(L), &measures) != 0)
        return fail(L, "the picture has no complete row of pixels", "empty");
    lua_createtable(L, 0, 8);
    set(L, "sharpness", measures.sharpness);
    set(L, "sharpest", measures.sharpest);
    set(L, "brightness", measures.brightness);
    set(L, "contrast", measures.contrast);
    set(L, "dark", measures.dark);
    set(L, "glare", measures.glare);
    set(L, "background", measures.background);
    set(L, "chroma", measures.chroma);
    return 1;
}

static int decoder_format(lua_State *L)
{
    lua_pushstring(L, idocr_decoder_format(check_decoder(L))); /* NULL pushes nil */
    return 1;
}

static const luaL_Reg METHODS[] = {
    {"feed", decoder_feed}, {"measure", decoder_measure}, {"format", decoder_format}, {"close", decoder_close}, {NULL, NULL},
};

static const luaL_Reg FUNCTIONS[] = {{"decoder", new_decoder}, {NULL, NULL}};

IDOCR_EXPORT int luaopen_idocr_pixels(lua_State *L);
IDOCR_EXPORT int luaopen_idocr_pixels(lua_State *L)
{
    idocr_lua_checkversion(L);
    idocr_lua_class(L, METATABLE, METHODS, NULL, decoder_close);
    lua_newtable(L);
    idocr_lua_setfuncs(L, FUNCTIONS);
    return 1;
}
