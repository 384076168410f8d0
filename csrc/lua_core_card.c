/* SPDX-License-Identifier: MIT
 *
 * The values of a reply into the fields of a card: texts, dates, and the walk over all of them. Every call comes through here,
 * and written in Lua it cost more than all the rest of decoding.
 */
#include "lua_core.h"

#include <stdbool.h>
#include <stdio.h>

#include "date.h"

/* ---- texts ---- */

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

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* The text at `index` without the blanks around it (with `fillers`, without blanks and '<' at its end). NULL where nothing is
 * left, where it is no string or no UTF-8. Lua keeps the string. */
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
    while (text < end && is_blank(*text))
        text++;
    while (text < end && (is_blank(end[-1]) || (fillers && end[-1] == '<')))
        end--;
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
static int core_text(lua_State *L) { return push_text(L, 1, false); }

/* core.mrz_text(value) -> text | nothing */
static int core_mrz_text(lua_State *L) { return push_text(L, 1, true); }

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
    case IDOCR_DATE_FOUND:
        lua_pushlstring(L, iso, sizeof iso);
        return 1;
    case IDOCR_DATE_IMPOSSIBLE:
        lua_pushboolean(L, 0);
        return 1;
    case IDOCR_DATE_OTHER:
        break;
    }
    return 0;
}

/* ---- a card ---- */

/* The slots of one output in a program: see core.fill in core.d.lua. */
enum slot { CONVERT, HOLDER, MEMBER, FIELD, STEP, SLOTS };

/* What the first slot says: a converter, and two flags. */
enum convert { BY_LUA, TEXT, MRZ_TEXT, DATE, SEX, CONVERTERS, OTHER_HOLDER = 16, FIELD_AGAIN = 32 };

/* Pushes what the value at `index` is in a card. false: only Lua can say. Nothing is pushed then. */
static bool convert(lua_State *L, int index, int how)
{
    size_t length;
    const char *text;
    char iso[IDOCR_DATE_LENGTH];

    switch (how) {
    case TEXT:
    case MRZ_TEXT:
        if (!push_text(L, index, how == MRZ_TEXT))
            lua_pushnil(L);
        return true;
    case DATE: /* every date that is one; why another is none may depend on the rest of the card */
        text = trimmed(L, index, false, &length);
        if (text == NULL || idocr_date_read(text, length, iso) != IDOCR_DATE_FOUND)
            return false;
        lua_pushlstring(L, iso, sizeof iso);
        return true;
    case SEX: /* the letters; words are Lua's */
        text = trimmed(L, index, false, &length);
        if (text == NULL || length != 1 || (*text != 'M' && *text != 'F'))
            return false;
        lua_pushlstring(L, text, 1);
        return true;
    default:
        return false;
    }
}

/* Replaces the table on the top of the stack by the one that the list of names at `path` leads to in it, or by nil. */
static void descend(lua_State *L, int path)
{
    const int depth = (int)idocr_lua_rawlen(L, path);
    for (int i = 1; i <= depth && lua_istable(L, -1); i++) {
        lua_rawgeti(L, path, i);
        lua_rawget(L, -2);
        lua_replace(L, -2);
    }
    if (!lua_istable(L, -1)) {
        lua_pop(L, 1);
        lua_pushnil(L);
    }
}

/* core.fill(program, result, unusual, more) -> fields: see core.d.lua */
static int core_fill(lua_State *L)
{
    enum { PROGRAM = 1, RESULT, UNUSUAL, MORE, FIELDS, HELD, VALUE };
    luaL_checktype(L, PROGRAM, LUA_TTABLE);
    luaL_checktype(L, RESULT, LUA_TTABLE);
    luaL_checktype(L, UNUSUAL, LUA_TFUNCTION);
    const int slots = (int)idocr_lua_rawlen(L, PROGRAM);
    lua_settop(L, MORE);
    lua_createtable(L, 0, slots / SLOTS); /* FIELDS */
    lua_pushvalue(L, RESULT);             /* HELD: the table that holds the members */

    for (int at = 1; at + SLOTS - 1 <= slots; at += SLOTS) {
        lua_settop(L, HELD);
        lua_rawgeti(L, PROGRAM, at + CONVERT);
        const int what = (int)lua_tointeger(L, -1), how = what & (OTHER_HOLDER - 1);
        lua_pop(L, 1);
        if (what & OTHER_HOLDER) {
            lua_rawgeti(L, PROGRAM, at + HOLDER);
            luaL_checktype(L, HELD + 1, LUA_TTABLE);
            lua_pushvalue(L, RESULT);
            descend(L, HELD + 1);
            lua_replace(L, HELD);
            lua_settop(L, HELD);
        }
        if (lua_isnil(L, HELD))
            continue;
        lua_rawgeti(L, PROGRAM, at + MEMBER);
        lua_rawget(L, HELD); /* VALUE */
        if (lua_isnil(L, VALUE))
            continue;
        lua_rawgeti(L, PROGRAM, at + FIELD);
        if ((what & FIELD_AGAIN) && how != BY_LUA) { /* the first member that has it wins */
            lua_pushvalue(L, -1);
            lua_rawget(L, FIELDS);
            if (!lua_isnil(L, -1))
                continue;
            lua_pop(L, 1);
        }
        if (convert(L, VALUE, how)) {
            if (!lua_isnil(L, -1))
                lua_rawset(L, FIELDS);
            continue;
        }
        lua_pushvalue(L, UNUSUAL);
        lua_rawgeti(L, PROGRAM, at + STEP);
        lua_pushvalue(L, VALUE);
        lua_pushvalue(L, RESULT);
        lua_pushvalue(L, FIELDS);
        lua_pushvalue(L, MORE);
        lua_call(L, 5, 0);
    }
    lua_settop(L, FIELDS);
    return 1;
}

void idocr_lua_add_card(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"iso_date", core_iso_date}, {"plain_date", core_plain_date}, {"text", core_text},
        {"mrz_text", core_mrz_text}, {"fill", core_fill},             {NULL, NULL},
    };
    static const char *const names[CONVERTERS] = {[TEXT] = "text", [MRZ_TEXT] = "mrz_text", [DATE] = "date", [SEX] = "sex"};
    idocr_lua_setfuncs(L, functions);
    lua_pushinteger(L, OTHER_HOLDER);
    lua_setfield(L, -2, "OTHER_HOLDER");
    lua_pushinteger(L, FIELD_AGAIN);
    lua_setfield(L, -2, "FIELD_AGAIN");
    lua_createtable(L, 0, CONVERTERS); /* core.converters: name -> what stands in a program for it */
    for (int i = BY_LUA + 1; i < CONVERTERS; i++) {
        lua_pushinteger(L, i);
        lua_setfield(L, -2, names[i]);
    }
    lua_setfield(L, -2, "converters");
}
