/* rounds: 9 */
/* Calls and returns: Fibonacci, Takeuchi, Ackermann, the towers of Hanoi. */
#include "../bench.h"

#define CALL static __attribute__((noinline, noclone))

CALL unsigned fibonacci(unsigned n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

CALL int tak(int x, int y, int z)
{
    return y >= x ? z : tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}

CALL unsigned ackermann(unsigned m, unsigned n)
{
    return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

CALL unsigned hanoi(unsigned n, unsigned from, unsigned to)
{
    unsigned over = 3 - from - to;

    return n == 0 ? from : hanoi(n - 1, from, over) * 3 + hanoi(n - 1, over, to) + to;
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t sum = 0;

    while (rounds--) {
        sum = mix(sum, fibonacci(28 + (rounds & 1)));
        sum = mix(sum, (uint64_t)tak(16, 11, 5 + (int)(rounds & 1)));
        sum = mix(sum, ackermann(2, 700));
        sum = mix(sum, ackermann(3, 7));
        sum = mix(sum, hanoi(18, 0, 2));
    }
    return sum;
}
