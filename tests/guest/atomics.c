/* flags: -O2 -static -latomic */
/* Atomic operations of both widths and all kinds in one thread: the values before and after. */
#include "checksum.h"

#define ATOMICS(type)                                                                             \
    static uint64_t atomics_##type(uint64_t sum, uint64_t x, uint64_t y)                          \
    {                                                                                             \
        type cell = (type)x, expected = (type)y, operand = (type)y;                               \
                                                                                                  \
        sum = mix(sum, (uint64_t)__atomic_fetch_add(&cell, operand, __ATOMIC_SEQ_CST));           \
        sum = mix(sum, (uint64_t)__atomic_fetch_sub(&cell, 3, __ATOMIC_RELAXED));                 \
        sum = mix(sum, (uint64_t)__atomic_fetch_and(&cell, (type)(operand | 0x5a), 2));           \
        sum = mix(sum, (uint64_t)__atomic_fetch_or(&cell, operand, __ATOMIC_RELEASE));            \
        sum = mix(sum, (uint64_t)__atomic_fetch_xor(&cell, (type)0x1234567, __ATOMIC_ACQ_REL));   \
        sum = mix(sum, (uint64_t)__atomic_exchange_n(&cell, operand, __ATOMIC_SEQ_CST));          \
        sum = mix(sum, __atomic_compare_exchange_n(&cell, &expected, (type)(operand + 1), 0,      \
                                                   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));          \
        expected = (type)(cell + 1);                                                              \
        sum = mix(sum, __atomic_compare_exchange_n(&cell, &expected, 9, 0, __ATOMIC_ACQUIRE, 0)); \
        sum = mix(sum, (uint64_t)expected);                                                       \
        sum = mix(sum, (uint64_t)__atomic_nand_fetch(&cell, 6, __ATOMIC_SEQ_CST));                \
        __atomic_store_n(&cell, (type)(cell * 5), __ATOMIC_RELEASE);                              \
        __atomic_thread_fence(__ATOMIC_SEQ_CST);                                                  \
        return mix(sum, (uint64_t)__atomic_load_n(&cell, __ATOMIC_ACQUIRE));                      \
    }

ATOMICS(int8_t)
ATOMICS(uint16_t)
ATOMICS(int32_t)
ATOMICS(uint32_t)
ATOMICS(int64_t)
ATOMICS(uint64_t)

int main(void)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < COUNT(edges); i++) {
        for (unsigned j = 0; j < COUNT(edges); j++) {
            sum = atomics_int8_t(sum, edges[i], edges[j]);
            sum = atomics_uint16_t(sum, edges[i], edges[j]);
            sum = atomics_int32_t(sum, edges[i], edges[j]);
            sum = atomics_uint32_t(sum, edges[i], edges[j]);
            sum = atomics_int64_t(sum, edges[i], edges[j]);
            sum = atomics_uint64_t(sum, edges[i], edges[j]);
        }
    }
    print_sum("atomics", sum);
    return 0;
}
