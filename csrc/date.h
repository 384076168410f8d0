/* SPDX-License-Identifier: MIT
 *
 * The calendar: writes dates as ISO 8601, and parses the date layouts that OCR services return.
 */
#ifndef IDOCR_DATE_H
#define IDOCR_DATE_H

#include "visibility.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

IDOCR_HIDDEN_BEGIN

#define IDOCR_DATE_LENGTH 10 /* YYYY-MM-DD, no NUL */

enum idocr_date {
    IDOCR_DATE_FOUND,
    IDOCR_DATE_IMPOSSIBLE, /* a known layout, but the calendar has no such day */
    IDOCR_DATE_OTHER       /* an unknown layout, or not a date */
};

/* Writes a day of the Gregorian calendar, years 1800 to 2199. false: there is no such day. */
bool idocr_date_write(int year, int month, int day, char iso[IDOCR_DATE_LENGTH]);

/* Writes the day that is `days` days after 1970-01-01, at most in the year 9999. No locale, no time zone. */
void idocr_date_of_day(int64_t days, char iso[IDOCR_DATE_LENGTH]);

/* Parses YYYYMMDD; year, month, day with one of "/.-" between; day, month, year with one of "/.- " between; day, English month of
 * three letters, year with one blank between. Skips blanks around "/.-", but not before or after the date. */
enum idocr_date idocr_date_read(const char *text, size_t length, char iso[IDOCR_DATE_LENGTH]);

IDOCR_HIDDEN_END

#endif
