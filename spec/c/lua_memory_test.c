/* SPDX-License-Identifier: MIT
 *
 * Tests the binding when memory runs out: each allocation of Lua fails in turn, with all that follow. The error that Lua raises
 * through the C functions must leak no file and no memory (the sanitizer checks), and the state must stay usable.
 */
#include <dirent.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "tap.h"

int luaopen_idocr_core(lua_State *L);

static size_t allocations, failing, used; /* from the failing-th allocation on all fail; 0: none does */

static void *limited(void *data, void *old, size_t old_size, size_t size)
{
    (void)data;
    if (old == NULL)
        old_size = 0;
    if (size == 0) {
        used -= old_size;
        free(old);
        return NULL;
    }
    if (size > old_size && failing != 0 && ++allocations >= failing)
        return NULL;
    void *new = realloc(old, size);
    if (new != NULL)
        used += size - old_size;
    return new;
}

static int open_files(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder != NULL && readdir(folder) != NULL)
        count++;
    if (folder != NULL)
        closedir(folder);
    return count;
}

static const struct {
    const char *name, *text;
} scripts[] = {
    {"loading",
     "local image = core.image_file(path) image = nil collectgarbage() collectgarbage()"
     "assert(getmetatable(core.body { 'x' }) == false and getmetatable(core.reply(1)) == false)"
     "core.signer('i', 'k'):close() core.reply(1):close() core.list_directory(folder)"},
    {"a picture",
     "local image = core.image_file(path) image:info() image:read(0, 40000) image:sha256() tostring(image)"
     "local part = core.image_file(path, 10, 100) part:close()"
     "assert(not core.image_file('/nowhere')) assert(not core.image_file(path, 1, 1e9)) core.image_bytes('text'):info()"},
    {"a body",
     "local image = core.image_file(path)"
     "local body = core.body { '{', { image = image, encoding = 'base64' }, ',', { image = image, encoding = 'form' }, '}' }"
     "local framed = core.framed_body('{', image, '}')"
     "image:close() body:read(100) body:read(1e6) body:rewind() body:hash_some(1000) body:sha256() tostring(body) framed:sha256()"},
    {"a reply",
     "local reply = core.reply(1e7) local long = ('AB/+'):rep(400)"
     "reply:feed('{\"a\":\"' .. long .. '\",\"b\":\"' .. long) reply:feed('\"}')"
     "local text, pictures = reply:finish() assert(#pictures == 2)"
     "reply:feed('[\"' .. long) reply = core.reply(3) assert(not reply:feed('text')) assert(not reply:finish())"},
    {"a signature",
     "local request = { method = 'GET', query = ('q'):rep(5000), headers = { { 'Host', 'h' }, { 'content-type', 't' } },"
     "  payload_hash = core.EMPTY_SHA256, timestamp = 1551113065, service = 'cvm', secret_key = 'k' }"
     "request.canonical_request = core.tc3_canonical_request(request)"
     "request.string_to_sign = core.tc3_string_to_sign(request) core.tc3_signature(request) core.tc3_keys(request)"
     "local signer = core.signer('id', 'key') signer:authorization(request) tostring(signer) signer:close()"
     "assert(not core.signer('', ''))"},
    {"the small functions",
     "assert(core.text((' x'):rep(3000)) and core.text(123456789) == '123456789' and core.mrz_text(('D<'):rep(3000)))"
     "assert(core.plain_date('1 Feb 2000') == '2000-02-01' and core.plain_date('19990230') == false)"
     "assert(core.iso_date(2000, 2, 1) == '2000-02-01') "
     "assert(core.base64_decode(core.base64_encode(('x'):rep(5000)))) core.base64_decode('!') core.hex(('x'):rep(5000))"
     "core.percent_encode(('/'):rep(5000)) core.hmac_sha256('k', 'd') core.sha256('x') core.list_directory(folder)"
     "assert(not core.list_directory('/nowhere')) core.monotonic() core.wall()"},
};

static void prepare(lua_State *L)
{
    luaL_openlibs(L);
    /* Lua's own buffers (5.4.4) are spoilt for ever when memory runs out while their metatable is made: make it now. */
    if (luaL_dostring(L, "return ('x'):rep(5000)") != LUA_OK)
        exit(2);
}

static int load_core(lua_State *L)
{
    luaL_requiref(L, "idocr.core", luaopen_idocr_core, 0);
    lua_setglobal(L, "core");
    return 0;
}

int main(void)
{
    static char folder[] = "/tmp/idocr_memory_XXXXXX", path[64];
    if (mkdtemp(folder) == NULL)
        return 2;
    snprintf(path, sizeof path, "%s/picture", folder);
    FILE *file = fopen(path, "w");
    for (int i = 0; file != NULL && i < 50000; i++)
        fputc(random_byte(), file);
    if (file == NULL || fclose(file) != 0)
        return 2;
    int files = open_files();

    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        int good = 1, status = LUA_ERRMEM;
        size_t n = 1;
        for (; good && status != LUA_OK; n++) {
            lua_State *L = lua_newstate(limited, NULL);
            prepare(L);
            lua_pushstring(L, path);
            lua_setglobal(L, "path");
            lua_pushstring(L, folder);
            lua_setglobal(L, "folder");
            if (i > 0) /* the first is the loading itself */
                load_core(L);
            if (i == 0)
                lua_pushcfunction(L, load_core);
            else if (luaL_loadstring(L, scripts[i].text) != LUA_OK)
                good = 0;
            allocations = 0;
            failing = n;
            status = good ? lua_pcall(L, 0, 0, 0) : LUA_ERRERR;
            failing = 0;
            if (i == 0)
                load_core(L);
            good = good && (status == LUA_OK || status == LUA_ERRMEM);
            if (!good)
                fprintf(stderr, "%zu: %s\n", n, lua_tostring(L, -1));
            lua_settop(L, 0);
            lua_gc(L, LUA_GCCOLLECT);
            lua_gc(L, LUA_GCCOLLECT);
            if (good && luaL_dostring(L, scripts[i].text) != LUA_OK) {
                fprintf(stderr, "after %zu: %s\n", n, lua_tostring(L, -1));
                good = 0;
            }
            lua_gc(L, LUA_GCCOLLECT);
            good = good && open_files() == files;
            lua_close(L);
            good = good && used == 0 && open_files() == files;
        }
        char detail[96];
        snprintf(detail, sizeof detail, "%s, %zu allocations", scripts[i].name, n - 2);
        ok(good && n > 10, "survives that memory runs out", detail);
    }
    remove(path);
    remove(folder);
    return tap_done();
}
