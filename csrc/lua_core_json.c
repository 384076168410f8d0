/* SPDX-License-Identifier: MIT
 *
 * core.json: a JSON text (RFC 8259) into Lua values in one pass. Strict but for what a service's sloppiness would cost a reply
 * that was paid for: control characters in strings and bytes that are no UTF-8 pass, half a surrogate pair becomes
 * U+FFFD. Numbers are doubles, null is the lightuserdata NULL as in lua-cjson, of two members with one name the later wins.
 */
#include "lua_core.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* Levels. The services nest four deep; the bound keeps the C stack and Lua's small whatever comes. */
#define DEEPEST 64

/* Members whose names and values wait on Lua's stack until their table can be made as large as it will be: growing it member by
 * member costs more than reading them. */
#define HELD 32

/* Strings with escapes up to this size are unescaped on the C stack. */
#define SMALL 512

struct reader {
    lua_State *L;
    const unsigned char *at, *end;
    int depth;
};

static bool value(struct reader *r);

static void skip_blanks(struct reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
        r->at++;
}

/* Takes `c` and the blanks around it. */
static bool take(struct reader *r, unsigned char c)
{
    skip_blanks(r);
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    skip_blanks(r);
    return true;
}

static bool literal(struct reader *r, const char *word, size_t length)
{
    if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0)
        return false;
    r->at += length;
    return true;
}

/* ---- strings ---- */

static int hex_digit(unsigned char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits at p, or -1. */
static long unit_at(const unsigned char *p, const unsigned char *end)
{
    long unit = 0;
    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        const int digit = hex_digit(p[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static unsigned char *put_utf8(unsigned char *to, unsigned long c)
{
    if (c < 0x80) {
        *to++ = (unsigned char)c;
    } else if (c < 0x800) {
        *to++ = (unsigned char)(0xC0 | c >> 6);
        *to++ = (unsigned char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *to++ = (unsigned char)(0xE0 | c >> 12);
        *to++ = (unsigned char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (unsigned char)(0x80 | (c & 0x3F));
    } else {
        *to++ = (unsigned char)(0xF0 | c >> 18);
        *to++ = (unsigned char)(0x80 | (c >> 12 & 0x3F));
        *to++ = (unsigned char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (unsigned char)(0x80 | (c & 0x3F));
    }
    return to;
}

/* What \u at *from (its first digit) means; moves *from behind it, and behind the second half of a pair. -1: no digits. */
static long character_at(const unsigned char **from, const unsigned char *end)
{
    const long first = unit_at(*from, end);
    if (first < 0)
        return -1;
    *from += 4;
    if (first < 0xD800 || first > 0xDFFF)
        return first;
    if (first <= 0xDBFF && end - *from >= 6 && (*from)[0] == '\\' && (*from)[1] == 'u') {
        const long second = unit_at(*from + 2, end);
        if (second >= 0xDC00 && second <= 0xDFFF) {
            *from += 6;
            return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        }
    }
    return 0xFFFD;
}

/* Writes what stands between the quotes without its escapes; no more bytes than it reads. The end of what was written, or NULL.
 * */
static unsigned char *unescape(const unsigned char *from, const unsigned char *end, unsigned char *to)
{
    static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    while (from < end) {
        if (*from != '\\') {
            *to++ = *from++;
            continue;
        }
        const unsigned char escaped = from[1]; /* the closing quote is behind it at the latest */
        const char *known = escaped != '\0' ? strchr(plain, escaped) : NULL;
        from += 2;
        if (known != NULL) {
            *to++ = (unsigned char)meant[known - plain];
        } else {
            const long c = escaped == 'u' ? character_at(&from, end) : -1;
            if (c < 0)
                return NULL;
            to = put_utf8(to, (unsigned long)c);
        }
    }
    return to;
}

/* Pushes the string whose opening quote is next. */
static bool string(struct reader *r)
{
    const unsigned char *from = ++r->at, *p = from;
    bool escapes = false;
    for (;; p++) {
        if (p == r->end || *p == '\0')
            return false;
        if (*p == '"')
            break;
        if (*p == '\\') {
            escapes = true;
            if (++p == r->end)
                return false;
        }
    }
    const size_t length = (size_t)(p - from);
    r->at = p + 1;
    if (!escapes) {
        lua_pushlstring(r->L, (const char *)from, length);
        return true;
    }
    unsigned char small[SMALL], *room = small;
    small[0] = '\0'; /* gcc cannot see that nothing unwritten is read */
    if (length > SMALL)
        room = lua_newuserdata(r->L, length); /* the collector's: nothing leaks when Lua throws */
    const unsigned char *last = unescape(from, p, room);
    if (last == NULL)
        return false;
    lua_pushlstring(r->L, (const char *)room, (size_t)(last - room));
    if (room != small)
        lua_remove(r->L, -2);
    return true;
}

/* ---- numbers ---- */

static bool is_digit(const struct reader *r) { return r->at < r->end && *r->at >= '0' && *r->at <= '9'; }

static bool digits(struct reader *r)
{
    if (!is_digit(r))
        return false;
    while (is_digit(r))
        r->at++;
    return true;
}

static bool number(struct reader *r)
{
    const unsigned char *from = r->at;
    const bool negative = *r->at == '-';
    uint64_t whole = 0;

    r->at += negative;
    if (!is_digit(r))
        return false;
    const unsigned char *first = r->at;
    while (is_digit(r) && r->at - first < 16)
        whole = whole * 10 + (uint64_t)(*r->at++ - '0');
    if (*first == '0' && r->at - first > 1)
        return false;
    bool exact = r->at - first < 16; /* below 2^53: doubles hold it */
    if (!exact)
        (void)digits(r);
    if (r->at < r->end && *r->at == '.') {
        exact = false;
        r->at++;
        if (!digits(r))
            return false;
    }
    if (r->at < r->end && (*r->at | 0x20) == 'e') {
        exact = false;
        r->at++;
        if (r->at < r->end && (*r->at == '+' || *r->at == '-'))
            r->at++;
        if (!digits(r))
            return false;
    }
    if (exact) {
        lua_pushnumber(r->L, negative ? -(lua_Number)whole : (lua_Number)whole);
        return true;
    }
    /* Lua knows how to read a decimal point in any locale. What it cannot read (LuaJIT an exponent of a million, Lua in such a
     * locale more than 200 digits) is no value of a card: infinite, as what is too large. */
    lua_pushlstring(r->L, (const char *)from, (size_t)(r->at - from));
    const lua_Number read = lua_isnumber(r->L, -1) ? lua_tonumber(r->L, -1) : negative ? -(lua_Number)HUGE_VAL : (lua_Number)HUGE_VAL;
    lua_pop(r->L, 1);
    lua_pushnumber(r->L, read);
    return true;
}

/* ---- arrays and objects ---- */

/* Puts the `held` pairs on the top of the stack into the table below them; nil there: into a new one. */
static void put_members(lua_State *L, int base, int held)
{
    if (lua_isnil(L, base)) {
        lua_createtable(L, 0, held < HELD ? held : 2 * HELD);
        lua_replace(L, base);
    }
    for (int i = 0; i < held; i++) { /* in their order: the later of two with one name wins */
        lua_pushvalue(L, base + 1 + 2 * i);
        lua_pushvalue(L, base + 2 + 2 * i);
        lua_rawset(L, base);
    }
    lua_settop(L, base);
}

static bool object(struct reader *r)
{
    lua_State *L = r->L;
    const int base = lua_gettop(L) + 1;
    int held = 0;

    luaL_checkstack(L, 2 * HELD + 8, "JSON");
    r->at++;
    skip_blanks(r);
    if (r->at < r->end && *r->at == '}') {
        r->at++;
        lua_createtable(L, 0, 0);
        return true;
    }
    lua_pushnil(L);
    do {
        if (held == HELD) {
            put_members(L, base, held);
            held = 0;
        }
        if (r->at == r->end || *r->at != '"' || !string(r) || !take(r, ':') || !value(r))
            return false;
        held++;
    } while (take(r, ','));
    if (!take(r, '}'))
        return false;
    put_members(L, base, held);
    return true;
}

static bool array(struct reader *r)
{
    lua_State *L = r->L;
    luaL_checkstack(L, 8, "JSON");
    lua_createtable(L, 0, 0);
    r->at++;
    skip_blanks(r);
    if (r->at < r->end && *r->at == ']') {
        r->at++;
        return true;
    }
    int count = 0; /* below the text's length, and Lua strings of 2^31 elements do not come through the cap */
    do {
        if (!value(r))
            return false;
        lua_rawseti(L, -2, ++count);
    } while (take(r, ','));
    return take(r, ']');
}

static bool nested(struct reader *r, bool (*read)(struct reader *))
{
    if (++r->depth > DEEPEST)
        return false;
    const bool fine = read(r);
    r->depth--;
    return fine;
}

/* Pushes the value that is next. false: there is none; what was pushed until then is the caller's to drop. */
static bool value(struct reader *r)
{
    if (r->at == r->end)
        return false;
    switch (*r->at) {
    case '"':
        return string(r);
    case '{':
        return nested(r, object);
    case '[':
        return nested(r, array);
    case 't':
        lua_pushboolean(r->L, 1);
        return literal(r, "true", 4);
    case 'f':
        lua_pushboolean(r->L, 0);
        return literal(r, "false", 5);
    case 'n':
        lua_pushlightuserdata(r->L, NULL);
        return literal(r, "null", 4);
    default:
        return number(r);
    }
}

/* core.json(text) -> value | nothing where the text is not one JSON value */
static int core_json(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    struct reader r = {.L = L, .at = (const unsigned char *)text, .end = (const unsigned char *)text + length};

    lua_settop(L, 1);
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        r.at += 3; /* a byte order mark */
    skip_blanks(&r);
    if (!value(&r))
        return 0;
    skip_blanks(&r);
    while (r.at < r.end && *r.at == '\0')
        r.at++; /* the end of a C string, sent along */
    return r.at == r.end ? 1 : 0;
}

void idocr_lua_add_json(lua_State *L)
{
    static const luaL_Reg functions[] = {{"json", core_json}, {NULL, NULL}};
    idocr_lua_setfuncs(L, functions);
}
