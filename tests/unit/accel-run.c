/*
 * accel/tcg on a toy guest and a toy host: finding, chaining, cutting, flushing, stopping, forking.
 */
#include "accel-toy.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

/* r0 = 5 * n, in a loop of three blocks, through a subroutine. */
enum { PROGRAM_END = 4 };

static void write_program(int n)
{
    toy_write(0, toy_insn(TOY_ADD, 1, n));
    toy_write(1, toy_insn(TOY_CALL, 2, 9)); /* to 10 */
    toy_write(2, toy_insn(TOY_ADD, 0, 2));
    toy_write(3, toy_insn(TOY_LOOP, 1, -2)); /* to 1 */
    toy_write(4, toy_insn(TOY_SYSCALL, 0, 0));
    toy_write(10, toy_insn(TOY_ADD, 0, 3));
    toy_write(11, toy_insn(TOY_RETURN, 2, 0));
}

static void run_to_syscall(Vcpu *vcpu)
{
    VcpuExit exit;

    do {
        exit = accel_tcg.run(vcpu);
    } while (exit == VCPU_INTERRUPT);
    g_assert_cmpint(exit, ==, VCPU_SYSCALL);
}

static void run_program_with(const AccelOptions *options, uint64_t *ret_links, uint64_t *ret_blocks)
{
    Vcpu vcpu = { 0 };
    ToyState *state;

    toy_open(options);
    state = toy_vcpu(&vcpu);
    write_program(1000);
    run_to_syscall(&vcpu);
    g_assert_cmpuint(state->reg[0], ==, 5000);
    g_assert_cmphex(state->pc, ==, toy_addr(PROGRAM_END + 1));
    *ret_links = toy_stat("links");
    *ret_blocks = toy_stat("blocks");
    accel_tcg.vcpu_done(&vcpu);
    accel_tcg.close();
}

static void test_chain(void)
{
    uint64_t links, blocks;

    run_program_with(&(AccelOptions){ 0 }, &links, &blocks);
    g_assert_cmpuint(blocks, ==, 5);
    /* 0 -> 10, 2 -> 1, 1 -> 10, and the way out, 2 -> 4, taken once. */
    g_assert_cmpuint(links, ==, 4);
}

static void test_no_chain(void)
{
    uint64_t links, blocks;

    run_program_with(&(AccelOptions){ .no_chain = true }, &links, &blocks);
    g_assert_cmpuint(blocks, ==, 5);
    g_assert_cmpuint(links, ==, 0);
}

static void test_one_insn(void)
{
    uint64_t links, blocks;

    run_program_with(&(AccelOptions){ .one_insn_per_block = true }, &links, &blocks);
    g_assert_cmpuint(blocks, ==, 7);
}

/* A block does not see new bytes until it is invalidated, however it was reached. */
static void test_invalidate(void)
{
    Vcpu vcpu = { 0 };
    ToyState *state;

    toy_open(&(AccelOptions){ 0 });
    state = toy_vcpu(&vcpu);
    write_program(100);
    run_to_syscall(&vcpu);
    g_assert_cmpuint(state->reg[0], ==, 500);

    toy_write(10, toy_insn(TOY_ADD, 0, 1000));
    *state = (ToyState){ .pc = toy_addr(0) };
    run_to_syscall(&vcpu);
    g_assert_cmpuint(state->reg[0], ==, 500);

    accel_tcg.invalidate(toy_addr(12), toy_addr(4096)); /* beside it */
    g_assert_cmpuint(toy_stat("invalidated"), ==, 0);
    accel_tcg.invalidate(toy_addr(11) + 3, toy_addr(11) + 4); /* its last byte */
    g_assert_cmpuint(toy_stat("invalidated"), ==, 1);
    *state = (ToyState){ .pc = toy_addr(0) };
    run_to_syscall(&vcpu);
    g_assert_cmpuint(state->reg[0], ==, 100200);

    /* Returns go through the jump cache: the code behind the call must be found anew too. */
    toy_write(2, toy_insn(TOY_ADD, 0, 0));
    accel_tcg.invalidate(0, 0); /* empty */
    accel_tcg.invalidate(0, UINT64_MAX);
    *state = (ToyState){ .pc = toy_addr(0) };
    run_to_syscall(&vcpu);
    g_assert_cmpuint(state->reg[0], ==, 100000);
    accel_tcg.vcpu_done(&vcpu);
    accel_tcg.close();
}

/* A block over two pages dies with either; one that only touches the border does not. */
static void test_invalidate_pages(void)
{
    Vcpu vcpu = { 0 };
    ToyState *state;
    unsigned page = 4096 / 4;

    toy_open(&(AccelOptions){ 0 });
    state = toy_vcpu(&vcpu);
    for (unsigned round = 0; round < 2; round++) {
        toy_write(page - 1, toy_insn(TOY_PAGE, 0, 0));
        toy_write(page, toy_insn(TOY_PAGE, 0, 0));
        toy_write(page + 1, toy_insn(TOY_SYSCALL, 0, 0));
        *state = (ToyState){ .pc = toy_addr(page - 1) };
        run_to_syscall(&vcpu);
        g_assert_cmpuint(state->reg[0], ==, 1);
        accel_tcg.invalidate(toy_addr(page - 2), toy_addr(page - 1));
        g_assert_cmpuint(toy_stat("invalidated"), ==, round);
        if (round == 0) {
            accel_tcg.invalidate(toy_addr(page), toy_addr(2 * page));
        } else {
            accel_tcg.invalidate(toy_addr(0), toy_addr(page));
        }
        g_assert_cmpuint(toy_stat("invalidated"), ==, round + 1);
    }
    accel_tcg.vcpu_done(&vcpu);
    accel_tcg.close();
}

static void test_fence(void)
{
    Vcpu vcpu = { 0 };
    ToyState *state;

    toy_open(&(AccelOptions){ 0 });
    state = toy_vcpu(&vcpu);
    write_program(10);
    run_to_syscall(&vcpu);
    toy_write(10, toy_insn(TOY_ADD, 0, 1));
    toy_write(20, toy_insn(TOY_FENCE, 0, 0));
    toy_write(21, toy_insn(TOY_JUMP, 0, -21));
    *state = (ToyState){ .pc = toy_addr(20) };
    run_to_syscall(&vcpu);
    g_assert_cmpuint(state->reg[0], ==, 30);
    accel_tcg.vcpu_done(&vcpu);
    accel_tcg.close();
}

/* Block flags are part of what a block is found by; a change leaves through the process. */
static void test_flags(void)
{
    Vcpu vcpu = { 0 };
    ToyState *state;

    toy_open(&(AccelOptions){ 0 });
    state = toy_vcpu(&vcpu);
    for (unsigned n = 0; n < 4; n++) {
        write_program(10);
        *state = (ToyState){ .pc = toy_addr(0), .reg[7] = n };
        run_to_syscall(&vcpu);
        g_assert_cmpuint(state->reg[0], ==, 50);
    }
    g_assert_cmpuint(toy_stat("blocks"), ==, 10);
    accel_tcg.vcpu_done(&vcpu);
    accel_tcg.close();
}

static void test_fetch_fault(void)
{
    Vcpu vcpu = { 0 };
    ToyState *state;

    toy_open(&(AccelOptions){ 0 });
    state = toy_vcpu(&vcpu);
    state->pc = 16;
    g_assert_cmpint(accel_tcg.run(&vcpu), ==, VCPU_FAULT);
    g_assert_cmpint(vcpu.fault.signo, ==, SIGSEGV);
    g_assert_cmpint(vcpu.fault.code, ==, SEGV_ACCERR);
    g_assert_cmphex(vcpu.fault.addr, ==, 16);
    g_assert_cmphex(state->pc, ==, 16);

    /* Cut by the end of the mapping: the missing byte is the address, pc the instruction. */
    toy_end = toy_addr(11) + 2;
    write_program(1);
    state->pc = toy_addr(10);
    g_assert_cmpint(accel_tcg.run(&vcpu), ==, VCPU_FAULT);
    g_assert_cmpint(vcpu.fault.code, ==, SEGV_MAPERR);
    g_assert_cmphex(vcpu.fault.addr, ==, toy_end);
    g_assert_cmphex(state->pc, ==, toy_addr(11));
    g_assert_cmpuint(state->reg[0], ==, 3);
    state->pc = toy_addr(5);
    g_assert_cmpint(accel_tcg.run(&vcpu), ==, VCPU_ILLEGAL);
    g_assert_cmphex(state->pc, ==, toy_addr(5));
    accel_tcg.vcpu_done(&vcpu);
    accel_tcg.close();
}

/*
 * A program that does not fit: nb subroutines, each called from its own place, round after round.
 * r0 = rounds * sum of the subroutines' addends.
 */
enum { SUBS = 1500, ROUNDS = 6, SUB_STEP = 3, SUBS_AT = 8192 };
/* Subroutines, calls, the first call again without the instruction before it, loop, system call. */
enum { BIG_BLOCKS = SUBS + SUBS + 1 + 1 + 1 };

static uint64_t write_big_program(int addend)
{
    toy_write(0, toy_insn(TOY_ADD, 1, ROUNDS));
    for (unsigned n = 0; n < SUBS; n++) {
        unsigned call = 1 + n, sub = SUBS_AT + n * SUB_STEP;

        toy_write(call, toy_insn(TOY_CALL, 2, (int)(sub - call)));
        toy_write(sub, toy_insn(TOY_ADD, 0, addend));
        toy_write(sub + 1, toy_insn(TOY_RETURN, 2, 0));
    }
    toy_write(SUBS + 1, toy_insn(TOY_LOOP, 1, -SUBS));
    toy_write(SUBS + 2, toy_insn(TOY_SYSCALL, 0, 0));
    return (uint64_t)ROUNDS * SUBS * (uint64_t)addend;
}

static void test_full(void)
{
    Vcpu vcpu = { 0 };
    ToyState *state;
    uint64_t sum;

    toy_open(&(AccelOptions){ .code_buffer_size = 64 * 1024 });
    state = toy_vcpu(&vcpu);
    sum = write_big_program(7);
    run_to_syscall(&vcpu);
    g_assert_cmpuint(state->reg[0], ==, sum);
    g_assert_cmpuint(toy_stat("flushes"), >=, ROUNDS);
    accel_tcg.vcpu_done(&vcpu);
    accel_tcg.close();
}

/*
 * Threads: all run the big program in a buffer that is far too small while the main thread
 * invalidates and kicks.
 */

typedef struct ToyThread {
    pthread_t thread;
    Vcpu vcpu;
    uint64_t sum;
    unsigned rounds, done;
} ToyThread;

static void *thread_main(void *opaque)
{
    ToyThread *t = opaque;
    ToyState *state = t->vcpu.state;

    for (unsigned n = 0; n < t->rounds; n++) {
        *state = (ToyState){ .pc = toy_addr(0), .reg[7] = n };
        run_to_syscall(&t->vcpu);
        g_assert_cmpuint(state->reg[0], ==, t->sum);
    }
    __atomic_store_n(&t->done, 1, __ATOMIC_RELEASE);
    return NULL;
}

static bool all_done(ToyThread *threads, unsigned nb)
{
    for (unsigned n = 0; n < nb; n++) {
        if (!__atomic_load_n(&threads[n].done, __ATOMIC_ACQUIRE)) {
            return false;
        }
    }
    return true;
}

static void run_threads(size_t buffer_size, bool disturb)
{
    enum { NB = 4 };
    ToyThread threads[NB] = { 0 };

    toy_open(&(AccelOptions){ .code_buffer_size = buffer_size });
    for (unsigned n = 0; n < NB; n++) {
        threads[n].sum = write_big_program(7);
        threads[n].rounds = 8;
        toy_vcpu(&threads[n].vcpu);
    }
    for (unsigned n = 0; n < NB; n++) {
        pthread_create(&threads[n].thread, NULL, thread_main, &threads[n]);
    }
    for (unsigned n = 0; disturb && !all_done(threads, NB); n++) {
        accel_tcg.invalidate(toy_addr(n * 37 % 16384), toy_addr(n * 37 % 16384 + 64));
        accel_tcg.kick(&threads[n % NB].vcpu);
        usleep(100);
    }
    for (unsigned n = 0; n < NB; n++) {
        pthread_join(threads[n].thread, NULL);
    }
    for (unsigned n = 0; n < NB; n++) {
        accel_tcg.vcpu_done(&threads[n].vcpu);
    }
}

static void test_threads(void)
{
    run_threads(0, false);
    /* The same block made twice is dropped: each thread's flags come in turn. */
    g_assert_cmpuint(toy_stat("blocks"), ==, 2 * BIG_BLOCKS);
    accel_tcg.close();
}

static void test_threads_disturbed(void)
{
    run_threads(128 * 1024, true);
    g_assert_cmpuint(toy_stat("flushes"), >, 4);
    accel_tcg.close();
}

/* A thread rewrites a subroutine and invalidates it while others run it: never old code afterwards. */
typedef struct Rewriter {
    Vcpu vcpu;
    unsigned version; /* what the subroutine adds; atomic */
    bool stop;
} Rewriter;

static void *rewritten_main(void *opaque)
{
    Rewriter *r = opaque;
    ToyState *state = r->vcpu.state;

    while (!__atomic_load_n(&r->stop, __ATOMIC_ACQUIRE)) {
        unsigned before = __atomic_load_n(&r->version, __ATOMIC_ACQUIRE);

        *state = (ToyState){ .pc = toy_addr(0) };
        run_to_syscall(&r->vcpu);
        g_assert_cmpuint(state->reg[0], >=, before);
        g_assert_cmpuint(state->reg[0], <=, __atomic_load_n(&r->version, __ATOMIC_ACQUIRE) + 1);
    }
    return NULL;
}

static void test_rewrite(void)
{
    Rewriter r = { 0 };
    pthread_t thread;

    toy_open(&(AccelOptions){ 0 });
    toy_vcpu(&r.vcpu);
    toy_write(0, toy_insn(TOY_CALL, 2, 4));
    toy_write(1, toy_insn(TOY_SYSCALL, 0, 0));
    toy_write(5, toy_insn(TOY_RETURN, 2, 0));
    toy_write(4, toy_insn(TOY_ADD, 0, 0));
    pthread_create(&thread, NULL, rewritten_main, &r);
    for (unsigned n = 1; n < 1000; n++) {
        toy_write(4, toy_insn(TOY_ADD, 0, (int)n));
        accel_tcg.invalidate(toy_addr(4), toy_addr(5));
        __atomic_store_n(&r.version, n, __ATOMIC_RELEASE);
    }
    __atomic_store_n(&r.stop, true, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    accel_tcg.vcpu_done(&r.vcpu);
    accel_tcg.close();
}

/*
 * The code changes between a translator's looks at it: nothing old is installed.  Every other time
 * code elsewhere changes, which makes the translator look again, and then this code does.
 */
static int changes_left, changes;

static void change_code(void)
{
    if (changes_left == 0) {
        return;
    }
    if (changes_left-- % 2 == 0) {
        accel_tcg.invalidate(toy_addr(100), toy_addr(101));
        return;
    }
    toy_write(0, toy_insn(TOY_ADD, 0, ++changes));
    accel_tcg.invalidate(toy_addr(0), toy_addr(1));
}

static void test_change_while_translating(void)
{
    Vcpu vcpu = { 0 };
    ToyState *state;

    toy_open(&(AccelOptions){ 0 });
    state = toy_vcpu(&vcpu);
    toy_write(1, toy_insn(TOY_SYSCALL, 0, 0));
    toy_write(0, toy_insn(TOY_ADD, 0, 0));
    toy_after_fetch = change_code;
    for (int n = 0; n < 5; n++) {
        changes_left = n;
        accel_tcg.invalidate(toy_addr(0), toy_addr(1));
        *state = (ToyState){ .pc = toy_addr(0) };
        run_to_syscall(&vcpu);
        g_assert_cmpint(changes_left, ==, 0);
        g_assert_cmpuint(state->reg[0], ==, (unsigned)changes);
    }
    toy_after_fetch = NULL;
    accel_tcg.vcpu_done(&vcpu);
    accel_tcg.close();
}

/*
 * Kicks: each one ends a run, soon, wherever the vCPU is.
 */

typedef struct Kicked {
    Vcpu vcpu;
    unsigned interrupts; /* atomic */
    bool stop;           /* atomic */
} Kicked;

static void *kicked_main(void *opaque)
{
    Kicked *k = opaque;

    while (!__atomic_load_n(&k->stop, __ATOMIC_ACQUIRE)) {
        g_assert_cmpint(accel_tcg.run(&k->vcpu), ==, VCPU_INTERRUPT);
        __atomic_fetch_add(&k->interrupts, 1, __ATOMIC_RELEASE);
    }
    return NULL;
}

static void kick_endless_loop(ToyInsn first, ToyInsn second)
{
    Kicked k = { 0 };
    pthread_t thread;
    gint64 start, worst = 0;

    toy_open(&(AccelOptions){ 0 });
    ((ToyState *)toy_vcpu(&k.vcpu))->reg[2] = toy_addr(0);
    toy_write(0, first);
    toy_write(1, second);
    pthread_create(&thread, NULL, kicked_main, &k);
    for (unsigned n = 0; n < 100; n++) {
        unsigned before = __atomic_load_n(&k.interrupts, __ATOMIC_ACQUIRE);

        start = g_get_monotonic_time();
        accel_tcg.kick(&k.vcpu);
        while (__atomic_load_n(&k.interrupts, __ATOMIC_ACQUIRE) == before) {
            g_assert_cmpint(g_get_monotonic_time() - start, <, 10 * G_USEC_PER_SEC); /* lost */
        }
        worst = MAX(worst, g_get_monotonic_time() - start);
    }
    g_test_message("slowest kick: %d us", (int)worst);
    __atomic_store_n(&k.stop, true, __ATOMIC_RELEASE);
    accel_tcg.kick(&k.vcpu);
    pthread_join(thread, NULL);
    accel_tcg.vcpu_done(&k.vcpu);
    accel_tcg.close();
}

static void test_kick(void)
{
    kick_endless_loop(toy_insn(TOY_ADD, 0, 1), toy_insn(TOY_LOOP, 1, -1));  /* direct jumps */
    kick_endless_loop(toy_insn(TOY_ADD, 0, 1), toy_insn(TOY_RETURN, 2, 0)); /* the jump cache */
}

/* A kick before run() is not forgotten, and is used up by it. */
static void test_kick_before(void)
{
    Vcpu vcpu = { 0 };

    toy_open(&(AccelOptions){ 0 });
    toy_vcpu(&vcpu);
    write_program(3);
    accel_tcg.kick(&vcpu);
    g_assert_cmpint(accel_tcg.run(&vcpu), ==, VCPU_INTERRUPT);
    g_assert_cmphex(vcpu_pc(&vcpu), ==, toy_addr(0));
    g_assert_cmpint(accel_tcg.run(&vcpu), ==, VCPU_SYSCALL);
    accel_tcg.vcpu_done(&vcpu);
    accel_tcg.close();
}

/*
 * Fork: both sides go on with the same translations, make their own and cut and flush theirs.
 */

static void check_round(Vcpu *vcpu, int addend)
{
    ToyState *state = vcpu->state;
    uint64_t sum = write_big_program(addend);

    accel_tcg.invalidate(0, UINT64_MAX);
    *state = (ToyState){ .pc = toy_addr(0) };
    run_to_syscall(vcpu);
    g_assert_cmpuint(state->reg[0], ==, sum);
}

static void fork_rounds(Vcpu *vcpu, unsigned depth, int addend)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        accel_tcg.after_fork();
        for (int n = 1; n < 5; n++) {
            check_round(vcpu, addend * 2 + n);
        }
        if (depth > 0) {
            fork_rounds(vcpu, depth - 1, addend + 11);
        }
        _exit(0);
    }
    for (int n = 1; n < 5; n++) {
        check_round(vcpu, addend + n);
    }
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_cmpint(status, ==, 0);
    check_round(vcpu, addend);
}

static void test_fork(void)
{
    static const size_t sizes[] = { 0, 256 * 1024 };

    for (unsigned n = 0; n < G_N_ELEMENTS(sizes); n++) {
        Vcpu vcpu = { 0 };

        toy_open(&(AccelOptions){ .code_buffer_size = sizes[n] });
        toy_vcpu(&vcpu);
        check_round(&vcpu, 1);
        fork_rounds(&vcpu, 1, 3);
        fork_rounds(&vcpu, 1, 5);
        accel_tcg.vcpu_done(&vcpu);
        accel_tcg.close();
    }
}

/* Fork beside translating threads: the parent's go on, the child has one left. */
static void test_fork_threads(void)
{
    enum { NB = 3 };
    ToyThread threads[NB] = { 0 };
    Vcpu vcpu = { 0 };

    toy_open(&(AccelOptions){ .code_buffer_size = 256 * 1024 });
    toy_vcpu(&vcpu);
    for (unsigned n = 0; n < NB; n++) {
        threads[n].sum = write_big_program(2);
        threads[n].rounds = 10;
        toy_vcpu(&threads[n].vcpu);
        pthread_create(&threads[n].thread, NULL, thread_main, &threads[n]);
    }
    for (unsigned n = 0; n < 20; n++) {
        int status;
        pid_t pid = fork();

        if (pid == 0) {
            check_round(&vcpu, 9);
            _exit(0);
        }
        g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
        g_assert_cmpint(status, ==, 0);
    }
    for (unsigned n = 0; n < NB; n++) {
        pthread_join(threads[n].thread, NULL);
        accel_tcg.vcpu_done(&threads[n].vcpu);
    }
    accel_tcg.vcpu_done(&vcpu);
    accel_tcg.close();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/accel/run/chain", test_chain);
    g_test_add_func("/accel/run/no-chain", test_no_chain);
    g_test_add_func("/accel/run/one-insn", test_one_insn);
    g_test_add_func("/accel/run/invalidate", test_invalidate);
    g_test_add_func("/accel/run/invalidate-pages", test_invalidate_pages);
    g_test_add_func("/accel/run/fence", test_fence);
    g_test_add_func("/accel/run/flags", test_flags);
    g_test_add_func("/accel/run/fetch-fault", test_fetch_fault);
    g_test_add_func("/accel/run/full", test_full);
    g_test_add_func("/accel/run/threads", test_threads);
    g_test_add_func("/accel/run/threads-disturbed", test_threads_disturbed);
    g_test_add_func("/accel/run/rewrite", test_rewrite);
    g_test_add_func("/accel/run/change-while-translating", test_change_while_translating);
    g_test_add_func("/accel/run/kick", test_kick);
    g_test_add_func("/accel/run/kick-before", test_kick_before);
    g_test_add_func("/accel/run/fork", test_fork);
    g_test_add_func("/accel/run/fork-threads", test_fork_threads);
    return g_test_run();
}
