/* SPDX-License-Identifier: MIT
 *
 * Converts values of a reply: trims and checks texts, parses dates.
 */
#include "lua_core.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "date.h"

/* ---- texts ---- */

/* Returns the length in bytes of the UTF-8 character at `at`; 0 for an overlong form, a surrogate or a code above U+10FFFF. */
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

/* Returns the length in bytes of the blank at `at`: an ASCII one, a no-break, wide or zero-width space, or a byte order mark; 0 for
 * anything else. */
static size_t blank(const char *at, size_t left)
{
    if (left >= 1 && (*at == ' ' || (*at >= '\t' && *at <= '\r')))
        return 1;
    if (left >= 2 && memcmp(at, "\xC2\xA0", 2) == 0)
        return 2;
    if (left < 3)
        return 0;
    const unsigned char last = (unsigned char)at[2];
    if (memcmp(at, "\xE2\x80", 2) == 0) /* U+2000 to U+200B, U+202F */
        return (last >= 0x80 && last <= 0x8B) || last == 0xAF ? 3 : 0;
    return memcmp(at, "\xE3\x80\x80", 3) == 0 || memcmp(at, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

/* Returns the length in bytes of the blank that ends at `end`; 0 for anything else. */
static size_t blank_before(const char *end, size_t left)
{
    for (size_t length = 1; length <= 3 && length <= left; length++)
        if (blank(end - length, length) == length)
            return length;
    return 0;
}

/* Returns the text at `index` without the blanks around it (with `fillers`, also without '<' at its end). NULL where nothing is left,
 * and for a value that is no string or no UTF-8. Lua keeps the string. */
static const char *trimmed(lua_State *L, int index, bool fillers, size_t *length)
{
    if (lua_type(L, index) != LUA_TSTRING)
        return NULL;
    const char *text = lua_tolstring(L, index, length), *end = text + *length;
    for (const char *at = text; at < end;) {
        size_t step = character((const unsigned char *)at, (size_t)(end - at));
        if (step == 0)
            return NULL;
        at += step;
    }
    for (size_t step; (step = blank(text, (size_t)(end - text))) > 0;)
        text += step;
    for (size_t step; text < end; end -= step) {
        step = fillers && end[-1] == '<' ? 1 : blank_before(end, (size_t)(end - text));
        if (step == 0)
            break;
    }
    *length = (size_t)(end - text);
    return text < end ? text : NULL;
}

/* Pushes the digits of a whole number that doubles hold exactly. */
static bool push_digits(lua_State *L, lua_Number number)
{
    char digits[32];
    const double value = (double)number;
    if (!(value > -9007199254740992.0 && value < 9007199254740992.0))
        return false;
    const long long whole = (long long)value;
    if ((double)whole < value || (double)whole > value)
        return false;
    lua_pushlstring(L, digits, (size_t)snprintf(digits, sizeof digits, "%lld", whole));
    return true;
}

/* Pushes the text of the value at `index`, a number's digits too, or nothing: false. */
static bool push_text(lua_State *L, int index, bool fillers)
{
    if (lua_type(L, index) == LUA_TNUMBER)
        return push_digits(L, lua_tonumber(L, index));
    size_t length;
    const char *text = trimmed(L, index, fillers, &length);
    if (text == NULL)
        return false;
    if (length == idocr_lua_rawlen(L, index))
        lua_pushvalue(L, index);
    else
        lua_pushlstring(L, text, length);
    return true;
}

/* core.text(value) -> text | nothing */
static int core_text(lua_State *L)
{
    return push_text(L, 1, false);
}

/* core.mrz_text(value) -> text | nothing */
static int core_mrz_text(lua_State *L)
{
    return push_text(L, 1, true);
}

/* ---- dates ---- */

/* core.iso_date(year, month, day) -> "YYYY-MM-DD" | nothing */
static int core_iso_date(lua_State *L)
{
    int part[3];
    for (int i = 0; i < 3; i++) {
        if (!lua_isnumber(L, i + 1))
            return 0;
        const lua_Number number = lua_tonumber(L, i + 1);
        if (!(number >= 1 && number <= 9999))
            return 0;
        part[i] = (int)number;
        if (part[i] < number)
            return 0;
    }
    char iso[IDOCR_DATE_LENGTH];
    if (!idocr_date_write(part[0], part[1], part[2], iso))
        return 0;
    lua_pushlstring(L, iso, sizeof iso);
    return 1;
}

/* core.plain_date(text) -> "YYYY-MM-DD" | false: no such day | nothing: the text has another layout */
static int core_plain_date(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    char iso[IDOCR_DATE_LENGTH];
    switch (idocr_date_read(text, length, iso)) {
    case IDOCR_DATE_FOUND: lua_pushlstring(L, iso, sizeof iso); return 1;
    case IDOCR_DATE_IMPOSSIBLE: lua_pushboolean(L, 0); return 1;
    case IDOCR_DATE_OTHER: break;
    }
    return 0;
}

void idocr_lua_add_card(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"iso_date", core_iso_date},
        {"plain_date", core_plain_date},
        {"text", core_text},
        {"mrz_text", core_mrz_text},
        {NULL, NULL},
    };
    idocr_lua_setfuncs(L, functions);
}
