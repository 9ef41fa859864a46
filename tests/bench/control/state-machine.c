/* rounds: 45 */
/* A scanner of C-like text, one switch over states and one over characters. */
#include <ctype.h>

#include "../bench.h"

enum { SIZE = 1 << 18 };
typedef enum State { BLANK, WORD, NUMBER, STRING, ESCAPE, SLASH, COMMENT, STAR, LINE } State;

static char text[SIZE];

static State start(int c)
{
    switch (c) {
    case '"':
        return STRING;
    case '/':
        return SLASH;
    case '0' ... '9':
        return NUMBER;
    case 'a' ... 'z':
    case 'A' ... 'Z':
    case '_':
        return WORD;
    default:
        return BLANK;
    }
}

static State advance(State state, int c)
{
    switch (state) {
    case WORD:
        return isalnum(c) || c == '_' ? WORD : start(c);
    case NUMBER:
        return isdigit(c) || c == '.' ? NUMBER : start(c);
    case STRING:
        return c == '\\' ? ESCAPE : c == '"' || c == '\n' ? BLANK : STRING;
    case ESCAPE:
        return STRING;
    case SLASH:
        return c == '*' ? COMMENT : c == '/' ? LINE : start(c);
    case COMMENT:
        return c == '*' ? STAR : COMMENT;
    case STAR:
        return c == '/' ? BLANK : c == '*' ? STAR : COMMENT;
    case LINE:
        return c == '\n' ? BLANK : LINE;
    default:
        return start(c);
    }
}

static void write_text(void)
{
    static const char *const pieces[] = {
        "int ", "x = ", "42",     " + ", "y12", ";\n", "\"a \\\"b\\\"\"", "/* c * */", "// d\n",
        "f(",   ")",    " 3.14 ", "/",   "{ ",  "}\n", "return "
    };
    uint64_t seed = 15;
    size_t at = 0;

    while (at + 16 < SIZE) {
        at += (size_t)sprintf(text + at, "%s", pieces[next_random(&seed) >> 60]);
    }
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t counts[9] = { 0 }, sum = 0;

    write_text();
    while (rounds--) {
        State state = BLANK;

        for (const char *p = text; *p; p++) {
            State next = advance(state, (unsigned char)*p);

            counts[next] += next != state;
            state = next;
        }
        for (unsigned i = 0; i < 9; i++) {
            sum = mix(sum, counts[i]);
        }
    }
    return sum;
}
