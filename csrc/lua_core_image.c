/* SPDX-License-Identifier: MIT
 *
 * Binds pictures: core.image_file, core.image_bytes and the methods of a picture.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "image_info.h"
#include "jpeg_walk.h"
#include "lua_core.h"

#define STACK_READ (16 * 1024) /* bytes; reads up to this use a buffer on the C stack */

/* The handle in Lua counts as one user of the picture, each body as another: closing the handle closes the file only when no body
 * uses it. */
struct handle {
    struct idocr_image image;
    bool open;
};

static struct handle *check_handle(lua_State *L, int index)
{
    struct handle *handle = luaL_checkudata(L, index, IDOCR_IMAGE_METATABLE);
    luaL_argcheck(L, handle->open, index, "the picture is closed");
    return handle;
}

struct idocr_image *idocr_lua_checkimage(lua_State *L, int index)
{
    return &check_handle(L, index)->image;
}

/* Applies the optional offset and length at `index`. Releases the picture when the range is wrong. */
static int narrow(lua_State *L, int index, struct handle *handle, struct idocr_error *error)
{
    if (lua_isnoneornil(L, index))
        return 0;
    uint64_t offset = idocr_lua_checkcount(L, index, 0), length = idocr_lua_checkcount(L, index + 1, 0);
    if (idocr_image_narrow(&handle->image, offset, length, error) == 0)
        return 0;
    handle->open = false;
    idocr_image_release(&handle->image);
    return -1;
}

static int image_file(lua_State *L)
{
    size_t length;
    const char *path = luaL_checklstring(L, 1, &length);
    luaL_argcheck(L, strlen(path) == length, 1, "a path has no NUL");
    lua_settop(L, 3);
    struct handle *handle = idocr_lua_newobject(L, sizeof *handle, IDOCR_IMAGE_METATABLE);
    struct idocr_error error;
    int result = idocr_image_open(&handle->image, path, &error);
    if (result != 0 && (error.system == EMFILE || error.system == ENFILE)) {
        lua_gc(L, LUA_GCCOLLECT, 0); /* closes unreferenced files: the collector does not count descriptors */
        result = idocr_image_open(&handle->image, path, &error);
    }
    if (result != 0)
        return idocr_lua_fail(L, &error);
    handle->open = true;
    if (narrow(L, 2, handle, &error) != 0)
        return idocr_lua_fail(L, &error);
    return 1;
}

static int image_descriptor(lua_State *L)
{
    lua_Integer fd = luaL_checkinteger(L, 1);
    luaL_argcheck(L, fd >= 0 && fd <= INT32_MAX, 1, "the file descriptor must not be negative");
    struct handle *handle = idocr_lua_newobject(L, sizeof *handle, IDOCR_IMAGE_METATABLE);
    struct idocr_error error;
    if (idocr_image_open_descriptor(&handle->image, (int)fd, &error) != 0)
        return idocr_lua_fail(L, &error);
    handle->open = true;
    return 1;
}

static int image_bytes(lua_State *L)
{
    size_t length;
    luaL_checktype(L, 1, LUA_TSTRING);
    const char *bytes = lua_tolstring(L, 1, &length);
    lua_settop(L, 3);
    struct handle *handle = idocr_lua_newobject(L, sizeof *handle, IDOCR_IMAGE_METATABLE);
    lua_pushvalue(L, 1);
    idocr_lua_anchor(L, lua_gettop(L) - 1);
    idocr_image_borrow(&handle->image, bytes, length);
    handle->open = true;
    struct idocr_error error;
    if (narrow(L, 2, handle, &error) != 0)
        return idocr_lua_fail(L, &error);
    return 1;
}

static int image_close(lua_State *L)
{
    struct handle *handle = luaL_checkudata(L, 1, IDOCR_IMAGE_METATABLE);
    if (handle->open) {
        handle->open = false;
        idocr_image_release(&handle->image);
    }
    return 0;
}

static int image_size(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)check_handle(L, 1)->image.size);
    return 1;
}

static void set_number(lua_State *L, const char *name, bool there, uint32_t value)
{
    if (!there)
        return;
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, name);
}

static int image_info(lua_State *L)
{
    struct handle *handle = check_handle(L, 1);
    struct idocr_image_info info;
    struct idocr_error error;
    if (idocr_image_inspect(&handle->image, &info, &error) != 0)
        return idocr_lua_fail(L, &error);
    lua_createtable(L, 0, 5);
    if (info.format != NULL) {
        lua_pushstring(L, info.format);
        lua_setfield(L, -2, "format");
    }
    set_number(L, "width", info.measured, info.width);
    set_number(L, "height", info.measured, info.height);
    set_number(L, "orientation", info.orientation != 0, info.orientation);
    if (info.complete != IDOCR_COMPLETE_UNKNOWN) {
        lua_pushboolean(L, info.complete == IDOCR_COMPLETE_YES);
        lua_setfield(L, -2, "complete");
    }
    return 1;
}

static int image_read(lua_State *L)
{
    struct handle *handle = check_handle(L, 1);
    uint64_t offset = idocr_lua_checkcount(L, 2, 0), max = idocr_lua_checkcount(L, 3, 1);
    uint64_t size = handle->image.size;
    size_t length = offset >= size ? 0 : size - offset < max ? (size_t)(size - offset) : (size_t)max;
    const uint8_t *at;
    struct idocr_error error;
    uint8_t small[STACK_READ], *room = small;
    if (length > sizeof small && idocr_image_memory(&handle->image) == NULL)
        room = lua_newuserdata(L, length);
    if (length == 0)
        at = room;
    else if (idocr_image_view(&handle->image, offset, length, room, &at, &error) != 0)
        return idocr_lua_fail(L, &error);
    lua_pushlstring(L, (const char *)at, length);
    return 1;
}

static int image_sha256(lua_State *L)
{
    struct handle *handle = check_handle(L, 1);
    uint8_t digest[IDOCR_SHA256_SIZE];
    struct idocr_error error;
    if (idocr_image_sha256(&handle->image, digest, &error) != 0)
        return idocr_lua_fail(L, &error);
    idocr_lua_pushhex(L, digest);
    return 1;
}

#define WALK_METATABLE "idocr.jpeg_walk"

static int image_jpeg_walk(lua_State *L)
{
    struct handle *handle = check_handle(L, 1);
    struct idocr_jpeg_walk *walk = idocr_lua_newobject(L, sizeof *walk, WALK_METATABLE);
    lua_pushvalue(L, 1);
    idocr_lua_anchor(L, lua_gettop(L) - 1);
    idocr_jpeg_walk_init(walk, &handle->image);
    return 1;
}

/* The picture may be closed meanwhile: the walk keeps the handle alive, not the file open. */
static int walk_step(lua_State *L)
{
    struct idocr_jpeg_walk *walk = luaL_checkudata(L, 1, WALK_METATABLE);
    uint64_t bytes = idocr_lua_checkcount(L, 2, 1);
    luaL_argcheck(L, walk->image != NULL && walk->image->users > 0, 1, "the picture is closed");
    static const char *const RESULTS[] = {"more", "whole", "early", "unknown"};
    enum idocr_jpeg_walk_result result = idocr_jpeg_walk_step(walk, bytes);
    if (result == IDOCR_JPEG_WALK_FAILED)
        return idocr_lua_fail(L, &walk->error);
    lua_pushstring(L, RESULTS[result]);
    return 1;
}

static int image_tostring(lua_State *L)
{
    struct handle *handle = luaL_checkudata(L, 1, IDOCR_IMAGE_METATABLE);
    lua_pushstring(L, handle->open ? "idocr.image" : "idocr.image (closed)");
    return 1;
}

void idocr_lua_add_image(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"size", image_size},   {"info", image_info},           {"read", image_read}, {"sha256", image_sha256},
        {"close", image_close}, {"jpeg_walk", image_jpeg_walk}, {NULL, NULL},
    };
    static const luaL_Reg walk_methods[] = {{"step", walk_step}, {NULL, NULL}};
    static const luaL_Reg meta[] = {{"__tostring", image_tostring}, {NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"image_file", image_file}, {"image_descriptor", image_descriptor}, {"image_bytes", image_bytes}, {NULL, NULL}};
    idocr_lua_class(L, IDOCR_IMAGE_METATABLE, methods, meta, image_close);
    idocr_lua_class(L, WALK_METATABLE, walk_methods, NULL, NULL);
    idocr_lua_setfuncs(L, functions);
}
