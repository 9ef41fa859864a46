/*
 * CPU features: cpuid (SDM volume 2, CPUID), the switches of --host-features.
 */
#include "features.h"

#include <cpuid.h>
#include <glib.h>
#include <string.h>

typedef struct Feature {
    const char *name;
    unsigned bit;
    unsigned implies; /* gone with it: encodings or registers they share */
} Feature;

static const Feature known[] = {
    { "avx", X86_HAS_AVX, X86_HAS_AVX2 | X86_HAS_FMA | X86_HAS_F16C },
    { "avx2", X86_HAS_AVX2, 0 },
    { "bmi1", X86_HAS_BMI1, 0 },
    { "bmi2", X86_HAS_BMI2, 0 },
    { "f16c", X86_HAS_F16C, 0 },
    { "fma", X86_HAS_FMA, 0 },
    { "lzcnt", X86_HAS_LZCNT, 0 },
    { "movbe", X86_HAS_MOVBE, 0 },
    { "popcnt", X86_HAS_POPCNT, 0 },
    /* A CPU or hypervisor with AVX and without SSE4.1 does not exist. */
    { "sse4.1", X86_HAS_SSE41, X86_HAS_AVX | X86_HAS_AVX2 | X86_HAS_FMA | X86_HAS_F16C },
};

/* The OS saves XMM and YMM: XCR0 bits 1 and 2. */
static bool os_saves_ymm(unsigned ecx)
{
    unsigned low, high;

    if (!(ecx & bit_OSXSAVE)) {
        return false;
    }
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & 6) == 6;
}

static unsigned when(bool has, unsigned features)
{
    return has ? features : 0;
}

unsigned x86_cpu_features(void)
{
    unsigned eax, ebx, ecx, edx, features = 0;
    bool ymm = false;

    if (__get_cpuid(1, &eax, &ebx, &ecx, &edx)) {
        ymm = os_saves_ymm(ecx) && ecx & bit_AVX;
        features |= when(ecx & bit_SSE4_1, X86_HAS_SSE41) | when(ecx & bit_MOVBE, X86_HAS_MOVBE) |
                    when(ecx & bit_POPCNT, X86_HAS_POPCNT) | when(ymm, X86_HAS_AVX) |
                    when(ymm && ecx & bit_FMA, X86_HAS_FMA) |
                    when(ymm && ecx & bit_F16C, X86_HAS_F16C);
    }
    if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) {
        /* BMI's VEX encodings need the OS's consent as well. */
        features |= when(ymm && ebx & bit_AVX2, X86_HAS_AVX2) |
                    when(ymm && ebx & bit_BMI, X86_HAS_BMI1) |
                    when(ymm && ebx & bit_BMI2, X86_HAS_BMI2);
    }
    if (__get_cpuid(0x80000001, &eax, &ebx, &ecx, &edx)) {
        features |= when(ecx & bit_LZCNT, X86_HAS_LZCNT);
    }
    return features;
}

static const Feature *find_feature(const char *name, size_t len)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(known); i++) {
        if (strlen(known[i].name) == len && strncmp(known[i].name, name, len) == 0) {
            return &known[i];
        }
    }
    return NULL;
}

bool x86_parse_features(const char *text, unsigned *features, const char **ret_error)
{
    while (text && *text) {
        size_t len = strcspn(text, ",");
        const Feature *feature = *text == '-' ? find_feature(text + 1, len - 1) : NULL;

        if (!feature) {
            *ret_error =
                "host features are turned off by -NAME, separated by commas; the names are "
                "avx, avx2, bmi1, bmi2, f16c, fma, lzcnt, movbe, popcnt, sse4.1";
            return false;
        }
        *features &= ~(feature->bit | feature->implies);
        text += len;
        text += *text == ',';
    }
    return true;
}

void x86_print_features(FILE *out, unsigned features)
{
    fputs("x86-64 sse2", out);
    for (unsigned i = 0; i < G_N_ELEMENTS(known); i++) {
        if (features & known[i].bit) {
            fprintf(out, " %s", known[i].name);
        }
    }
    fputc('\n', out);
}
