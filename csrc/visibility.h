/* SPDX-License-Identifier: MIT
 *
 * Hides all symbols of the shared objects except the luaopen_* functions, which are IDOCR_EXPORT.
 *
 * Each header declares its functions between IDOCR_HIDDEN_BEGIN and IDOCR_HIDDEN_END, so that they are hidden even when the build
 * lacks -fvisibility=hidden. Includes stay outside: symbols of other libraries must not become hidden.
 */
#ifndef IDOCR_VISIBILITY_H
#define IDOCR_VISIBILITY_H

#define IDOCR_HIDDEN_BEGIN _Pragma("GCC visibility push(hidden)")
#define IDOCR_HIDDEN_END _Pragma("GCC visibility pop")
#define IDOCR_EXPORT __attribute__((visibility("default")))

#endif
