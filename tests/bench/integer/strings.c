/* rounds: 210 */
/* Text split into lines and words, upper-cased, searched, and numbers read from it and printed to it. */
#include <ctype.h>

#include "../bench.h"

enum { SIZE = 1 << 16 };

static char text[SIZE], copy[SIZE], line[256];

static uint64_t split(char *p)
{
    uint64_t words = 0;
    char *state;

    for (char *word = strtok_r(p, " ,\n", &state); word; word = strtok_r(NULL, " ,\n", &state)) {
        words = words * 33 + strlen(word);
        if (isdigit((unsigned char)*word)) {
            words += strtoul(word, NULL, 10);
        }
    }
    return words;
}

/* Horspool's search. */
static unsigned count_matches(const char *haystack, size_t size, const char *needle)
{
    size_t length = strlen(needle), shift[256];
    unsigned count = 0;

    for (unsigned i = 0; i < 256; i++) {
        shift[i] = length;
    }
    for (size_t i = 0; i + 1 < length; i++) {
        shift[(unsigned char)needle[i]] = length - 1 - i;
    }
    for (size_t at = 0; at + length <= size;
         at += shift[(unsigned char)haystack[at + length - 1]]) {
        size_t i = length;

        while (i > 0 && haystack[at + i - 1] == needle[i - 1]) {
            i--;
        }
        count += i == 0;
    }
    return count;
}

static uint64_t transform(void)
{
    uint64_t sum = 0;

    for (const char *p = copy; *p;) {
        const char *end = strchr(p, '\n');
        size_t length = end ? (size_t)(end - p) : strlen(p);

        length = length < sizeof line ? length : sizeof line - 1;
        memcpy(line, p, length);
        line[length] = 0;
        for (char *q = line; *q; q++) {
            *q = (char)toupper((unsigned char)*q);
        }
        sum = mix(sum, (unsigned char)line[length / 2] + length);
        p = end ? end + 1 : p + strlen(p);
    }
    return sum;
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t seed = 6, sum = 0;
    size_t at = 0;

    while (at + 32 < SIZE) {
        uint64_t pick = next_random(&seed);

        switch (pick % 5) {
        case 0:
            at += (size_t)sprintf(text + at, "%llu ", (unsigned long long)(pick >> 40));
            break;
        case 1:
            at += (size_t)sprintf(text + at, "%s\n", pick & 64 ? "needle" : "noodle");
            break;
        default:
            at += (size_t)sprintf(text + at, "%.*s, ", (int)(pick >> 8 & 7) + 1, "haystacks");
        }
    }
    while (rounds--) {
        memcpy(copy, text, SIZE);
        sum = mix(sum, count_matches(copy, at, "needle"));
        sum = mix(sum, transform());
        sum = mix(sum, split(copy));
    }
    return sum;
}
