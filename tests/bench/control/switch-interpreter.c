/* rounds: 90 */
/* A register machine interpreted with a switch: primes, a checksum and a sort in its code. */
#include "../bench.h"

enum Opcode { LOAD, ADD, SUB, MUL, MOD, LESS, EQUAL, JUMP, BRANCH, STORE, FETCH, XOR, SHIFT, HALT };

typedef struct Insn {
    uint8_t code, a, b, c;
    int32_t imm;
} Insn;

/* r1..: counts the primes below r9 by trial division, mixing each into r8. */
static const Insn program[] = {
    { LOAD, 1, 0, 0, 2 },    /*  0: candidate = 2 */
    { LOAD, 7, 0, 0, 1 },    /*  1: one */
    { LOAD, 2, 0, 0, 2 },    /*  2: divisor = 2 */
    { MUL, 3, 2, 2, 0 },     /*  3: square */
    { LESS, 4, 1, 3, 0 },    /*  4: candidate < square */
    { BRANCH, 4, 0, 0, 11 }, /*  5: prime */
    { MOD, 5, 1, 2, 0 },     /*  6 */
    { EQUAL, 6, 5, 0, 0 },   /*  7: rest == r0 */
    { BRANCH, 6, 0, 0, 15 }, /*  8: composite */
    { ADD, 2, 2, 7, 0 },     /*  9: divisor++ */
    { JUMP, 0, 0, 0, 3 },    /* 10 */
    { XOR, 8, 8, 1, 0 },     /* 11: prime: mix */
    { SHIFT, 8, 8, 0, 3 },   /* 12 */
    { STORE, 8, 1, 0, 0 },   /* 13: memory[candidate & mask] = mix */
    { FETCH, 10, 8, 0, 0 },  /* 14: and read another one */
    { ADD, 1, 1, 7, 0 },     /* 15: candidate++ */
    { LESS, 4, 1, 9, 0 },    /* 16 */
    { BRANCH, 4, 0, 0, 2 },  /* 17 */
    { HALT, 0, 0, 0, 0 },    /* 18 */
};

static uint64_t memory[256];

static uint64_t interpret(const Insn *code, uint64_t limit)
{
    uint64_t r[16] = { [9] = limit };

    for (const Insn *pc = code;; pc++) {
        switch (pc->code) {
        case LOAD:
            r[pc->a] = (uint64_t)(int64_t)pc->imm;
            break;
        case ADD:
            r[pc->a] = r[pc->b] + r[pc->c];
            break;
        case SUB:
            r[pc->a] = r[pc->b] - r[pc->c];
            break;
        case MUL:
            r[pc->a] = r[pc->b] * r[pc->c];
            break;
        case MOD:
            r[pc->a] = r[pc->b] % r[pc->c];
            break;
        case LESS:
            r[pc->a] = r[pc->b] < r[pc->c];
            break;
        case EQUAL:
            r[pc->a] = r[pc->b] == r[pc->c];
            break;
        case JUMP:
            pc = code + pc->imm - 1;
            break;
        case BRANCH:
            if (r[pc->a]) {
                pc = code + pc->imm - 1;
            }
            break;
        case STORE:
            memory[r[pc->b] & 255] = r[pc->a];
            break;
        case FETCH:
            r[pc->a] += memory[r[pc->b] & 255];
            break;
        case XOR:
            r[pc->a] = r[pc->b] ^ r[pc->c];
            break;
        case SHIFT:
            r[pc->a] = r[pc->b] << pc->imm | r[pc->b] >> (64 - pc->imm);
            break;
        case HALT:
            return r[8] ^ r[10];
        }
    }
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t sum = 0;

    while (rounds--) {
        sum = mix(sum, interpret(program, 5000 + rounds));
    }
    return sum;
}
