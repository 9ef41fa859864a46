/*
 * Backends: the list, their operand rules from text, boundary registers from heat.
 */
#include "tcg/backend.h"

#include <glib.h>
#include <string.h>

extern const TcgBackend tcg_backend_tci, tcg_backend_x86;

const TcgBackend *const tcg_backends[] = {
#if DRAGOMAN_X86_BACKEND
    &tcg_backend_x86,
#endif
    &tcg_backend_tci,
    NULL,
};

const TcgBackend *tcg_backend_by_name(const char *name)
{
    for (unsigned i = 0; tcg_backends[i]; i++) {
        if (!name || strcmp(tcg_backends[i]->name, name) == 0) {
            return tcg_backends[i];
        }
    }
    return NULL;
}

typedef struct RuleText {
    const TcgBackend *backend;
    const char *op_name;
    const char *text, *next;
} RuleText;

static void bad_rule(const RuleText *t, const char *what)
{
    g_error("backend %s, operation %s: rule \"%s\": %s at \"%s\"", t->backend->name, t->op_name,
            t->text, what, t->next);
}

/* "{rax}" */
static TcgRegSet parse_reg(RuleText *t)
{
    size_t len = strcspn(++t->next, "}");

    for (unsigned reg = 0; reg < TCG_MAX_REGS; reg++) {
        const char *name = t->backend->reg_names[reg];

        if (name && strlen(name) == len && strncmp(name, t->next, len) == 0) {
            t->next += len + 1;
            return (TcgRegSet)1 << reg;
        }
    }
    bad_rule(t, "no such register");
    return 0;
}

static void parse_operand(RuleText *t, TcgOperandRule *ret)
{
    for (; *t->next && !strchr(",;", *t->next); t->next++) {
        switch (*t->next) {
        case 'r':
            ret->regs |= t->backend->int_regs;
            break;
        case 'x':
            ret->regs |= t->backend->vec_regs;
            break;
        case '0':
            ret->tied = true;
            break;
        case 'i':
            ret->imms |= TCG_IMM_S32;
            break;
        case 'u':
            ret->imms |= TCG_IMM_U32;
            break;
        case 'b':
            ret->imms |= TCG_IMM_U8;
            break;
        case 'I':
            ret->imms |= TCG_IMM_ANY;
            break;
        case 'z':
            ret->imms |= TCG_IMM_ZERO;
            break;
        case 'm':
            ret->mem = true;
            break;
        case '&':
            ret->early = true;
            break;
        case '-':
            break;
        case '{':
            ret->regs |= parse_reg(t);
            t->next--;
            break;
        default:
            bad_rule(t, "unknown letter");
        }
    }
}

static TcgRegSet parse_set(RuleText *t)
{
    TcgOperandRule set = { 0 };

    parse_operand(t, &set);
    return set.regs;
}

void tcg_rule_parse(const TcgBackend *backend, const char *op_name, const char *text,
                    TcgOpRule *ret)
{
    RuleText t = { backend, op_name, text, text };

    memset(ret, 0, sizeof(*ret));
    parse_operand(&t, &ret->out);
    for (unsigned n = 0; *t.next == ','; n++) {
        if (n == TCG_MAX_INS) {
            bad_rule(&t, "too many operands");
        }
        t.next++;
        parse_operand(&t, &ret->in[n]);
    }
    if (*t.next == ';') {
        do {
            t.next++;
            ret->clobbers |= parse_set(&t);
        } while (*t.next == ',');
    }
    if (*t.next == ';') {
        do {
            if (ret->nb_tmps == G_N_ELEMENTS(ret->tmp)) {
                bad_rule(&t, "too many temporaries");
            }
            t.next++;
            ret->tmp[ret->nb_tmps++] = parse_set(&t);
        } while (*t.next == ',');
    }
    if (*t.next) {
        bad_rule(&t, "text left over");
    }
}

/* Hand the registers of order to the globals of one class, hottest first. */
static void assign_homes(TcgTarget *target, const uint8_t *order, bool ints)
{
    for (int heat = 0; order[heat] != TCG_NO_REG; heat++) {
        for (unsigned g = 0; g < target->globals->nb; g++) {
            const TcgGlobal *global = &target->globals->global[g];

            if (global->heat == heat && tcg_type_is_int(global->type) == ints) {
                target->home[g] = order[heat];
            }
        }
    }
}

void tcg_target_init(TcgTarget *target, const TcgBackend *backend, const TcgGlobals *globals)
{
    g_assert(globals->nb <= TCG_MAX_GLOBALS);
    memset(target, 0, sizeof(*target));
    target->backend = backend;
    target->globals = globals;
    memset(target->home, TCG_NO_REG, sizeof(target->home));
    assign_homes(target, backend->int_homes, true);
    assign_homes(target, backend->vec_homes, false);
}
