/*
 * How libFuzzer changes IR text: by words and lines, so that much of what comes out parses.
 *
 * A word is exchanged for one of its kind: a value for a value, an operation or a type for another, a
 * number for an edge.  A line is dropped, moved, or repeated with an output of its own.  Now and then bytes
 * change as in any other target.
 */
#include <glib.h>
#include <string.h>

#include "fuzz.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

typedef struct Mutator {
    GRand *rand;
    char **lines;
    unsigned nb_lines;
} Mutator;

static unsigned below(Mutator *m, unsigned limit)
{
    return limit ? (unsigned)g_rand_int_range(m->rand, 0, (int)limit) : 0;
}

static const char *edge_number(Mutator *m)
{
    static const char *const edges[] = {
        "0",          "1",          "-1",          "2",
        "3",          "4",          "7",           "8",
        "15",         "16",         "31",          "32",
        "63",         "64",         "127",         "128",
        "255",        "0xff",       "0xffff",      "0x7fffffff",
        "0x80000000", "0xffffffff", "0x100000000", "0x7fffffffffffffff",
        "-128",       "-129",       "-2147483648", "0x8000000000000000",
    };

    return edges[below(m, G_N_ELEMENTS(edges))];
}

/* "add.i64": one half of it. */
static char *other_operation(Mutator *m, const char *word)
{
    const char *dot = strchr(word, '.');
    const char *code = tcg_op_info[below(m, TCG_OP_COUNT)].name;

    if (below(m, 2)) {
        return g_strdup_printf("%s%s", code, dot);
    }
    return g_strdup_printf("%.*s.%s", (int)(dot - word), word,
                           tcg_type_name(1 + below(m, TCG_TYPE_COUNT - 1)));
}

static bool is_operation(const char *word)
{
    return g_ascii_isalpha(*word) && strchr(word, '.');
}

/* "a, b, #c" by blanks: words keep their commas. */
static char *random_word(Mutator *m)
{
    g_auto(GStrv) words = g_strsplit(m->lines[below(m, m->nb_lines)], " ", -1);

    return g_strdup(words[0] ? words[below(m, g_strv_length(words))] : "");
}

static bool same_kind(const char *a, const char *b)
{
    return *b && !is_operation(b) && (*a == '#') == (*b == '#') &&
           (strchr(a, ',') != NULL) == (strchr(b, ',') != NULL);
}

static char *other_word(Mutator *m, const char *word)
{
    bool number = g_ascii_isdigit(word[*word == '#' || *word == '-']);

    if (is_operation(word)) {
        return other_operation(m, word);
    }
    if (number && below(m, 2)) {
        return g_strdup_printf("%s%s%s", *word == '#' ? "#" : "", edge_number(m),
                               strchr(word, ',') ? "," : "");
    }
    for (unsigned tries = 0; tries < 8; tries++) {
        char *other = random_word(m);

        if (same_kind(word, other)) {
            return other;
        }
        g_free(other);
    }
    return g_strdup(word);
}

static void change_word(Mutator *m)
{
    char **line = &m->lines[below(m, m->nb_lines)], *changed;
    g_auto(GStrv) words = g_strsplit(*line, " ", -1);
    unsigned n = below(m, g_strv_length(words));

    if (!words[0] || !*words[n]) {
        return;
    }
    changed = other_word(m, words[n]);
    g_free(words[n]);
    words[n] = changed;
    g_free(*line);
    *line = g_strjoinv(" ", words);
}

static unsigned free_temp(const Mutator *m)
{
    unsigned highest = 0;

    for (unsigned n = 0; n < m->nb_lines; n++) {
        for (const char *at = m->lines[n]; (at = strchr(at, '%')); at++) {
            unsigned number = (unsigned)g_ascii_strtoull(at + 1, NULL, 10);

            highest = number < 1000 ? MAX(highest, number + 1) : highest;
        }
    }
    return highest;
}

/* Again behind itself; a temporary is assigned once. */
static void repeat_line(Mutator *m)
{
    unsigned n = below(m, m->nb_lines);
    const char *line = m->lines[n], *equals = strstr(line, " = ");
    char *both = equals && strchr(line, '%') && strchr(line, '%') < equals
                     ? g_strdup_printf("%s\n  %%%u%s", line, free_temp(m), equals)
                     : g_strdup_printf("%s\n%s", line, line);

    g_free(m->lines[n]);
    m->lines[n] = both;
}

static void swap_lines(Mutator *m)
{
    unsigned a = below(m, m->nb_lines), b = below(m, m->nb_lines);
    char *line = m->lines[a];

    m->lines[a] = m->lines[b];
    m->lines[b] = line;
}

static void drop_line(Mutator *m)
{
    *m->lines[below(m, m->nb_lines)] = '\0';
}

static void mutate(Mutator *m)
{
    switch (below(m, 8)) {
    case 0:
        repeat_line(m);
        break;
    case 1:
        swap_lines(m);
        break;
    case 2:
        drop_line(m);
        break;
    default:
        change_word(m);
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    g_autofree char *text = g_strndup((const char *)data, size), *changed = NULL;
    Mutator m = { .rand = g_rand_new_with_seed(seed), .lines = g_strsplit(text, "\n", -1) };
    bool bytes = below(&m, 8) == 0;

    m.nb_lines = g_strv_length(m.lines);
    for (unsigned n = 1 + below(&m, 4); n && m.nb_lines; n--) {
        mutate(&m);
    }
    changed = g_strjoinv("\n", m.lines);
    g_strfreev(m.lines);
    g_rand_free(m.rand);
    if (bytes || strlen(changed) > max_size || !*changed) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    memcpy(data, changed, strlen(changed));
    return strlen(changed);
}
