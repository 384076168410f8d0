/* SPDX-License-Identifier: MIT
 *
 * Every header of ours declares its functions between IDOCR_HIDDEN_BEGIN and IDOCR_HIDDEN_END, which hides them however
 * the objects are built, flag or no flag. Includes stay outside: what another library exports must not become hidden.
 * Only IDOCR_EXPORT functions, the two luaopen_*, are seen from outside.
 */
#ifndef IDOCR_VISIBILITY_H
#define IDOCR_VISIBILITY_H

#define IDOCR_HIDDEN_BEGIN _Pragma("GCC visibility push(hidden)")
#define IDOCR_HIDDEN_END _Pragma("GCC visibility pop")
#define IDOCR_EXPORT __attribute__((visibility("default")))

#endif
