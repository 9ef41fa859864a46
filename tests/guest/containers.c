/* qsort, bsearch, malloc under stress, a hash table, a balanced tree. */
#include <search.h>
#include <stdlib.h>

#include "checksum.h"

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static void sorting(void)
{
    enum { COUNT_ = 20000 };
    uint64_t *values = malloc(COUNT_ * sizeof *values), seed = 8, sum = 0, key;

    for (unsigned i = 0; i < COUNT_; i++) {
        values[i] = next_random(&seed) % 50000;
    }
    qsort(values, COUNT_, sizeof *values, compare);
    for (unsigned i = 0; i < COUNT_; i++) {
        sum = mix(sum, values[i]);
    }
    key = values[777];
    print_sum("qsort", sum);
    printf("bsearch %d\n", *(uint64_t *)bsearch(&key, values, COUNT_, 8, compare) == key);
    free(values);
}

static void allocating(void)
{
    enum { SLOTS = 512 };
    uint8_t *slots[SLOTS] = { NULL };
    size_t sizes[SLOTS] = { 0 };
    uint64_t seed = 21, sum = 0;

    for (unsigned i = 0; i < 40000; i++) {
        unsigned slot = next_random(&seed) % SLOTS;
        size_t size = next_random(&seed) % (i % 1000 == 0 ? 2000000 : 2000) + 1;

        if (slots[slot]) {
            sum = mix(sum, slots[slot][0] + slots[slot][sizes[slot] - 1]);
        }
        if (i & 1) {
            free(slots[slot]);
            slots[slot] = calloc(1, size);
        } else {
            slots[slot] = realloc(slots[slot], size);
        }
        slots[slot][0] = (uint8_t)i;
        slots[slot][size - 1] = (uint8_t)(i >> 8);
        sizes[slot] = size;
    }
    for (unsigned i = 0; i < SLOTS; i++) {
        free(slots[i]);
    }
    print_sum("malloc", sum);
}

static uint64_t tree_sum;

static void visit(const void *node, VISIT order, int depth)
{
    if (order == postorder || order == leaf) {
        tree_sum = mix(tree_sum, **(uint64_t *const *)node);
    }
}

static void trees(void)
{
    static uint64_t keys[5000];
    uint64_t seed = 4;
    void *root = NULL;

    for (unsigned i = 0; i < COUNT(keys); i++) {
        keys[i] = next_random(&seed) % 10000;
        tsearch(&keys[i], &root, compare);
    }
    for (unsigned i = 0; i < COUNT(keys); i += 3) {
        tdelete(&keys[i], &root, compare);
    }
    twalk(root, visit);
    print_sum("tree", tree_sum);
}

int main(void)
{
    sorting();
    allocating();
    trees();
    return 0;
}
