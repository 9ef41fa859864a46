/* flags: -O2 -static -lm */
/* exit: 0 */
/* Quad precision, all of it software that leans on 128-bit integers and the rounding mode. */
#include <fenv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    volatile long double one = 1, three = 3, x = 1.1L;
    long double sum = 0, product = 1;

    printf("%.33Lg %.33Lg\n", one / three, sqrtl(2));
    for (int i = 1; i < 200; i++) {
        sum += one / i;
        product *= 1 + x / i;
    }
    printf("%.33Lg %.33Lg\n", sum, product);
    printf("%d %d %d\n", x < one, x == 1.1L, (int)(x * 10));
    printf("%.17g %.9g\n", (double)(one / three), (double)(float)(x / three));
    printf("%lld %llu\n", (long long)(-x * 1e18L), (unsigned long long)(x * 1.5e19L));
    printf("%.33Lg %.33Lg\n", (long double)-9007199254740993LL, (long double)0.1);
    printf("%.33Lg\n", strtold("3.14159265358979323846264338327950288", NULL));
    printf("%La %La\n", one / three, 1e-4940L * 1e-20L);
    fesetround(FE_UPWARD);
    printf("%.33Lg\n", one / three);
    fesetround(FE_TONEAREST);
    printf("%.25Lg %.25Lg\n", expl(1), sinl(1));
    return 0;
}
