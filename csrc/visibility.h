/* SPDX-License-Identifier: MIT
 *
 * Included first by every header of ours: hides all symbols however the objects are built (LuaRocks passes no
 * visibility flag). Only IDOCR_EXPORT functions, the two luaopen_*, are seen from outside.
 */
#ifndef IDOCR_VISIBILITY_H
#define IDOCR_VISIBILITY_H

#pragma GCC visibility push(hidden)
#define IDOCR_EXPORT __attribute__((visibility("default")))

#endif
