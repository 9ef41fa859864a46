/* flags: -O1 -static -frounding-math -ftrapping-math -lm */
/* The exception flags that single operations raise, and the rounding mode's effect on results. */
#include <fenv.h>
#include <math.h>
#include <stdio.h>

#define HIDE_F(x)                             \
    ({                                        \
        volatile __typeof__(x) hidden_ = (x); \
        hidden_;                              \
    })

static void show(const char *what, double value)
{
    int raised = fetestexcept(FE_ALL_EXCEPT);

    printf("%-22s %a%s%s%s%s%s\n", what, isnan(value) ? 0.0 : value,
           raised & FE_INVALID ? " invalid" : "", raised & FE_DIVBYZERO ? " divbyzero" : "",
           raised & FE_OVERFLOW ? " overflow" : "", raised & FE_UNDERFLOW ? " underflow" : "",
           raised & FE_INEXACT ? " inexact" : "");
    feclearexcept(FE_ALL_EXCEPT);
}

#define SHOW(expression) show(#expression, (double)(expression))

static void each_mode(int mode, const char *name)
{
    volatile double one = 1, three = 3, tiny = 4.9e-324, huge = 1.7976931348623157e308;
    volatile double zero = 0, inf = INFINITY, nan = NAN, small = 2.2250738585072014e-308;
    volatile float fone = 1, fthree = 3, fhuge = 3.4e38f, ftiny = 1e-45f;

    printf("%s %d\n", name, fegetround() == mode);
    feclearexcept(FE_ALL_EXCEPT);
    SHOW(one / three);
    SHOW(-one / three);
    SHOW(one / zero);
    SHOW(zero / zero);
    SHOW(huge + huge);
    SHOW(-huge - huge);
    SHOW(huge * three);
    SHOW(tiny / three);
    SHOW(tiny * one);
    SHOW(small - tiny);
    SHOW(small / three);
    SHOW(inf - inf);
    SHOW(inf * zero);
    SHOW(nan + one);
    SHOW(sqrt(-one));
    SHOW(sqrt(three));
    SHOW(one + tiny);
    SHOW(one - tiny);
    SHOW(fma(one, three, tiny));
    SHOW(fma(huge, three, -inf));
    SHOW(fma(inf, zero, one));
    SHOW((float)one / (float)three);
    SHOW(fone / fthree);
    SHOW(fhuge * fthree);
    SHOW(ftiny / fthree);
    SHOW((float)huge);
    SHOW((float)tiny);
    SHOW(lrint(three / 2));
    SHOW(rint(-three / 2));
    SHOW(one < nan);
    SHOW(one == nan);
    SHOW(isless(one, nan));
    SHOW(zero - zero);
}

int main(void)
{
    static const struct {
        int mode;
        const char *name;
    } modes[] = {
        { FE_TONEAREST, "nearest" },
        { FE_TOWARDZERO, "toward zero" },
        { FE_DOWNWARD, "down" },
        { FE_UPWARD, "up" },
    };

    for (unsigned i = 0; i < 4; i++) {
        if (fesetround(modes[i].mode) != 0) {
            printf("fesetround failed\n");
        }
        each_mode(modes[i].mode, modes[i].name);
    }
    fesetround(FE_TONEAREST);
    feraiseexcept(FE_OVERFLOW | FE_INVALID);
    show("feraiseexcept", 0);
    return 0;
}
