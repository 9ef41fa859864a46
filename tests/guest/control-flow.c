/* Recursion, mutual recursion, function pointers, switches dense and sparse, computed goto. */
#include "checksum.h"

static unsigned ackermann(unsigned m, unsigned n)
{
    return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

static int is_odd(unsigned n);

static __attribute__((noinline)) int is_even(unsigned n)
{
    return n == 0 ? 1 : is_odd(HIDE(n - 1));
}

static __attribute__((noinline)) int is_odd(unsigned n)
{
    return n == 0 ? 0 : is_even(HIDE(n - 1));
}

static int add3(int x)
{
    return x + 3;
}

static int times5(int x)
{
    return (int)((unsigned)x * 5u);
}

static int flip(int x)
{
    return ~x;
}

static int dense(int x)
{
    switch (x) {
    case 0:
        return 17;
    case 1:
        return x * 31;
    case 2:
        return x - 9;
    case 3:
    case 4:
        return x << 3;
    case 5:
        return -x;
    case 6:
        x += 4; /* fall through */
    case 7:
        return x ^ 0x55;
    case 8:
        return 1;
    default:
        return 1000 + x;
    }
}

static const char *sparse(long x)
{
    switch (x) {
    case -1000000:
        return "minus a million";
    case -1:
        return "minus one";
    case 0:
        return "zero";
    case 42:
        return "answer";
    case 65536:
        return "64k";
    case 1L << 40:
        return "a terabyte";
    default:
        return "other";
    }
}

/* A machine of five instructions. */
static long interpret(const unsigned char *code)
{
    static const void *const labels[] = { &&halt, &&push, &&add, &&multiply, &&loop };
    long stack[16], *top = stack, count = 1000;
    const unsigned char *pc = code;

    goto *labels[*pc];
push:
    *top++ = pc[1];
    pc += 2;
    goto *labels[*pc];
add:
    top--;
    top[-1] += top[0];
    pc++;
    goto *labels[*pc];
multiply:
    top--;
    top[-1] = top[-1] * top[0] % 1000003;
    pc++;
    goto *labels[*pc];
loop:
    pc = --count ? code + pc[1] : pc + 2;
    goto *labels[*pc];
halt:
    return top[-1];
}

int main(void)
{
    static int (*const table[])(int) = { add3, times5, flip, dense };
    static const unsigned char code[] = { 1, 7, 1, 13, 3, 1, 5, 2, 4, 2, 0 };
    static const long values[] = { -1000000, -1, 0, 42, 65536, 1L << 40, 43 };
    int x = 1;

    printf("%u %u\n", ackermann(2, 300), ackermann(3, 6));
    printf("%d %d\n", is_even(100000), is_odd(99999));
    for (int i = 0; i < 1000; i++) {
        x = table[(x ^ i) & 3](x);
    }
    printf("%d\n", x);
    for (int i = -2; i < 12; i++) {
        printf("%d ", dense(HIDE(i)));
    }
    printf("\n");
    for (unsigned i = 0; i < COUNT(values); i++) {
        printf("%s\n", sparse(HIDE((long)values[i])));
    }
    printf("%ld\n", interpret(code));
    return 0;
}
