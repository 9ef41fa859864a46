/*
 * What the host CPU can do beyond SSE2, and --host-features.
 */
#ifndef TCG_BACKEND_X86_FEATURES_H
#define TCG_BACKEND_X86_FEATURES_H

#include <stdbool.h>
#include <stdio.h>

enum {
    X86_HAS_AVX = 1 << 0,
    X86_HAS_AVX2 = 1 << 1,
    X86_HAS_BMI1 = 1 << 2,
    X86_HAS_BMI2 = 1 << 3,
    X86_HAS_LZCNT = 1 << 4,
    X86_HAS_MOVBE = 1 << 5,
    X86_HAS_POPCNT = 1 << 6,
    X86_HAS_FMA = 1 << 7,
    X86_HAS_F16C = 1 << 8,
    X86_HAS_SSE41 = 1 << 9,
};

/* From cpuid; features that need the OS to save wide registers only if it does (XCR0). */
unsigned x86_cpu_features(void);

/*
 * Take the features that text ("-avx,-bmi2"; NULL: nothing) turns off out of *features, with
 * those that cannot be used without them.  False: *ret_error says which name is not known.
 */
bool x86_parse_features(const char *text, unsigned *features, const char **ret_error);

void x86_print_features(FILE *out, unsigned features);

#endif
