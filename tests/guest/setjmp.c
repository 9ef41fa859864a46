/* flags: -O2 -static -Wno-clobbered */
/* Jumps out of deep calls, back into loops, with floating-point registers to restore, and out of a handler. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

static jmp_buf back;
static sigjmp_buf from_handler;

static int dive(int depth, double x)
{
    if (depth == 0) {
        longjmp(back, (int)x);
    }
    return dive(depth - 1, x * 1.5) + 1;
}

static void on_signal(int number)
{
    siglongjmp(from_handler, number);
}

int main(void)
{
    volatile int rounds = 0;
    double kept = 0.1;

    __asm__ volatile("" : "+m"(kept));
    for (volatile int i = 1; i < 20; i++) {
        int value = setjmp(back);

        if (value == 0) {
            rounds += dive(i, 1.0 + i);
        } else {
            printf("depth %d: %d\n", i, value);
        }
    }
    printf("%d %g\n", rounds, kept);
    printf("longjmp 0 is %d\n", ({
               int value = setjmp(back);

               if (value == 0) {
                   longjmp(back, 0);
               }
               value;
           }));
    signal(SIGUSR1, on_signal);
    for (volatile int i = 0; i < 3; i++) {
        if (sigsetjmp(from_handler, 1) == 0) {
            raise(SIGUSR1);
            printf("not reached\n");
        } else {
            printf("out of handler %d\n", i);
        }
    }
    return 0;
}
