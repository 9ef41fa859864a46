/*
 * The few routines whose instructions a signal handler must know by address.
 * One file per host processor implements them (host-x86_64.c).
 */
#ifndef HOST_ASM_H
#define HOST_ASM_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Copy or clear; 0, or 1 when the memory could not be reached. */
int host_copy_asm(void *to, const void *from, size_t size);
int host_clear_asm(void *to, size_t size);

/*
 * The system call with args[0..5], unless *pending: the kernel's result, or -512.
 */
int64_t host_syscall_asm(const atomic_int *pending, long number, const long args[6]);
/* The part of it that sleeps: from here to there, where the call returns to. */
extern const char host_syscall_begin[], host_syscall_end[];

/* What rt_sigaction's sa_restorer must point to. */
extern void (*const host_sigreturn)(void);

/*
 * For signal handlers.  The fault at the interrupted instruction is one of the copies': make it
 * return 1.
 */
int host_fixup_copy(void *context);
/*
 * The interrupted code was about to make host_syscall_asm()'s call: make that return -513; or to
 * restart it: -512.
 */
void host_interrupt_syscall(void *context);
/*
 * For SIGABRT's handler: abort() of ours was interrupted in the tgkill by which it sends the signal
 * to itself.  A guest's own such call is made by syscall() or host_syscall_asm().
 */
int host_is_abort(const void *context);
uint64_t host_context_pc(const void *context);
uint64_t host_context_sp(const void *context);

#endif
