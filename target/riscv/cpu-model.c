/*
 * -cpu: which extensions the processor has.
 */
#include <string.h>

#include "riscv.h"

typedef struct Extension {
    const char *name;
    uint32_t bits; /* itself and what cannot be without it */
} Extension;

static const Extension extensions[] = {
    { "m", RV_EXT_M },
    { "a", RV_EXT_A },
    { "f", RV_EXT_F | RV_EXT_D | RV_EXT_ZFA | RV_EXT_ZFHMIN },
    { "d", RV_EXT_D },
    { "c", RV_EXT_C },
    { "zicsr", RV_EXT_ZICSR | RV_EXT_ZICNTR | RV_EXT_F | RV_EXT_D | RV_EXT_ZFA | RV_EXT_ZFHMIN },
    { "zifencei", RV_EXT_ZIFENCEI },
    { "zicntr", RV_EXT_ZICNTR },
    { "zihintpause", RV_EXT_ZIHINTPAUSE },
    { "zba", RV_EXT_ZBA },
    { "zbb", RV_EXT_ZBB },
    { "zbc", RV_EXT_ZBC },
    { "zbs", RV_EXT_ZBS },
    { "zicond", RV_EXT_ZICOND },
    { "zfa", RV_EXT_ZFA },
    { "zfhmin", RV_EXT_ZFHMIN },
};

static const Extension *find_extension(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
        if (strlen(extensions[i].name) == length && !strncmp(extensions[i].name, name, length)) {
            return &extensions[i];
        }
    }
    return NULL;
}

/* "zba=off"; on is the default of all and changes nothing. */
static bool parse_switch(const char *text, size_t length, uint64_t *ext)
{
    const char *equals = memchr(text, '=', length);
    const Extension *extension = equals ? find_extension(text, equals - text) : NULL;
    size_t value_length;

    if (!extension) {
        return false;
    }
    value_length = text + length - ++equals;
    if (value_length == 3 && !strncmp(equals, "off", 3)) {
        *ext &= ~(uint64_t)extension->bits;
        return true;
    }
    return value_length == 2 && !strncmp(equals, "on", 2);
}

bool rv_parse_cpu(const char *cpu, uint64_t *ret_ext, const char **ret_error)
{
    uint64_t ext = RV_EXT_ALL;
    size_t length = cpu ? strcspn(cpu, ",") : 0;

    if (cpu && !(length == 4 && !strncmp(cpu, "rv64", 4))) {
        *ret_error = "unknown processor; known: rv64, with extensions switched as in "
                     "rv64,zba=off,c=off";
        return false;
    }
    while (cpu && cpu[length]) {
        cpu += length + 1;
        length = strcspn(cpu, ",");
        if (!parse_switch(cpu, length, &ext)) {
            *ret_error = "bad extension switch; known: m, a, f, d, c, zicsr, zifencei, zicntr, "
                         "zihintpause, zba, zbb, zbc, zbs, zicond, zfa, zfhmin, each =on or =off";
            return false;
        }
    }
    *ret_ext = ext;
    return true;
}
