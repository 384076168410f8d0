/* SPDX-License-Identifier: MIT */
#include "date.h"

#include <string.h>

#define LONGEST 64 /* bytes; what is longer is no date, as in decode/dates.lua */

bool idocr_date_write(int year, int month, int day, char iso[IDOCR_DATE_LENGTH])
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1000 || year > 9999 || month < 1 || month > 12 || day < 1)
        return false;
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day > lengths[month - 1] + (month == 2 && leap))
        return false;
    const char text[] = {(char)('0' + year / 1000), (char)('0' + year / 100 % 10), (char)('0' + year / 10 % 10), (char)('0' + year % 10),
                         '-', (char)('0' + month / 10), (char)('0' + month % 10), '-', (char)('0' + day / 10), (char)('0' + day % 10)};
    memcpy(iso, text, sizeof text);
    return true;
}

struct cursor {
    const char *at, *end;
};

/* Takes all digits; how many there were is the result. More than eight are no number of a date. */
static int take_number(struct cursor *c, int *number)
{
    int count = 0;
    *number = 0;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++)
        if (++count <= 8)
            *number = *number * 10 + (*c->at - '0');
    return count;
}

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Takes what stands between two numbers: one of "/.-" with blanks around it, or a space among blanks. Which one: '/' for any of
 * the three; 0: neither. */
static char take_separator(struct cursor *c)
{
    char found = 0;
    for (; c->at < c->end; c->at++) {
        if (*c->at == ' ' && found == 0)
            found = ' ';
        else if ((*c->at == '/' || *c->at == '.' || *c->at == '-') && found != '/')
            found = '/';
        else if (!is_blank(*c->at))
            break;
    }
    return found;
}

/* The English month whose first three letters are next, or 0. */
static int take_month(struct cursor *c)
{
    static const char names[] = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
    if (c->end - c->at < 3)
        return 0;
    for (int month = 1; month <= 12; month++) {
        const char *name = names + 3 * (month - 1);
        if ((c->at[0] & ~0x20) == name[0] && (c->at[1] & ~0x20) == name[1] && (c->at[2] & ~0x20) == name[2]) {
            c->at += 3;
            return month;
        }
    }
    return 0;
}

static enum idocr_date made(int year, int month, int day, char *iso)
{
    return idocr_date_write(year, month, day, iso) ? IDOCR_DATE_FOUND : IDOCR_DATE_IMPOSSIBLE;
}

enum idocr_date idocr_date_read(const char *text, size_t length, char iso[IDOCR_DATE_LENGTH])
{
    struct cursor c = {text, text + length};
    if (length > LONGEST)
        return IDOCR_DATE_OTHER;
    int first, second, third;
    const int digits = take_number(&c, &first);

    if (digits == 8 && c.at == c.end)
        return made(first / 10000, first / 100 % 100, first % 100, iso);
    if (digits != 1 && digits != 2 && digits != 4)
        return IDOCR_DATE_OTHER;
    const char between = take_separator(&c);
    if (between == 0 || (digits == 4 && between == ' '))
        return IDOCR_DATE_OTHER;

    if (between == ' ' && c.at == text + digits + 1) {
        struct cursor word = c;
        second = take_month(&word);
        if (second != 0 && word.at < word.end && *word.at++ == ' ' && take_number(&word, &third) == 4 && word.at == word.end)
            return made(third, second, first, iso);
    }
    const int middle = take_number(&c, &second);
    if (middle != 1 && middle != 2)
        return IDOCR_DATE_OTHER;
    const char behind = take_separator(&c);
    if (behind == 0 || (digits == 4 && behind == ' '))
        return IDOCR_DATE_OTHER;
    const int last = take_number(&c, &third);
    if (c.at != c.end)
        return IDOCR_DATE_OTHER;
    if (digits == 4)
        return last == 1 || last == 2 ? made(first, second, third, iso) : IDOCR_DATE_OTHER;
    return last == 4 ? made(third, second, first, iso) : IDOCR_DATE_OTHER;
}
