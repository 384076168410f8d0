/* SPDX-License-Identifier: MIT
 *
 * Functions from strings to strings: digests, comparison, base64, percent-encoding, texts without blanks, dates.
 */
#include "lua_core.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base64.h"
#include "digest.h"

static int core_sha256(lua_State *L)
{
    size_t length;
    const char *data = luaL_checklstring(L, 1, &length);
    uint8_t digest[IDOCR_SHA256_SIZE];
    idocr_sha256_of(data, length, digest);
    idocr_lua_pushhex(L, digest);
    return 1;
}

static int core_hmac_sha256(lua_State *L)
{
    size_t secret_length, length;
    const char *secret = luaL_checklstring(L, 1, &secret_length);
    const char *data = luaL_checklstring(L, 2, &length);
    struct idocr_hmac_key key;
    uint8_t mac[IDOCR_SHA256_SIZE];
    idocr_hmac_key_init(&key, secret, secret_length);
    idocr_hmac(&key, data, length, mac);
    idocr_wipe(&key, sizeof key);
    lua_pushlstring(L, (const char *)mac, sizeof mac);
    return 1;
}

static int core_equal(lua_State *L)
{
    size_t length_a, length_b;
    const char *a = luaL_checklstring(L, 1, &length_a);
    const char *b = luaL_checklstring(L, 2, &length_b);
    lua_pushboolean(L, length_a == length_b && idocr_same(a, b, length_a));
    return 1;
}

/* Room for `length` bytes that the collector owns: nothing leaks when Lua throws. [-0, +1, m] */
static char *push_room(lua_State *L, size_t length)
{
    return lua_newuserdata(L, length > 0 ? length : 1);
}

static int core_hex(lua_State *L)
{
    size_t length;
    const char *raw = luaL_checklstring(L, 1, &length);
    luaL_argcheck(L, length <= SIZE_MAX / 2, 1, "too long");
    char *room = push_room(L, length * 2);
    idocr_hex((const uint8_t *)raw, length, room);
    lua_pushlstring(L, room, length * 2);
    return 1;
}

static int core_base64_encode(lua_State *L)
{
    size_t length;
    const char *raw = luaL_checklstring(L, 1, &length);
    size_t chars = idocr_base64_encoded_length(length);
    luaL_argcheck(L, chars != SIZE_MAX, 1, "too long");
    char *room = push_room(L, chars);
    idocr_base64_encode((const uint8_t *)raw, length, room);
    lua_pushlstring(L, room, chars);
    return 1;
}

static int core_base64_decode(lua_State *L)
{
    size_t length, decoded, bad;
    const char *text = luaL_checklstring(L, 1, &length);
    char *room = push_room(L, idocr_base64_decoded_capacity(length));
    const char *problem = idocr_base64_decode(text, length, (uint8_t *)room, &decoded, &bad);
    if (problem != NULL) {
        lua_pushnil(L);
        lua_pushstring(L, problem);
        lua_pushinteger(L, (lua_Integer)bad + 1);
        return 3;
    }
    lua_pushlstring(L, room, decoded);
    return 1;
}

static int core_percent_encode(lua_State *L)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    luaL_argcheck(L, length <= SIZE_MAX / 3, 1, "too long");
    char *room = push_room(L, length * 3), *out = room;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                     c == '_' || c == '~';
        if (plain) {
            *out++ = (char)c;
        } else {
            *out++ = '%';
            *out++ = digits[c >> 4];
            *out++ = digits[c & 15];
        }
    }
    lua_pushlstring(L, room, (size_t)(out - room));
    return 1;
}

/* Bytes of the UTF-8 character at `at`, 0 where there is none: too long a form, half a surrogate pair, beyond U+10FFFF. */
static size_t character(const unsigned char *at, size_t left)
{
    unsigned char c = at[0], least = 0x80, most = 0xBF;
    size_t length = c < 0x80 ? 1 : c >= 0xC2 && c <= 0xDF ? 2 : (c & 0xF0) == 0xE0 ? 3 : c >= 0xF0 && c <= 0xF4 ? 4 : 0;
    if (length < 2 || length > left)
        return length == 1 ? 1 : 0;
    if (c == 0xE0)
        least = 0xA0;
    else if (c == 0xED)
        most = 0x9F;
    else if (c == 0xF0)
        least = 0x90;
    else if (c == 0xF4)
        most = 0x8F;
    if (at[1] < least || at[1] > most)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Pushes the text at 1 without the blanks around it (and, with `fillers`, without blanks and '<' at its end), or nil where nothing is
 * left or it is no UTF-8; the digits of a whole number that doubles hold exactly. [-0, +1, m] */
static int push_text(lua_State *L, bool fillers)
{
    size_t length;
    if (lua_type(L, 1) == LUA_TNUMBER) {
        char digits[32];
        double number = (double)lua_tonumber(L, 1);
        if (!(number > -9007199254740992.0 && number < 9007199254740992.0))
            return 0;
        long long whole = (long long)number;
        if ((double)whole < number || (double)whole > number)
            return 0;
        lua_pushlstring(L, digits, (size_t)snprintf(digits, sizeof digits, "%lld", whole));
        return 1;
    }
    if (lua_type(L, 1) != LUA_TSTRING)
        return 0;
    const char *text = lua_tolstring(L, 1, &length), *end = text + length;
    for (const char *at = text; at < end;) {
        size_t step = character((const unsigned char *)at, (size_t)(end - at));
        if (step == 0)
            return 0;
        at += step;
    }
    while (text < end && is_blank(*text))
        text++;
    while (text < end && (is_blank(end[-1]) || (fillers && end[-1] == '<')))
        end--;
    if (text == end)
        return 0;
    if ((size_t)(end - text) == length)
        lua_settop(L, 1);
    else
        lua_pushlstring(L, text, (size_t)(end - text));
    return 1;
}

/* Every text of a reply passes through these two: as patterns of Lua they took most of what decoding a small card costs. */
static int core_text(lua_State *L)
{
    return push_text(L, false);
}

static int core_mrz_text(lua_State *L)
{
    return push_text(L, true);
}

/* core.iso_date(year, month, day) -> "YYYY-MM-DD" | nil where the Gregorian calendar has no such day */
static int core_iso_date(lua_State *L)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int part[3];
    for (int i = 0; i < 3; i++) {
        if (!lua_isnumber(L, i + 1))
            return 0;
        lua_Number number = lua_tonumber(L, i + 1);
        if (!(number >= 1 && number <= 9999))
            return 0;
        part[i] = (int)number;
        if (part[i] < number)
            return 0;
    }
    int year = part[0], month = part[1], day = part[2];
    if (year < 1000 || month > 12)
        return 0;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day > lengths[month - 1] + (month == 2 && leap))
        return 0;
    char text[] = {(char)('0' + year / 1000), (char)('0' + year / 100 % 10), (char)('0' + year / 10 % 10), (char)('0' + year % 10), '-',
                   (char)('0' + month / 10), (char)('0' + month % 10), '-', (char)('0' + day / 10), (char)('0' + day % 10)};
    lua_pushlstring(L, text, sizeof text);
    return 1;
}

static const luaL_Reg functions[] = {
    {"iso_date", core_iso_date},
    {"text", core_text},
    {"mrz_text", core_mrz_text},
    {"sha256", core_sha256},
    {"hmac_sha256", core_hmac_sha256},
    {"hex", core_hex},
    {"equal", core_equal},
    {"base64_encode", core_base64_encode},
    {"base64_decode", core_base64_decode},
    {"percent_encode", core_percent_encode},
    {NULL, NULL},
};

void idocr_lua_add_text(lua_State *L)
{
    idocr_lua_setfuncs(L, functions);
}
