/* The string functions against simple loops, at all alignments and lengths, up to a page's end. */
#include <stdlib.h>
#include <sys/mman.h>

#include "checksum.h"

static void fill(char *p, size_t n, uint64_t *seed)
{
    for (size_t i = 0; i < n; i++) {
        p[i] = (char)('a' + next_random(seed) % 26);
    }
    p[n] = 0;
}

static void against_loops(char *area, size_t size)
{
    uint64_t seed = 2, sum = 0;
    char copy[300];

    for (unsigned n = 0; n < 200; n++) {
        char *p = area + size - n - 1; /* the terminator is the page's last byte */

        fill(p, n, &seed);
        sum = mix(sum, strlen(p) == n);
        sum = mix(sum, (uint64_t)(strchr(p, 'q') ? strchr(p, 'q') - p : -1));
        sum = mix(sum, (uint64_t)(strrchr(p, 'q') ? strrchr(p, 'q') - p : -1));
        memset(copy, 'Z', sizeof copy);
        memcpy(copy + n % 16, p, n + 1);
        sum = mix(sum, (uint64_t)(memcmp(copy + n % 16, p, n + 1) == 0));
        sum = mix(sum, (uint64_t)(strcmp(copy + n % 16, p) == 0));
        memmove(copy + 1, copy, 250);
        memmove(copy, copy + 3, 250);
        for (unsigned i = 0; i < sizeof copy; i++) {
            sum = mix(sum, (uint64_t)copy[i] & 0xff);
        }
        sum = mix(sum, strspn(p, "abcdefghijklm") * 100 + strcspn(p, "xyz"));
        sum = mix(sum, (uint64_t)(memchr(p, 'e', n) ? (char *)memchr(p, 'e', n) - p : -1));
    }
    print_sum("loops", sum);
}

int main(void)
{
    enum { SIZE = 8192 };
    char *area = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char text[100] = "one,two;three four", *state;

    munmap(area + 4096, 4096);
    against_loops(area, 4096);
    for (char *word = strtok_r(text, ",; ", &state); word; word = strtok_r(NULL, ",; ", &state)) {
        printf("[%s]", word);
    }
    printf("\n%ld %lu %ld\n", strtol("-123456789012", NULL, 10), strtoul("0xffffffffff", NULL, 0),
           strtol("zz", NULL, 36));
    printf("%s\n", strstr("the needle in the haystack", "needle in"));
    return 0;
}
