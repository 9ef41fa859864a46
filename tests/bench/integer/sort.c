/* rounds: 8 */
/* Quicksort, heap sort and merge sort of the same numbers. */
#include "../bench.h"

enum { COUNT = 60000 };

static int32_t original[COUNT], values[COUNT], scratch[COUNT];

static void swap(int32_t *a, int32_t *b)
{
    int32_t t = *a;

    *a = *b;
    *b = t;
}

static void quicksort(int32_t *v, long low, long high)
{
    while (low < high) {
        int32_t pivot = v[(low + high) / 2];
        long i = low, j = high;

        while (i <= j) {
            while (v[i] < pivot) {
                i++;
            }
            while (v[j] > pivot) {
                j--;
            }
            if (i <= j) {
                swap(&v[i++], &v[j--]);
            }
        }
        quicksort(v, low, j);
        low = i;
    }
}

static void sift(int32_t *v, long root, long count)
{
    for (long child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && v[child] < v[child + 1]) {
            child++;
        }
        if (v[root] >= v[child]) {
            return;
        }
        swap(&v[root], &v[child]);
    }
}

static void heapsort_(int32_t *v, long count)
{
    for (long i = count / 2; i-- > 0;) {
        sift(v, i, count);
    }
    while (--count > 0) {
        swap(&v[0], &v[count]);
        sift(v, 0, count);
    }
}

static void merge_sort(int32_t *v, int32_t *tmp, long count)
{
    long half = count / 2, i = 0, j = half, n = 0;

    if (count < 2) {
        return;
    }
    merge_sort(v, tmp, half);
    merge_sort(v + half, tmp, count - half);
    while (i < half && j < count) {
        tmp[n++] = v[j] < v[i] ? v[j++] : v[i++];
    }
    while (i < half) {
        tmp[n++] = v[i++];
    }
    memcpy(v, tmp, (size_t)n * sizeof *v);
}

static uint64_t checksum(uint64_t sum)
{
    for (unsigned i = 0; i < COUNT; i += 97) {
        sum = mix(sum, (uint64_t)values[i]);
    }
    return sum;
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t seed = 2, sum = 0;

    while (rounds--) {
        for (unsigned i = 0; i < COUNT; i++) {
            original[i] = (int32_t)next_random(&seed);
        }
        memcpy(values, original, sizeof values);
        quicksort(values, 0, COUNT - 1);
        sum = checksum(sum);
        memcpy(values, original, sizeof values);
        heapsort_(values, COUNT);
        sum = checksum(sum);
        memcpy(values, original, sizeof values);
        merge_sort(values, scratch, COUNT);
        sum = checksum(sum);
    }
    return sum;
}
