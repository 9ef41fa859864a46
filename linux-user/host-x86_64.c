/*
 * host-asm.h for x86-64.
 *
 * The routines below keep nothing on the stack, so that at any of their instructions a handler
 * can move rip to the label that returns failure.
 */
#include "host-asm.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

extern const char host_copy_begin[], host_copy_end[], host_copy_failed[];
extern const char host_syscall_begin[], host_syscall_end[];
extern const char host_syscall_not_made[], host_syscall_interrupted[];

/* to: rdi, from: rsi, size: rdx.  Words go in one move: most copies are of one. */
__asm__(".text\n"
        ".p2align 4\n"
        ".globl host_copy_asm\n"
        ".type host_copy_asm, @function\n"
        "host_copy_asm:\n"
        "    .cfi_startproc\n"
        "host_copy_begin:\n"
        "    cmpq $8, %rdx\n"
        "    jne 1f\n"
        "    movq (%rsi), %rax\n"
        "    movq %rax, (%rdi)\n"
        "    xorl %eax, %eax\n"
        "    ret\n"
        "1:  cmpq $4, %rdx\n"
        "    jne 2f\n"
        "    movl (%rsi), %eax\n"
        "    movl %eax, (%rdi)\n"
        "    xorl %eax, %eax\n"
        "    ret\n"
        "2:  movq %rdx, %rcx\n"
        "    rep movsb\n"
        "    xorl %eax, %eax\n"
        "    ret\n"
        "    .cfi_endproc\n"
        ".size host_copy_asm, . - host_copy_asm\n"

        ".globl host_clear_asm\n"
        ".type host_clear_asm, @function\n"
        "host_clear_asm:\n"
        "    .cfi_startproc\n"
        "    movq %rsi, %rcx\n"
        "    xorl %eax, %eax\n"
        "    rep stosb\n"
        "    ret\n"
        "host_copy_end:\n"
        "host_copy_failed:\n"
        "    movl $1, %eax\n"
        "    ret\n"
        "    .cfi_endproc\n"
        ".size host_clear_asm, . - host_clear_asm\n");

/* pending: rdi, number: rsi, args: rdx. */
__asm__(".text\n"
        ".p2align 4\n"
        ".globl host_syscall_asm\n"
        ".globl host_syscall_begin\n"
        ".globl host_syscall_end\n"
        ".type host_syscall_asm, @function\n"
        "host_syscall_asm:\n"
        "    .cfi_startproc\n"
        "    movq %rsi, %rax\n"
        "    movq %rdi, %rcx\n"
        "    movq %rdx, %r11\n"
        "    movq 0(%r11), %rdi\n"
        "    movq 8(%r11), %rsi\n"
        "    movq 16(%r11), %rdx\n"
        "    movq 24(%r11), %r10\n"
        "    movq 32(%r11), %r8\n"
        "    movq 40(%r11), %r9\n"
        "host_syscall_begin:\n"
        "    cmpl $0, (%rcx)\n"
        "    jne host_syscall_not_made\n"
        "    syscall\n"
        "host_syscall_end:\n"
        "    ret\n"
        "host_syscall_not_made:\n"
        "    movq $-513, %rax\n"
        "    ret\n"
        "host_syscall_interrupted:\n"
        "    movq $-512, %rax\n"
        "    ret\n"
        "    .cfi_endproc\n"
        ".size host_syscall_asm, . - host_syscall_asm\n"

        /*
         * Name and bytes are how debuggers know a signal frame on x86-64; the nop keeps the return
         * address, less one, out of the routine above, for unwinders that look there.
         */
        "    nop\n"
        ".type __restore_rt, @function\n"
        "__restore_rt:\n"
        "    movq $15, %rax\n"
        "    syscall\n"
        ".size __restore_rt, . - __restore_rt\n");

extern void restore_rt(void) __asm__("__restore_rt");

void (*const host_sigreturn)(void) = restore_rt;

uint64_t host_context_pc(const void *context)
{
    const ucontext_t *uc = context;

    return (uint64_t)uc->uc_mcontext.gregs[REG_RIP];
}

uint64_t host_context_sp(const void *context)
{
    const ucontext_t *uc = context;

    return (uint64_t)uc->uc_mcontext.gregs[REG_RSP];
}

static void set_pc(void *context, const char *pc)
{
    ucontext_t *uc = context;

    uc->uc_mcontext.gregs[REG_RIP] = (greg_t)pc;
}

static int pc_between(const void *context, const char *begin, const char *end)
{
    uint64_t pc = host_context_pc(context);

    return pc >= (uint64_t)begin && pc < (uint64_t)end;
}

int host_is_abort(const void *context)
{
    /* glibc's and musl's syscall() are shorter than 64 bytes. */
    const char *wrapper = (const char *)(uintptr_t)&syscall;
    const ucontext_t *uc = context;
    const greg_t *gregs = uc->uc_mcontext.gregs;
    const uint8_t *pc = (const uint8_t *)gregs[REG_RIP];

    return gregs[REG_RDX] == SIGABRT && gregs[REG_RDI] == getpid() &&
           gregs[REG_RSI] == syscall(SYS_gettid) && !pc_between(context, wrapper, wrapper + 64) &&
           !pc_between(context, host_syscall_begin, host_syscall_end + 1) && pc[-2] == 0x0f &&
           pc[-1] == 0x05;
}

int host_fixup_copy(void *context)
{
    if (!pc_between(context, host_copy_begin, host_copy_end)) {
        return 0;
    }
    set_pc(context, host_copy_failed);
    return 1;
}

/*
 * To restart the call, the kernel goes back to its instruction, which has left the address
 * behind it in rcx (SYSCALL in the instruction set manual).  Before it rcx is our pointer.
 */
void host_interrupt_syscall(void *context)
{
    const ucontext_t *uc = context;

    if (pc_between(context, host_syscall_begin, host_syscall_end)) {
        bool made = (uint64_t)uc->uc_mcontext.gregs[REG_RCX] == (uint64_t)host_syscall_end;

        set_pc(context, made ? host_syscall_interrupted : host_syscall_not_made);
    }
}
