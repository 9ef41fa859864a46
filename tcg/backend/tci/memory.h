/*
 * Memory as the guest sees it: any address, and one access where the host can.
 */
#ifndef TCG_BACKEND_TCI_MEMORY_H
#define TCG_BACKEND_TCI_MEMORY_H

#include <stdint.h>

/* Unaligned, and through volatile: neither split, merged nor left out. */
#define MEMORY_ACCESS(T)                                                                         \
    typedef T unaligned_##T __attribute__((aligned(1), may_alias));                              \
    __attribute__((no_sanitize("address"))) static inline T load_##T(uint64_t addr)              \
    {                                                                                            \
        return *(const volatile unaligned_##T *)(uintptr_t)addr;                                 \
    }                                                                                            \
    __attribute__((no_sanitize("address"))) static inline void store_##T(uint64_t addr, T value) \
    {                                                                                            \
        *(volatile unaligned_##T *)(uintptr_t)addr = value;                                      \
    }

MEMORY_ACCESS(uint8_t)
MEMORY_ACCESS(int8_t)
MEMORY_ACCESS(uint16_t)
MEMORY_ACCESS(int16_t)
MEMORY_ACCESS(uint32_t)
MEMORY_ACCESS(int32_t)
MEMORY_ACCESS(uint64_t)

#endif
