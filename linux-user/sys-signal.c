/*
 * Signals: structures of the guest in front of signal.c.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>

#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "sys.h"

enum { SIGSET_SIZE = 8, SIGINFO_SIZE = 128 };

/*
 * struct sigaction of the kernel: handler, flags, (restorer,) mask; words but for the mask,
 * which is 8 bytes.
 */
static bool get_action(GuestTask *task, GuestAddr addr, GuestSigaction *act)
{
    unsigned word = guest_word_size(task);
    bool ok =
        guest_get_word(task, addr, &act->handler) && guest_get_word(task, addr + word, &act->flags);

    addr += 2 * word;
    act->restorer = 0;
    if (task->process->abi->has_restorer) {
        ok = ok && guest_get_word(task, addr, &act->restorer);
        addr += word;
    }
    return ok && guest_get_u64(task, addr, &act->mask);
}

static bool put_action(GuestTask *task, GuestAddr addr, const GuestSigaction *act)
{
    unsigned word = guest_word_size(task);
    bool ok =
        guest_put_word(task, addr, act->handler) && guest_put_word(task, addr + word, act->flags);

    addr += 2 * word;
    if (task->process->abi->has_restorer) {
        ok = ok && guest_put_word(task, addr, act->restorer);
        addr += word;
    }
    return ok && guest_put_u64(task, addr, act->mask);
}

/* int rt_sigaction(int signo, const struct sigaction *act, struct sigaction *old, size_t) */
int64_t sys_rt_sigaction(GuestTask *task, const SysArgs *args)
{
    GuestSigaction act, old;
    GuestAddr act_addr = args->v[1], old_addr = args->v[2];
    int64_t result;

    if (args->v[3] != SIGSET_SIZE) {
        return -EINVAL;
    }
    if (act_addr && !get_action(task, act_addr, &act)) {
        return -EFAULT;
    }
    result = signal_action(task, args->v[0], act_addr ? &act : NULL, &old);
    if (result == 0 && old_addr && !put_action(task, old_addr, &old)) {
        return -EFAULT;
    }
    return result;
}

/* int rt_sigprocmask(int how, const sigset_t *set, sigset_t *old, size_t) */
int64_t sys_rt_sigprocmask(GuestTask *task, const SysArgs *args)
{
    GuestAddr set_addr = args->v[1], old_addr = args->v[2];
    uint64_t set, old;
    int64_t result;

    if (args->v[3] != SIGSET_SIZE) {
        return -EINVAL;
    }
    if (set_addr && !guest_get_u64(task, set_addr, &set)) {
        return -EFAULT;
    }
    result = signal_procmask(task, args->v[0], set_addr ? &set : NULL, &old);
    if (result == 0 && old_addr && !guest_put_u64(task, old_addr, old)) {
        return -EFAULT;
    }
    return result;
}

/* int rt_sigpending(sigset_t *set, size_t size) */
int64_t sys_rt_sigpending(GuestTask *task, const SysArgs *args)
{
    uint64_t set = signal_pending_set(task);

    if (args->v[1] > SIGSET_SIZE) {
        return -EINVAL;
    }
    return guest_put(task, args->v[0], &set, args->v[1]) ? 0 : -EFAULT;
}

/* int rt_sigsuspend(const sigset_t *mask, size_t size) */
int64_t sys_rt_sigsuspend(GuestTask *task, const SysArgs *args)
{
    uint64_t mask;

    if (args->v[1] != SIGSET_SIZE) {
        return -EINVAL;
    }
    return guest_get_u64(task, args->v[0], &mask) ? signal_suspend(task, mask) : -EFAULT;
}

/* int rt_sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *, size_t) */
int64_t sys_rt_sigtimedwait(GuestTask *task, const SysArgs *args)
{
    uint64_t set;

    if (args->v[3] != SIGSET_SIZE) {
        return -EINVAL;
    }
    if (!guest_get_u64(task, args->v[0], &set)) {
        return -EFAULT;
    }
    return safe_syscall(task, SYS_rt_sigtimedwait, &set,
                        sys_pointer(task, args->v[1], SIGINFO_SIZE),
                        sys_pointer(task, args->v[2], sizeof(struct timespec)), SIGSET_SIZE);
}

int64_t sys_rt_sigreturn(GuestTask *task, const SysArgs *args)
{
    return signal_return(task);
}

/* stack_t: pointer, int, size; the int is padded to a word. */
static bool get_altstack(GuestTask *task, GuestAddr addr, GuestAltstack *stack)
{
    unsigned word = guest_word_size(task);
    uint32_t flags;
    bool ok = guest_get_word(task, addr, &stack->sp) && guest_get_u32(task, addr + word, &flags) &&
              guest_get_word(task, addr + 2 * word, &stack->size);

    stack->flags = ok ? (int32_t)flags : 0;
    return ok;
}

static bool put_altstack(GuestTask *task, GuestAddr addr, const GuestAltstack *stack)
{
    unsigned word = guest_word_size(task);

    return guest_put_word(task, addr, stack->sp) &&
           guest_put_u32(task, addr + word, stack->flags) &&
           guest_put_word(task, addr + 2 * word, stack->size);
}

/* int sigaltstack(const stack_t *set, stack_t *old) */
int64_t sys_sigaltstack(GuestTask *task, const SysArgs *args)
{
    GuestAddr set_addr = args->v[0], old_addr = args->v[1];
    GuestAltstack set, old;
    int64_t result;

    if (set_addr && !get_altstack(task, set_addr, &set)) {
        return -EFAULT;
    }
    result = signal_altstack(task, set_addr ? &set : NULL, &old);
    if (result == 0 && old_addr && !put_altstack(task, old_addr, &old)) {
        return -EFAULT;
    }
    return result;
}

/* The kernel's own way to resume; ours repeats the original call instead. */
int64_t sys_restart_syscall(GuestTask *task, const SysArgs *args)
{
    return -EINTR;
}
