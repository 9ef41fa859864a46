/* rounds: 15 */
/* LZ77 with hash chains over generated text, and back. */
#include "../bench.h"

enum { SIZE = 1 << 18, WINDOW = 1 << 15, HASH = 1 << 14, MAX_CHAIN = 16, MIN_MATCH = 4 };

static uint8_t text[SIZE], packed[SIZE * 2], unpacked[SIZE];
static int32_t head[HASH], chain[WINDOW];

static uint32_t hash4(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, 4);
    return v * 2654435761u >> 18;
}

static unsigned match_length(const uint8_t *a, const uint8_t *b, const uint8_t *end)
{
    unsigned n = 0;

    while (b + n < end && n < 255 && a[n] == b[n]) {
        n++;
    }
    return n;
}

static unsigned find_match(unsigned at, unsigned *ret_distance)
{
    unsigned best = 0;
    int32_t candidate = head[hash4(text + at)];

    for (int tries = MAX_CHAIN; candidate >= 0 && tries > 0; tries--) {
        unsigned length;

        if (at - (unsigned)candidate >= WINDOW) {
            break;
        }
        length = match_length(text + candidate, text + at, text + SIZE);
        if (length > best) {
            best = length;
            *ret_distance = at - (unsigned)candidate;
        }
        candidate = chain[candidate & (WINDOW - 1)];
    }
    return best;
}

static void insert(unsigned at)
{
    uint32_t hash = hash4(text + at);

    chain[at & (WINDOW - 1)] = head[hash];
    head[hash] = (int32_t)at;
}

static size_t compress(void)
{
    uint8_t *out = packed;
    unsigned at = 0;

    memset(head, -1, sizeof head);
    while (at < SIZE) {
        unsigned distance = 0, length = at + 8 < SIZE ? find_match(at, &distance) : 0;

        if (length < MIN_MATCH) {
            length = 1;
            *out++ = 0;
            *out++ = text[at];
        } else {
            *out++ = (uint8_t)length;
            *out++ = (uint8_t)distance;
            *out++ = (uint8_t)(distance >> 8);
        }
        while (length-- > 0) {
            if (at + 8 < SIZE) {
                insert(at);
            }
            at++;
        }
    }
    return (size_t)(out - packed);
}

static size_t decompress(size_t size)
{
    uint8_t *out = unpacked;

    for (const uint8_t *in = packed; in < packed + size;) {
        unsigned length = *in++;

        if (length == 0) {
            *out++ = *in++;
            continue;
        }
        for (const uint8_t *from = out - (in[0] | in[1] << 8); length > 0; length--) {
            *out++ = *from++;
        }
        in += 2;
    }
    return (size_t)(out - unpacked);
}

static void write_text(void)
{
    static const char *const words[] = { "the ", "guest ",    "host ",    "register ",
                                         "of ",  "block ",    "and ",     "to ",
                                         "\n",   "translate", "a ",       "branch ",
                                         "in ",  "code ",     "memory, ", "is " };
    uint64_t seed = 3;

    for (size_t at = 0; at < SIZE;) {
        uint64_t pick = next_random(&seed);
        const char *word = words[pick & (pick >> 4) & 15];

        for (; *word && at < SIZE; word++) {
            text[at++] = (uint8_t)*word;
        }
        if ((pick >> 10 & 15) == 0 && at < SIZE) {
            text[at++] = (uint8_t)('0' + (pick >> 20) % 10);
        }
    }
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t sum = 0;

    write_text();
    while (rounds--) {
        size_t size = compress();

        sum = mix(sum, size);
        sum = mix(sum, decompress(size));
        sum = mix(sum, memcmp(text, unpacked, SIZE) == 0);
        text[rounds * 31 % SIZE] ^= 1;
    }
    return sum;
}
