/* Variable arguments of all classes, enough of each to spill onto the stack, and va_copy. */
#include <stdarg.h>
#include <stdio.h>

typedef struct Pair {
    long a;
    double b;
} Pair;

static double sum(const char *kinds, ...)
{
    double total = 0;
    va_list args, again;

    va_start(args, kinds);
    va_copy(again, args);
    for (const char *p = kinds; *p; p++) {
        switch (*p) {
        case 'i':
            total += va_arg(args, int);
            break;
        case 'l':
            total += (double)va_arg(args, long);
            break;
        case 'd':
            total += va_arg(args, double);
            break;
        case 'p': {
            Pair pair = va_arg(args, Pair);

            total += (double)pair.a + pair.b;
            break;
        }
        }
    }
    if (kinds[0] == 'i') {
        total += va_arg(again, int);
    }
    va_end(again);
    va_end(args);
    return total;
}

static int format(char *buf, size_t size, const char *text, ...)
{
    va_list args;
    int length;

    va_start(args, text);
    length = vsnprintf(buf, size, text, args);
    va_end(args);
    return length;
}

int main(void)
{
    Pair pair = { 40, 0.5 };
    char buf[200];

    printf("%g\n", sum("iiiiiiiiiiii", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
    printf("%g\n", sum("dddddddddddd", 1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11., 12.5));
    printf("%g\n", sum("idldpidpld", 1, 2.5, 3L, 4.5, pair, 6, 7.5, pair, 9L, 10.5));
    printf("%d ",
           format(buf, sizeof buf, "%d|%5.2f|%-8s|%c|%lx|%08u|%+d|%%|%s|%.3s|%*d", -1, 3.14159,
                  "left", 'c', 0xdeadbeefcafeL, 123u, 5, "end", "truncated", 6, 42));
    printf("%s\n", buf);
    printf("%d ", format(buf, 5, "%s", "longer than five"));
    printf("%s\n", buf);
    return 0;
}
