/* SPDX-License-Identifier: MIT
 *
 * Functions shared by the files of the binding of idocr.core. Only lua_*.c includes this.
 */
#ifndef IDOCR_LUA_CORE_H
#define IDOCR_LUA_CORE_H

#include "error.h"
#include "lua_compat.h"
#include "image.h"
#include "visibility.h"

IDOCR_HIDDEN_BEGIN

#define IDOCR_IMAGE_METATABLE "idocr.image"

/* Each adds its functions to the table on top of the stack and creates its classes. [-0, +0, m] */
void idocr_lua_add_text(lua_State *L);
void idocr_lua_add_small_file(lua_State *L);
void idocr_lua_add_image(lua_State *L);
void idocr_lua_add_body(lua_State *L);
void idocr_lua_add_tc3(lua_State *L);
void idocr_lua_add_seal(lua_State *L);
void idocr_lua_add_system(lua_State *L);
void idocr_lua_add_file(lua_State *L);
void idocr_lua_add_reply(lua_State *L);
void idocr_lua_add_card(lua_State *L);
void idocr_lua_add_signal(lua_State *L);

/* Pushes nil, message, code and returns 3. [-0, +3, m] */
int idocr_lua_fail(lua_State *L, const struct idocr_error *error);

/* Returns the picture at `index`; raises when it is another value or closed. [-0, +0, e] */
struct idocr_image *idocr_lua_checkimage(lua_State *L, int index);

/* Pushes the digest in hexadecimal. [-0, +1, m] */
void idocr_lua_pushhex(lua_State *L, const unsigned char *digest);

/* Returns the number of bytes at `index`; raises below `least`, limits it to 9e15. [-0, +0, e] */
unsigned long long idocr_lua_checkcount(lua_State *L, int index, int least);

IDOCR_HIDDEN_END

#endif
