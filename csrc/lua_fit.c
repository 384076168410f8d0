/* SPDX-License-Identifier: MIT
 *
 * Opens the optional module idocr.fit: makes pictures fit (fit.h). It reads a body object of idocr.core, whose source is the
 * picture as it is.
 *
 *   fit.formats                     -> { jpeg = true, png = true, bmp = true, webp = true where libwebp was found }
 *   fit.profiles                    -> whether colour profiles are applied (Little CMS was found)
 *   job = fit.new(body, settings)   settings: format or decoder (of idocr.heif), longest, most_side, least_long, least_short, most_pixels,
 *                                   orientation, quality, background
 *   job:step(microseconds)          -> "done" | "more" | "wait" | nil, message, code
 *   job:result()                    -> { from_width, from_height, width, height, length, bytes | descriptor }
 *   job:close()
 * Codes: "broken", "truncated", "too_large", "unsupported", "profile", "memory", "read", "temporary".
 */
#include "fit.h"
#include "fit_decoders.h"
#include "lua_compat.h"

#define METATABLE "idocr.fit.job"

struct handle {
    struct idocr_fit *fit;       /* NULL once closed */
    struct idocr_source *source; /* of the body, which is the anchor of the userdata */
};

static int job_close(lua_State *L)
{
    struct handle *handle = luaL_checkudata(L, 1, METATABLE);
    idocr_fit_free(handle->fit);
    handle->fit = NULL;
    return 0;
}

static struct handle *check_job(lua_State *L)
{
    struct handle *handle = luaL_checkudata(L, 1, METATABLE);
    luaL_argcheck(L, handle->fit != NULL, 1, "the fit is closed");
    return handle;
}

static struct idocr_source *check_source(lua_State *L, int index)
{
    struct idocr_source *source = luaL_checkudata(L, index, IDOCR_SOURCE_METATABLE);
    luaL_argcheck(L, source->magic == IDOCR_SOURCE_MAGIC, index, "the body is closed or of another build");
    return source;
}

static int fail(lua_State *L, const char *message, const char *code)
{
    lua_pushnil(L);
    lua_pushstring(L, message);
    lua_pushstring(L, code);
    return 3;
}

/* Returns a whole number of the table of settings, 0 where it is absent. */
static uint64_t setting(lua_State *L, const char *name, double most)
{
    lua_getfield(L, 2, name);
    double value = lua_isnil(L, -1) ? 0 : lua_tonumber(L, -1);
    lua_pop(L, 1);
    if (!(value >= 0 && value <= most))
        luaL_error(L, "setting %s must be a whole number of at most %f", name, most);
    return (uint64_t)value;
}

static const struct idocr_fit_decoder *decoder_of(const char *format)
{
    if (strcmp(format, "jpeg") == 0)
        return &idocr_fit_jpeg;
    if (strcmp(format, "png") == 0)
        return &idocr_fit_png;
    if (strcmp(format, "bmp") == 0)
        return &idocr_fit_bmp;
#ifdef IDOCR_HAVE_WEBP
    if (strcmp(format, "webp") == 0)
        return &idocr_fit_webp;
#endif
    return NULL;
}

/* Returns the decoder that the settings name or hold. */
static const struct idocr_fit_decoder *check_decoder(lua_State *L)
{
    const struct idocr_fit_decoder *decoder = NULL;
    lua_getfield(L, 2, "decoder");
    if (!lua_isnil(L, -1)) {
        const struct idocr_fit_plugin *plugin = luaL_checkudata(L, -1, IDOCR_FIT_PLUGIN_METATABLE);
        if (plugin->magic != IDOCR_FIT_PLUGIN_MAGIC)
            luaL_error(L, "the decoder is of another build of idocr");
        decoder = plugin->decoder;
    } else {
        lua_getfield(L, 2, "format");
        const char *format = lua_tostring(L, -1);
        decoder = format != NULL ? decoder_of(format) : NULL;
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    luaL_argcheck(L, decoder != NULL, 2, "there is no decoder of this format");
    return decoder;
}

static int new_job(lua_State *L)
{
    struct idocr_source *source = check_source(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    const struct idocr_fit_decoder *decoder = check_decoder(L);
    struct idocr_fit_settings settings = {
        .longest = (uint32_t)setting(L, "longest", 1e6),
        .most_side = (uint32_t)setting(L, "most_side", 1e6),
        .least_long = (uint32_t)setting(L, "least_long", 1e6),
        .least_short = (uint32_t)setting(L, "least_short", 1e6),
        .most_pixels = setting(L, "most_pixels", 1e12),
        .orientation = (unsigned)setting(L, "orientation", 8),
        .quality = (int)setting(L, "quality", 100),
    };
    lua_getfield(L, 2, "background");
    settings.background = lua_toboolean(L, -1);
    lua_settop(L, 2);
    struct handle *handle = idocr_lua_newobject(L, sizeof *handle, METATABLE);
    lua_pushvalue(L, 1);
    idocr_lua_anchor(L, 3);
    handle->source = source;
    if (source->rewind(source) != 0)
        return fail(L, source->error(source), "read");
    handle->fit = idocr_fit_new(source, decoder, &settings);
    return handle->fit != NULL ? 1 : fail(L, "out of memory", "memory");
}

static int job_step(lua_State *L)
{
    struct handle *handle = check_job(L);
    double microseconds = luaL_optnumber(L, 2, 0);
    luaL_argcheck(L, microseconds >= 0 && microseconds <= 1e9, 2, "the time must not be negative");
    luaL_argcheck(L, handle->source->magic == IDOCR_SOURCE_MAGIC, 1, "the body is closed");
    switch (idocr_fit_step(handle->fit, (uint64_t)microseconds)) {
    case IDOCR_FIT_DONE: lua_pushliteral(L, "done"); return 1;
    case IDOCR_FIT_MORE: lua_pushliteral(L, "more"); return 1;
    case IDOCR_FIT_WAIT: lua_pushliteral(L, "wait"); return 1;
    case IDOCR_FIT_BROKEN: break;
    case IDOCR_FIT_TRUNCATED: return fail(L, "the data ends before the picture does", "truncated");
    case IDOCR_FIT_TOO_LARGE: return fail(L, "the picture has too many pixels to be decoded", "too_large");
    case IDOCR_FIT_UNSUPPORTED: return fail(L, "this variant of the format cannot be decoded", "unsupported");
    case IDOCR_FIT_PROFILE: return fail(L, "the colour profile is damaged", "profile");
    case IDOCR_FIT_NO_MEMORY: return fail(L, "out of memory", "memory");
    case IDOCR_FIT_READ: return fail(L, handle->source->error(handle->source), "read");
    case IDOCR_FIT_TEMPORARY: return fail(L, "the temporary file cannot be written", "temporary");
    }
    return fail(L, "the picture's data is damaged", "broken");
}

static void set(lua_State *L, const char *name, uint64_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, name);
}

static int job_result(lua_State *L)
{
    const struct idocr_fit_result result = idocr_fit_result(check_job(L)->fit);
    lua_createtable(L, 0, 6);
    set(L, "from_width", result.from_width);
    set(L, "from_height", result.from_height);
    set(L, "width", result.width);
    set(L, "height", result.height);
    set(L, "length", result.length);
    if (result.length > 0 && result.fd >= 0) {
        set(L, "descriptor", (uint64_t)result.fd);
    } else if (result.length > 0) {
        lua_pushlstring(L, (const char *)result.bytes, (size_t)result.length);
        lua_setfield(L, -2, "bytes");
    }
    return 1;
}

static const luaL_Reg METHODS[] = {{"step", job_step}, {"result", job_result}, {"close", job_close}, {NULL, NULL}};
static const luaL_Reg FUNCTIONS[] = {{"new", new_job}, {NULL, NULL}};

IDOCR_EXPORT int luaopen_idocr_fit(lua_State *L);
IDOCR_EXPORT int luaopen_idocr_fit(lua_State *L)
{
    static const char *const FORMATS[] = {"jpeg", "png", "bmp", "webp"};
    idocr_lua_checkversion(L);
    idocr_lua_class(L, METATABLE, METHODS, NULL, job_close);
    lua_newtable(L);
    idocr_lua_setfuncs(L, FUNCTIONS);
    lua_newtable(L);
    for (size_t i = 0; i < sizeof FORMATS / sizeof FORMATS[0]; i++) {
        lua_pushboolean(L, decoder_of(FORMATS[i]) != NULL);
        lua_setfield(L, -2, FORMATS[i]);
    }
    lua_setfield(L, -2, "formats");
#ifdef IDOCR_HAVE_LCMS
    lua_pushboolean(L, 1);
#else
    lua_pushboolean(L, 0);
#endif
    lua_setfield(L, -2, "profiles");
    return 1;
}
