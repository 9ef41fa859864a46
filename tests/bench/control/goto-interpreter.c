/* rounds: 60 */
/* A stack machine interpreted with computed goto: nested loops over a small table. */
#include "../bench.h"

enum Opcode { PUSH, GET, PUT, ADD, SUB, MUL, AND, LOAD, STORE, NOT_ZERO, LESS, HALT };

/* for (i = n; i; i--) for (j = 0; j < 50; j++) table[i + j & 63] += i * j - table[j]; */
static const int16_t program[] = {
    GET,  0, PUT,      1,                                   /*  0: i = n */
    PUSH, 0, PUT,      2,                                   /*  4: j = 0 */
    GET,  1, GET,      2,   ADD,  PUSH, 63,    AND, PUT, 3, /*  8: k = i + j & 63 */
    GET,  3, LOAD,     GET, 1,    GET,  2,     MUL, ADD,    /* 18: table[k] + i * j */
    GET,  2, LOAD,     SUB, GET,  3,    STORE,              /* 27: - table[j] -> table[k] */
    GET,  2, PUSH,     1,   ADD,  PUT,  2,                  /* 34: j++ */
    GET,  2, PUSH,     50,  LESS, 8,                        /* 41: j < 50: to 8 */
    GET,  1, PUSH,     1,   SUB,  PUT,  1,                  /* 47: i-- */
    GET,  1, NOT_ZERO, 4,                                   /* 54: i != 0: to 4 */
    HALT,
};

static int64_t table[64];

static int64_t interpret(const int16_t *code, int64_t n)
{
    static const void *const labels[] = { &&push, &&get,  &&put,   &&add,      &&sub,  &&mul,
                                          &&and,  &&load, &&store, &&not_zero, &&less, &&halt };
    int64_t stack[16], locals[4] = { n }, *top = stack;
    const int16_t *pc = code;

#define NEXT goto *labels[*pc++]
    NEXT;
push:
    *top++ = *pc++;
    NEXT;
get:
    *top++ = locals[*pc++];
    NEXT;
put:
    locals[*pc++] = *--top;
    NEXT;
add:
    top--;
    top[-1] += top[0];
    NEXT;
sub:
    top--;
    top[-1] -= top[0];
    NEXT;
mul:
    top--;
    top[-1] = (int64_t)((uint64_t)top[-1] * (uint64_t)top[0]) & 0xffffffff;
    NEXT;
    and : top--;
    top[-1] &= top[0];
    NEXT;
load:
    top[-1] = table[top[-1]];
    NEXT;
store:
    top -= 2;
    table[top[1]] = top[0] & 0xffffffffff;
    NEXT;
not_zero:
    pc = *--top ? code + *pc : pc + 1;
    NEXT;
less:
    top -= 2;
    pc = top[0] < top[1] ? code + *pc : pc + 1;
    NEXT;
halt:
    return table[7];
#undef NEXT
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t sum = 0;

    while (rounds--) {
        sum = mix(sum, (uint64_t)interpret(program, 1500));
    }
    return sum;
}
