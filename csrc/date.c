/* SPDX-License-Identifier: MIT
 *
 * Writes dates as ISO 8601, and parses the date layouts of OCR services.
 */
#include "date.h"

#define EARLIEST 1800 /* years that a document can have a date of: misread digits give others */
#define LATEST 2199
#define LONGEST 64 /* bytes of a date with its blanks; the same limit as in decode/dates.lua */

static void put_digits(char iso[IDOCR_DATE_LENGTH], int year, int month, int day)
{
    for (int i = 3; i >= 0; i--, year /= 10)
        iso[i] = (char)('0' + year % 10);
    iso[4] = iso[7] = '-';
    iso[5] = (char)('0' + month / 10);
    iso[6] = (char)('0' + month % 10);
    iso[8] = (char)('0' + day / 10);
    iso[9] = (char)('0' + day % 10);
}

bool idocr_date_write(int year, int month, int day, char iso[IDOCR_DATE_LENGTH])
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < EARLIEST || year > LATEST || month < 1 || month > 12 || day < 1)
        return false;
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day > lengths[month - 1] + (month == 2 && leap))
        return false;
    put_digits(iso, year, month, day);
    return true;
}

void idocr_date_of_day(int64_t days, char iso[IDOCR_DATE_LENGTH])
{
    /* Years begin in March here, so that the leap day is the last day of a year. */
    const int since_0000_03_01 = (int)days + 719468;
    const int era = since_0000_03_01 / 146097, day_of_era = since_0000_03_01 % 146097; /* an era: 400 years */
    const int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int from_march = (5 * day_of_year + 2) / 153; /* 0 is March */
    const int month = from_march < 10 ? from_march + 3 : from_march - 9;
    put_digits(iso, era * 400 + year_of_era + (month <= 2), month, day_of_year - (153 * from_march + 2) / 5 + 1);
}

struct cursor {
    const char *at, *end;
};

/* Reads a run of digits and returns how many there were. Digits from the ninth on are not added: no date has so many. */
static int take_number(struct cursor *c, int *number)
{
    int count = 0;
    *number = 0;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++)
        if (++count <= 8)
            *number = *number * 10 + (*c->at - '0');
    return count;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Skips the separator between two numbers. Returns '/' for one of "/.-" with or without blanks around it, ' ' for blanks with
 * at least one space, and 0 for anything else. */
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

/* Reads the first three letters of an English month. Returns 1 to 12, or 0. */
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

static enum idocr_date result(int year, int month, int day, char *iso)
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
        return result(first / 10000, first / 100 % 100, first % 100, iso);
    if (digits != 1 && digits != 2 && digits != 4)
        return IDOCR_DATE_OTHER;
    const char separator = take_separator(&c);
    if (separator == 0 || (digits == 4 && separator == ' '))
        return IDOCR_DATE_OTHER;

    if (separator == ' ' && c.at == text + digits + 1) {
        struct cursor word = c;
        second = take_month(&word);
        if (second != 0 && word.at < word.end && *word.at++ == ' ' && take_number(&word, &third) == 4 && word.at == word.end)
            return result(third, second, first, iso);
    }
    const int middle = take_number(&c, &second);
    if (middle != 1 && middle != 2)
        return IDOCR_DATE_OTHER;
    const char second_separator = take_separator(&c);
    if (second_separator == 0 || (digits == 4 && second_separator == ' '))
        return IDOCR_DATE_OTHER;
    const int last = take_number(&c, &third);
    if (c.at != c.end)
        return IDOCR_DATE_OTHER;
    if (digits == 4)
        return last == 1 || last == 2 ? result(first, second, third, iso) : IDOCR_DATE_OTHER;
    return last == 4 ? result(third, second, first, iso) : IDOCR_DATE_OTHER;
}
