/*
 * A region in registers to host bytes: blocks in layout order, then the cold paths, then the
 * jumps that leave for the run loop, then constants.
 *
 * One walk; branches to blocks not emitted yet are rel32 and patched at the end.  Each guest
 * instruction and each operation that may fault gets a state map entry.
 */
#include "ops.h"

/*
 * A block's label: before it is emitted, this bit and the number of branches that lead to it; then its
 * offset, or DROPPED when another block's branch does its work.
 */
#define UNBOUND UINT32_C(0x80000000)
#define DROPPED UINT32_C(0x7fffffff)

enum { MAX_STUB_BYTES = 256, JUMP_STUB_BYTES = 40 };

/* ------------------------------------------------------------------ bookkeeping */

static void *grow(X86Emit *e, void *old, unsigned *cap, unsigned nb, size_t size)
{
    unsigned more = *cap ? *cap * 2 : 32;
    void *p = arena_alloc(e->arena, more * size);

    if (nb) {
        memcpy(p, old, nb * size);
    }
    *cap = more;
    return p;
}

static X86Fixup *add_fixup(X86Emit *e, X86Fixups *list)
{
    if (list->nb == list->cap) {
        list->at = grow(e, list->at, &list->cap, list->nb, sizeof(*list->at));
    }
    list->at[list->nb].site = x86_offset(e) - 4;
    list->at[list->nb].pc = e->pc;
    return &list->at[list->nb++];
}

/* Point the rel32 field at site to the offset target. */
static void set_rel32(X86Emit *e, uint32_t site, uint32_t target)
{
    int32_t rel = (int32_t)(target - (site + 4));

    memcpy(e->space.rw + site, &rel, 4);
}

static void add_mark(X86Emit *e, const TcgMop *mop)
{
    if (!e->want_marks) {
        return;
    }
    if (e->ret->nb_marks == e->cap_marks) {
        e->ret->marks = grow(e, e->ret->marks, &e->cap_marks, e->ret->nb_marks, sizeof(TcgMark));
    }
    e->ret->marks[e->ret->nb_marks++] = (TcgMark){ x86_offset(e), mop };
}

static void add_state(X86Emit *e, const TcgMop *mop, uint64_t pc)
{
    tcg_state_map_add(e->map, x86_offset(e), pc, mop->state, mop->nb_state);
}

static bool has_room(const X86Emit *e, size_t bytes)
{
    return e->space.size - x86_offset(e) >= bytes;
}

/* ------------------------------------------------------------------ constants */

X86Mem x86_pool(X86Emit *e, uint64_t low, uint64_t high)
{
    unsigned n = 0;

    while (n < e->nb_pool && (e->pool[n].low != low || e->pool[n].high != high)) {
        n++;
    }
    if (n == e->nb_pool) {
        if (n == e->cap_pool) {
            e->pool = grow(e, e->pool, &e->cap_pool, n, sizeof(*e->pool));
        }
        e->pool[e->nb_pool++] = (X86Const){ low, high };
    }
    return (X86Mem){ .base = X86_RIP, .index = X86_NO_REG, .disp = (int32_t)n };
}

void x86_pool_used(X86Emit *e)
{
    X86Fixup *fixup = add_fixup(e, &e->pool_uses);
    int32_t index;

    memcpy(&index, e->space.rw + fixup->site, 4); /* x86_pool() put it in the displacement */
    fixup->pool = (uint32_t)index;
}

/* 16-byte aligned: SSE operands in memory must be. */
static bool emit_pool(X86Emit *e)
{
    uint32_t start;

    if (!e->nb_pool) {
        return true;
    }
    if (!has_room(e, e->nb_pool * sizeof(X86Const) + 16)) {
        return false;
    }
    while ((uintptr_t)(e->space.rx + x86_offset(e)) & 15) {
        x86_int3(&e->a);
    }
    start = x86_offset(e);
    memcpy(e->a.p, e->pool, e->nb_pool * sizeof(X86Const));
    e->a.p += e->nb_pool * sizeof(X86Const);
    for (unsigned n = 0; n < e->pool_uses.nb; n++) {
        const X86Fixup *use = &e->pool_uses.at[n];

        set_rel32(e, use->site, start + use->pool * (uint32_t)sizeof(X86Const));
    }
    return true;
}

/* ------------------------------------------------------------------ branches */

static int32_t rel32_to(const X86Emit *e, const void *target, unsigned insn_bytes)
{
    return (int32_t)((const uint8_t *)target - (e->space.rx + x86_offset(e) + insn_bytes));
}

static bool in_reach(const X86Emit *e, const void *target)
{
    intptr_t distance = (intptr_t)target - (intptr_t)(e->space.rx + x86_offset(e));

    return distance > INT32_MIN + 64 && distance < INT32_MAX - 64;
}

void x86_jmp_to(X86Emit *e, const void *target)
{
    x86_jmp_i(&e->a, rel32_to(e, target, 5));
}

void x86_call_to(X86Emit *e, const void *target)
{
    if (in_reach(e, target)) {
        x86_call_i(&e->a, rel32_to(e, target, 5));
    } else {
        x86_load_const(e, X86_RAX, (uintptr_t)target);
        x86_call_r(&e->a, X86_RAX);
    }
}

static void branch_to_offset(X86Emit *e, unsigned cc, uint32_t target)
{
    int32_t near = (int32_t)(target - (x86_offset(e) + 2));

    if (x86_is_s8(near)) {
        if (cc == X86_ALWAYS) {
            x86_jmp8_i(&e->a, near);
        } else {
            x86_j8_i(&e->a, cc, near);
        }
    } else if (cc == X86_ALWAYS) {
        x86_jmp_i(&e->a, near - 3);
    } else {
        x86_j_i(&e->a, cc, near - 4);
    }
}

void x86_branch(X86Emit *e, unsigned cc, TcgMblock *target)
{
    if (!(target->label & UNBOUND)) {
        branch_to_offset(e, cc, target->label);
        return;
    }
    if (cc == X86_ALWAYS) {
        x86_jmp_i(&e->a, 0);
    } else {
        x86_j_i(&e->a, cc, 0);
    }
    add_fixup(e, &e->branches)->block = target;
}

static bool is_lone_branch(const TcgMblock *mblock)
{
    return mblock->nb_mops == 1 && mblock->mops[0].code == TCG_OP_br;
}

TcgMblock *x86_final_target(TcgMblock *mblock)
{
    /* A loop of nothing but branches cannot be left anyway: 8 are enough to see through. */
    for (unsigned n = 0; n < 8 && is_lone_branch(mblock); n++) {
        mblock = mblock->mops[0].target;
    }
    return mblock;
}

/*
 * All references to a lone branch go to its final target: nothing is emitted for it.  The region's first
 * block must be there, and so must one that only branches lead out of in a circle.
 */
static bool is_skipped(const X86Emit *e, TcgMblock *mblock)
{
    return mblock->label == DROPPED || (is_lone_branch(mblock) && mblock != e->mcode->first &&
                                        !is_lone_branch(x86_final_target(mblock)));
}

static bool is_next(const X86Emit *e, const TcgMblock *target)
{
    TcgMblock *next = e->mblock->next;

    while (next && is_skipped(e, next)) {
        next = next->next;
    }
    return next == target;
}

/* ------------------------------------------------------------------ cold paths */

X86Stub *x86_stub(X86Emit *e, const TcgMop *mop, X86StubFn *emit, X86Cc cc)
{
    X86Stub *stub = arena_new(e->arena, X86Stub);

    stub->emit = emit;
    stub->mop = mop;
    stub->pc = e->pc;
    *e->last_stub = stub;
    e->last_stub = &stub->next;
    x86_stub_also(e, stub, cc);
    return stub;
}

void x86_stub_also(X86Emit *e, X86Stub *stub, X86Cc cc)
{
    x86_j_i(&e->a, cc, 0);
    stub->site[stub->nb_sites++] = x86_offset(e) - 4;
}

void x86_resume(X86Emit *e, const X86Stub *stub)
{
    branch_to_offset(e, X86_ALWAYS, stub->resume);
}

static bool emit_stubs(X86Emit *e)
{
    for (const X86Stub *stub = e->stubs; stub; stub = stub->next) {
        if (!has_room(e, MAX_STUB_BYTES)) {
            return false;
        }
        for (unsigned n = 0; n < stub->nb_sites; n++) {
            set_rel32(e, stub->site[n], x86_offset(e));
        }
        add_mark(e, stub->mop);
        add_state(e, stub->mop, stub->pc);
        stub->emit(e, stub);
    }
    return true;
}

/* ------------------------------------------------------------------ patchable jumps */

/*
 * The 4-byte field of a patchable jump must be aligned for patching to be atomic.  Bytes from
 * start on are moved up behind a nop, so that a compare stays next to its branch (the CPU
 * decodes them as one).  opcode_bytes: of the jump.
 */
static void align_field(X86Emit *e, uint32_t start, unsigned opcode_bytes)
{
    unsigned pad = -(uintptr_t)(e->space.rx + x86_offset(e) + opcode_bytes) & 3;
    uint8_t *from = e->space.rw + start;
    size_t size = (size_t)(e->a.p - from);
    uint8_t moved[64];

    if (!pad) {
        return;
    }
    memcpy(moved, from, size);
    e->a.p = from;
    x86_nop(&e->a, pad);
    memcpy(e->a.p, moved, size);
    e->a.p += size;
}

/* Jump number imm0 of the region: jcc or jmp, at first to its stub. */
void x86_patchable(X86Emit *e, const TcgMop *jump, unsigned cc, uint32_t start)
{
    TcgJump *out = &e->ret->jumps[x86_imm0(jump)];

    align_field(e, start, cc == X86_ALWAYS ? 1 : 2);
    if (cc == X86_ALWAYS) {
        x86_jmp_i(&e->a, 0);
    } else {
        x86_j_i(&e->a, cc, 0);
    }
    out->pc = x86_imm1(jump);
    out->site = x86_offset(e) - 4;
}

void x86_store_pc(X86Emit *e, uint64_t pc)
{
    X86Mem mem = x86_state_mem((int32_t)e->target->pc_offset);

    if (e->target->pc_bits == 32 || pc == (uint64_t)(int64_t)(int32_t)pc) {
        x86_mov_mi(&e->a, e->target->pc_bits != 32, mem, (int32_t)pc);
    } else {
        x86_load_const(e, X86_RAX, pc);
        x86_mov_mr(&e->a, true, mem, X86_RAX);
    }
}

/* To the run loop, with the guest pc in the CPU state and the field's address in rax. */
static bool emit_jump_stubs(X86Emit *e)
{
    for (unsigned n = 0; n < e->ret->nb_jumps; n++) {
        TcgJump *jump = &e->ret->jumps[n];

        if (!jump->site) {
            continue; /* a number the region does not use, or in a block that is not reached */
        }
        if (!has_room(e, JUMP_STUB_BYTES)) {
            return false;
        }
        jump->stub = x86_offset(e);
        set_rel32(e, jump->site, jump->stub);
        tcg_state_map_add(e->map, jump->stub, jump->pc, NULL, 0);
        x86_store_pc(e, jump->pc);
        x86_lea_rm(&e->a, true, X86_RAX, (X86Mem){ X86_RIP, X86_NO_REG, 0, 0 });
        set_rel32(e, x86_offset(e) - 4, jump->site);
        x86_jmp_to(e, e->target->epilogue);
    }
    return true;
}

/*
 * A block that is a patchable jump alone and that one branch alone leads to: the branch itself
 * becomes the patchable jump.
 */
static bool is_lone_jump(const TcgMblock *mblock)
{
    return mblock->nb_mops == 1 && mblock->mops[0].code == TCG_OP_goto_tb &&
           mblock->label == (UNBOUND | 1);
}

/* Branch by cc to target, or do target's work here. start: see align_field(). */
static void branch_or_jump(X86Emit *e, unsigned cc, TcgMblock *target, uint32_t start)
{
    if (is_lone_jump(target)) {
        x86_patchable(e, &target->mops[0], cc, start);
        target->label = DROPPED;
    } else {
        x86_branch(e, cc, target);
    }
}

void x86_go_to(X86Emit *e, TcgMblock *target)
{
    target = x86_final_target(target);
    if (!is_next(e, target)) {
        branch_or_jump(e, X86_ALWAYS, target, x86_offset(e));
    }
}

void x86_cond_branch(X86Emit *e, const TcgMop *mop, unsigned cc, uint32_t start)
{
    TcgMblock *taken = x86_final_target(mop->target);
    TcgMblock *through = x86_final_target(e->mblock->next);

    if (is_next(e, taken)) {
        if (through != taken) {
            branch_or_jump(e, cc ^ 1, through, start);
        }
        return;
    }
    branch_or_jump(e, cc, taken, start);
    x86_go_to(e, through);
}

/* ------------------------------------------------------------------ blocks */

static void emit_insn_start(X86Emit *e, const TcgMop *mop)
{
    e->pc = x86_imm0(mop);
    add_state(e, mop, e->pc);
}

static void emit_mop(X86Emit *e, const TcgMop *mop)
{
    switch (mop->code) {
    case TCG_OP_insn_start:
        emit_insn_start(e, mop);
        break;
    case TCG_MOP_MOVE:
        x86_move(e, mop);
        break;
    case TCG_MOP_SWAP:
        x86_swap(e, mop);
        break;
    default:
        if (mop->has_state) {
            add_state(e, mop, e->pc);
        }
        x86_emit_fns[mop->code](e, mop);
    }
}

/*
 * Where a guest instruction's block is not behind the code that branches to it: the pc is the
 * branch's.
 */
static void find_pc(X86Emit *e, const TcgMblock *mblock)
{
    if (mblock->nb_mops && mblock->mops[0].code == TCG_OP_insn_start) {
        return;
    }
    for (unsigned n = e->branches.nb; n-- > 0;) {
        if (e->branches.at[n].block == mblock) {
            e->pc = e->branches.at[n].pc;
            return;
        }
    }
}

static bool emit_mblock(X86Emit *e, TcgMblock *mblock)
{
    e->mblock = mblock;
    mblock->label = x86_offset(e);
    find_pc(e, mblock);
    for (unsigned n = 0; n < mblock->nb_mops; n++) {
        const TcgMop *mop = &mblock->mops[n];

        if (!has_room(e, X86_MAX_OP_BYTES)) {
            return false;
        }
        add_mark(e, mop);
        emit_mop(e, mop);
    }
    return true;
}

static void count_branch(TcgMblock *target)
{
    x86_final_target(target)->label++;
}

static void count_branches(const TcgMcode *mcode)
{
    for (TcgMblock *mblock = mcode->first; mblock; mblock = mblock->next) {
        mblock->label = UNBOUND;
    }
    for (TcgMblock *mblock = mcode->first; mblock; mblock = mblock->next) {
        const TcgMop *last = mblock->nb_mops ? &mblock->mops[mblock->nb_mops - 1] : NULL;
        unsigned flags = last && last->code < TCG_OP_COUNT ? tcg_op_info[last->code].flags : 0;

        if (is_lone_branch(mblock) && mblock != mcode->first) {
            continue;
        }
        if (last && last->target) {
            count_branch(last->target);
        }
        if (flags & TCG_COND_BRANCH) {
            count_branch(mblock->next);
        }
    }
    mcode->first->label++; /* the entry */
}

static bool emit_blocks(X86Emit *e)
{
    for (TcgMblock *mblock = e->mcode->first; mblock; mblock = mblock->next) {
        if (!is_skipped(e, mblock) && !emit_mblock(e, mblock)) {
            return false;
        }
    }
    for (unsigned n = 0; n < e->branches.nb; n++) {
        set_rel32(e, e->branches.at[n].site, e->branches.at[n].block->label);
    }
    return true;
}

TcgResult x86_emit_region(const TcgTarget *target, const TcgMcode *mcode, TcgCodeSpace space,
                          Arena *arena, TcgStateMapWriter *map, bool want_marks, TcgCompiled *ret)
{
    X86Emit e = {
        .a = { space.rw, true },
        .features = x86_features(),
        .avx = x86_features() & X86_HAS_AVX,
        .target = target,
        .mcode = mcode,
        .r = mcode->region,
        .space = space,
        .arena = arena,
        .map = map,
        .ret = ret,
        .pc = mcode->region->pc,
        .want_marks = want_marks,
    };

    e.last_stub = &e.stubs;
    memset(ret, 0, sizeof(*ret));
    ret->state_map = map;
    ret->nb_jumps = mcode->region->nb_jumps;
    ret->jumps = arena_array(arena, TcgJump, ret->nb_jumps);
    count_branches(mcode);
    if (!emit_blocks(&e) || !emit_stubs(&e) || !emit_jump_stubs(&e) || !emit_pool(&e)) {
        return TCG_CODE_FULL;
    }
    ret->code_size = x86_offset(&e);
    return TCG_OK;
}
