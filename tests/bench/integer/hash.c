/* rounds: 90 */
/* Words into an open-addressing table under FNV-1a, counted and looked up again. */
#include "../bench.h"

enum { SLOTS = 1 << 15, WORDS = 20000 };

typedef struct Slot {
    uint64_t hash;
    const char *word;
    unsigned count;
} Slot;

static Slot table[SLOTS];
static char words[WORDS][16];

static uint64_t hash_word(const char *word)
{
    uint64_t hash = 0xcbf29ce484222325;

    for (; *word; word++) {
        hash = (hash ^ (unsigned char)*word) * 0x100000001b3;
    }
    return hash;
}

static Slot *find(const char *word)
{
    uint64_t hash = hash_word(word);
    Slot *slot;

    for (uint64_t i = hash;; i++) {
        slot = &table[(i ^ i >> 32) & (SLOTS - 1)];
        if (!slot->word || (slot->hash == hash && strcmp(slot->word, word) == 0)) {
            slot->hash = hash;
            return slot;
        }
    }
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t seed = 1, sum = 0;

    for (unsigned i = 0; i < WORDS; i++) {
        unsigned length = 3 + next_random(&seed) % 8;

        for (unsigned j = 0; j < length; j++) {
            words[i][j] = (char)('a' + next_random(&seed) % (j < 2 ? 26 : 4));
        }
    }
    while (rounds--) {
        memset(table, 0, sizeof table);
        for (unsigned i = 0; i < WORDS; i++) {
            Slot *slot = find(words[i]);

            slot->word = words[i];
            slot->count++;
        }
        for (unsigned i = 0; i < WORDS; i++) {
            sum = mix(sum, find(words[i])->count);
        }
    }
    return sum;
}
