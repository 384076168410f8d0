/* SPDX-License-Identifier: MIT
 *
 * Dates in the layouts that machines print, into ISO 8601.
 */
#ifndef IDOCR_DATE_H
#define IDOCR_DATE_H

#include "visibility.h"

#include <stdbool.h>
#include <stddef.h>

IDOCR_HIDDEN_BEGIN

#define IDOCR_DATE_LENGTH 10 /* YYYY-MM-DD, no NUL */

enum idocr_date {
    IDOCR_DATE_FOUND,
    IDOCR_DATE_IMPOSSIBLE, /* one of the layouts, but no such day */
    IDOCR_DATE_OTHER       /* another layout, or no date */
};

/* Writes a day that the Gregorian calendar has, from the year 1000 to 9999. false: there is no such day. */
bool idocr_date_write(int year, int month, int day, char iso[IDOCR_DATE_LENGTH]);

/* Reads YYYYMMDD; year, month, day with one of "/.-" between; day, month, year with one of "/.- " between; day, English month of
 * three letters, year with a blank between. Blanks around "/.-" are passed over, before and behind the date they are not. */
enum idocr_date idocr_date_read(const char *text, size_t length, char iso[IDOCR_DATE_LENGTH]);

IDOCR_HIDDEN_END

#endif
