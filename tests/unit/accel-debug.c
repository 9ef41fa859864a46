/*
 * Breakpoints and single steps of accel/tcg, on the toy guest and host.
 */
#include "accel-toy.h"

#include <errno.h>
#include <pthread.h>

static VcpuExit run(Vcpu *vcpu)
{
    VcpuExit exit;

    do {
        exit = accel_tcg.run(vcpu);
    } while (exit == VCPU_INTERRUPT);
    return exit;
}

/* r0 += 5 and r1 -= 1 in a loop over a subroutine, as in accel-run.c. */
static void write_program(int n)
{
    toy_write(0, toy_insn(TOY_ADD, 1, n));
    toy_write(1, toy_insn(TOY_CALL, 2, 9)); /* to 10 */
    toy_write(2, toy_insn(TOY_ADD, 0, 2));
    toy_write(3, toy_insn(TOY_LOOP, 1, -2)); /* to 1 */
    toy_write(4, toy_insn(TOY_SYSCALL, 0, 0));
    toy_write(10, toy_insn(TOY_ADD, 0, 1));
    toy_write(11, toy_insn(TOY_ADD, 0, 2));
    toy_write(12, toy_insn(TOY_RETURN, 2, 0));
}

typedef struct Fixture {
    Vcpu vcpu;
    ToyState *state;
} Fixture;

static void start(Fixture *f, int n)
{
    f->vcpu = (Vcpu){ 0 };
    toy_open(&(AccelOptions){ 0 });
    f->state = toy_vcpu(&f->vcpu);
    write_program(n);
}

static void end(Fixture *f)
{
    accel_tcg.vcpu_done(&f->vcpu);
    accel_tcg.close();
}

/* Run once without a stop, so that everything is translated, chained and remembered. */
static void warm_up(Fixture *f, int n)
{
    start(f, n);
    g_assert_cmpint(run(&f->vcpu), ==, VCPU_SYSCALL);
    *f->state = (ToyState){ .pc = toy_addr(0) };
}

/* Over the breakpoint the vCPU stands on. */
static void step_over(Fixture *f)
{
    accel_tcg.set_single_step(&f->vcpu, true);
    g_assert_cmpint(run(&f->vcpu), ==, VCPU_DEBUG);
    accel_tcg.set_single_step(&f->vcpu, false);
}

/* Every pass stops at index, before it is executed. */
static void check_hits(Fixture *f, unsigned index, unsigned passes)
{
    for (unsigned n = 0; n < passes; n++) {
        g_assert_cmpint(run(&f->vcpu), ==, VCPU_DEBUG);
        g_assert_cmphex(f->state->pc, ==, toy_addr(index));
        /* Again: it is still there. */
        g_assert_cmpint(run(&f->vcpu), ==, VCPU_DEBUG);
        g_assert_cmphex(f->state->pc, ==, toy_addr(index));
        step_over(f);
    }
    g_assert_cmpint(run(&f->vcpu), ==, VCPU_SYSCALL);
    g_assert_cmpuint(f->state->reg[0], ==, passes * 5);
}

/* In cold code and hot; at the start, in the middle and at the end of a block. */
static void test_breakpoints(void)
{
    static const unsigned where[] = { 1, 2, 3, 10, 11, 12 };

    for (unsigned n = 0; n < G_N_ELEMENTS(where); n++) {
        for (unsigned hot = 0; hot < 2; hot++) {
            Fixture f;

            if (hot) {
                warm_up(&f, 20);
            } else {
                start(&f, 20);
            }
            g_assert_cmpint(accel_tcg.insert_breakpoint(toy_addr(where[n])), ==, 0);
            check_hits(&f, where[n], 20);
            end(&f);
        }
    }
}

static void test_insert_remove(void)
{
    Fixture f;

    warm_up(&f, 5);
    g_assert_cmpint(accel_tcg.insert_breakpoint(toy_addr(11)), ==, 0);
    g_assert_cmpint(accel_tcg.insert_breakpoint(toy_addr(11)), ==, -EEXIST);
    g_assert_cmpint(accel_tcg.insert_breakpoint(toy_addr(2)), ==, 0);
    g_assert_cmpint(run(&f.vcpu), ==, VCPU_DEBUG);
    g_assert_cmphex(f.state->pc, ==, toy_addr(11));
    g_assert_cmpint(accel_tcg.remove_breakpoint(toy_addr(11)), ==, 0);
    g_assert_cmpint(accel_tcg.remove_breakpoint(toy_addr(11)), ==, -ENOENT);
    g_assert_cmpint(run(&f.vcpu), ==, VCPU_DEBUG);
    g_assert_cmphex(f.state->pc, ==, toy_addr(2));
    g_assert_cmpint(accel_tcg.remove_breakpoint(toy_addr(2)), ==, 0);
    g_assert_cmpint(run(&f.vcpu), ==, VCPU_SYSCALL);
    g_assert_cmpuint(f.state->reg[0], ==, 25);
    end(&f);
}

/* Only what holds the address is translated again. */
static void test_invalidates_little(void)
{
    Fixture f;
    uint64_t before;

    warm_up(&f, 5);
    g_assert_cmpint(accel_tcg.insert_breakpoint(toy_addr(100)), ==, 0);
    g_assert_cmpuint(toy_stat("invalidated"), ==, 0);
    g_assert_cmpint(accel_tcg.insert_breakpoint(toy_addr(11)), ==, 0);
    g_assert_cmpuint(toy_stat("invalidated"), ==, 1);
    before = toy_stat("blocks");
    check_hits(&f, 11, 5);
    /* 10 alone; 11 as a step; 12. */
    g_assert_cmpuint(toy_stat("blocks"), ==, before + 3);
    g_assert_cmpuint(toy_stat("flushes"), ==, 0);
    end(&f);
}

/* An address inside an instruction is never come to, and hurts nobody. */
static void test_inside(void)
{
    Fixture f;

    warm_up(&f, 5);
    for (unsigned n = 0; n < 13; n++) {
        g_assert_cmpint(accel_tcg.insert_breakpoint(toy_addr(n) + 2), ==, 0);
    }
    g_assert_cmpint(run(&f.vcpu), ==, VCPU_SYSCALL);
    g_assert_cmpuint(f.state->reg[0], ==, 25);
    end(&f);
}

/* Each step is one instruction, on the way that is known, in hot code and over breakpoints. */
static void test_steps(void)
{
    static const unsigned way[] = { 0, 1, 10, 11, 12, 2, 3, 1, 10, 11, 12, 2, 3, 4 };
    Fixture f;

    warm_up(&f, 2);
    g_assert_cmpint(accel_tcg.insert_breakpoint(toy_addr(11)), ==, 0);
    accel_tcg.set_single_step(&f.vcpu, true);
    for (unsigned n = 0; n < G_N_ELEMENTS(way); n++) {
        g_assert_cmphex(f.state->pc, ==, toy_addr(way[n]));
        g_assert_cmpint(run(&f.vcpu), ==, way[n] == 4 ? VCPU_SYSCALL : VCPU_DEBUG);
    }
    g_assert_cmpuint(f.state->reg[0], ==, 10);
    accel_tcg.set_single_step(&f.vcpu, false);
    accel_tcg.remove_breakpoint(toy_addr(11));
    *f.state = (ToyState){ .pc = toy_addr(0) };
    g_assert_cmpint(run(&f.vcpu), ==, VCPU_SYSCALL);
    g_assert_cmpuint(f.state->reg[0], ==, 10);
    end(&f);
}

/* fence.i and an unknown instruction, stepped. */
static void test_step_exits(void)
{
    Fixture f;

    start(&f, 1);
    toy_write(0, toy_insn(TOY_FENCE, 0, 0));
    toy_write(1, toy_insn(TOY_ILLEGAL, 0, 0));
    accel_tcg.set_single_step(&f.vcpu, true);
    g_assert_cmpint(run(&f.vcpu), ==, VCPU_DEBUG);
    g_assert_cmphex(f.state->pc, ==, toy_addr(1));
    g_assert_cmpint(run(&f.vcpu), ==, VCPU_ILLEGAL);
    g_assert_cmphex(f.state->pc, ==, toy_addr(1));
    end(&f);
}

/* Jumps to itself: a step comes back from it all the same. */
static void test_step_self(void)
{
    Fixture f;

    start(&f, 1);
    toy_write(0, toy_insn(TOY_JUMP, 0, 0));
    toy_write(1, toy_insn(TOY_RETURN, 3, 0));
    accel_tcg.set_single_step(&f.vcpu, true);
    for (unsigned n = 0; n < 3; n++) {
        g_assert_cmpint(run(&f.vcpu), ==, VCPU_DEBUG);
        g_assert_cmphex(f.state->pc, ==, toy_addr(0));
    }
    f.state->reg[3] = f.state->pc = toy_addr(1);
    for (unsigned n = 0; n < 3; n++) {
        g_assert_cmpint(run(&f.vcpu), ==, VCPU_DEBUG);
        g_assert_cmphex(f.state->pc, ==, toy_addr(1));
    }
    end(&f);
}

/*
 * A breakpoint put in while others run, and while its place is being translated: from some moment on, all
 * stop there.
 */
enum { NB_THREADS = 3 };

static void *runner(void *opaque)
{
    Vcpu *vcpu = opaque;

    g_assert_cmpint(run(vcpu), ==, VCPU_DEBUG);
    g_assert_cmphex(vcpu_pc(vcpu), ==, toy_addr(11));
    return NULL;
}

static void test_insert_beside(void)
{
    for (unsigned round = 0; round < 100; round++) {
        Vcpu vcpu[NB_THREADS] = { 0 };
        pthread_t thread[NB_THREADS];

        toy_open(&(AccelOptions){ 0 });
        write_program(0);
        toy_write(3, toy_insn(TOY_JUMP, 0, -2)); /* for ever, through an indirect jump */
        for (unsigned n = 0; n < NB_THREADS; n++) {
            toy_vcpu(&vcpu[n]);
            pthread_create(&thread[n], NULL, runner, &vcpu[n]);
        }
        if (round % 2) {
            g_usleep(50);
        }
        g_assert_cmpint(accel_tcg.insert_breakpoint(toy_addr(11)), ==, 0);
        for (unsigned n = 0; n < NB_THREADS; n++) {
            pthread_join(thread[n], NULL);
            accel_tcg.vcpu_done(&vcpu[n]);
        }
        accel_tcg.close();
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/accel/debug/breakpoints", test_breakpoints);
    g_test_add_func("/accel/debug/insert-remove", test_insert_remove);
    g_test_add_func("/accel/debug/invalidates-little", test_invalidates_little);
    g_test_add_func("/accel/debug/inside", test_inside);
    g_test_add_func("/accel/debug/steps", test_steps);
    g_test_add_func("/accel/debug/step-exits", test_step_exits);
    g_test_add_func("/accel/debug/step-self", test_step_self);
    g_test_add_func("/accel/debug/insert-beside", test_insert_beside);
    return g_test_run();
}
