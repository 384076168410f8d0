/* SPDX-License-Identifier: MIT
 *
 * What the two files of the binding of idocr.curl share: lua_curl.c (a set of transfers) and lua_curl_transfer.c (one of them).
 */
#ifndef IDOCR_LUA_CURL_H
#define IDOCR_LUA_CURL_H

#include <unistd.h>

#include "lua_compat.h"
#include "transfer.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

#define IDOCR_TRANSFERS_METATABLE "idocr.transfers"
#define IDOCR_TRANSFER_METATABLE "idocr.transfer"

struct idocr_lua_transfers {
    struct idocr_transfers *set; /* NULL when closed */
};

struct idocr_lua_transfer {
    struct idocr_transfer *transfer; /* NULL after result(), or when the set was closed */
    pid_t pid;                       /* of the process that started it */
};

/* Returns the set at index 1. [-0, +0, e] */
struct idocr_lua_transfers *idocr_lua_checktransfers(lua_State *L);

/* Returns the string at `index`, or NULL for nil. Raises on a NUL in it. [-0, +0, e] */
const char *idocr_lua_opttext(lua_State *L, int index, const char *what);

/* Returns a string field of the table at `index`, or NULL. The table keeps the text alive. [-0, +0, e] */
const char *idocr_lua_textfield(lua_State *L, int index, const char *name);

/* Pushes the value that is anchored to the userdata at `index`: for a set, its table of transfers. [-0, +1, -] */
void idocr_lua_pushanchored(lua_State *L, int index);

/* Converts seconds, rounded up; 0 where they are not positive. */
int64_t idocr_lua_milliseconds(lua_Number seconds);

/* transfers:start(...): see lua_curl_transfer.c. */
int idocr_lua_transfers_start(lua_State *L);

/* Creates the class of transfers. [-0, +0, m] */
void idocr_lua_add_transfer(lua_State *L);

IDOCR_HIDDEN_END

#endif
