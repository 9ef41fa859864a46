/* Structures passed and returned: in integer, floating-point and mixed registers, by reference, bit fields. */
#include <stdio.h>

typedef struct {
    char c;
} One;

typedef struct {
    float x, y;
} Floats;

typedef struct {
    double d;
    int i;
} Mixed;

typedef struct {
    long a, b;
} Two;

typedef struct {
    long a[5];
} Big;

typedef struct {
    unsigned low : 3;
    int middle : 7;
    unsigned long long high : 40;
} Bits;

typedef union {
    double d;
    unsigned long u;
} Pun;

#define CALL __attribute__((noinline, noipa))

static CALL One one(One v, int n)
{
    v.c = (char)(v.c + n);
    return v;
}

static CALL Floats floats(Floats a, float f, Floats b)
{
    return (Floats){ a.x * f + b.y, a.y - b.x };
}

static CALL Mixed mixed(int i, Mixed a, double d, Mixed b)
{
    return (Mixed){ a.d * d - b.d, a.i + b.i * i };
}

static CALL Two two(int a, int b, int c, int d, int e, int f, int g, Two split)
{
    return (Two){ split.a + a + b + c + d, split.b + e + f + g };
}

static CALL Big big(Big v, long n)
{
    for (int i = 0; i < 5; i++) {
        v.a[i] = v.a[i] * n + i;
    }
    return v;
}

static CALL Bits bits(Bits v)
{
    return (Bits){ v.low + 5, -v.middle, v.high ^ 0xffff };
}

int main(void)
{
    One o = one((One){ 'a' }, 3);
    Floats f = floats((Floats){ 1.5f, 2.5f }, 3.0f, (Floats){ 0.25f, 0.125f });
    Mixed m = mixed(3, (Mixed){ 1.25, 4 }, 2.0, (Mixed){ 0.5, 6 });
    Two t = two(1, 2, 3, 4, 5, 6, 7, (Two){ 100, 200 });
    Big b = big((Big){ { 1, 2, 3, 4, 5 } }, 7);
    Bits v = bits((Bits){ 4, 33, 0x123456789a });
    Pun p = { .d = -1.5 };

    printf("%c %g %g %g %d %ld %ld\n", o.c, (double)f.x, (double)f.y, m.d, m.i, t.a, t.b);
    printf("%ld %ld %ld %ld %ld\n", b.a[0], b.a[1], b.a[2], b.a[3], b.a[4]);
    printf("%u %d %llx %lx\n", v.low, v.middle, (unsigned long long)v.high, p.u);
    return 0;
}
