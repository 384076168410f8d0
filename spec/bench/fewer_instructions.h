/* Included before csrc/base64_x86.c and csrc/base64_sha256.c to build them for a processor with fewer instruction sets:
 * FEWER=0 none of the special instruction sets (the portable code), FEWER=2 up to AVX2, no SHA instructions. */
#include <cpuid.h>
#include <string.h>

static inline int bench_supports(const char *set)
{
    return FEWER == 2 && (strcmp(set, "avx2") == 0 || strcmp(set, "ssse3") == 0);
}

#undef bit_SHA
#define bit_SHA 0
#define __builtin_cpu_supports(set) bench_supports(set)
