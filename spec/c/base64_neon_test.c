/* SPDX-License-Identifier: MIT
 *
 * Runs the tests of base64_test.c with the NEON kernel. On other processors its intrinsics are emulated in C.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tap.h"

#if !defined(__aarch64__)
#include "neon_on_paper.h"
#undef __x86_64__
#define __aarch64__ 1
#define IDOCR_NEON_ON_PAPER
#endif

#include "../../csrc/base64_arm.c"

#include "../../csrc/base64.c"

#include "base64_test.c"
