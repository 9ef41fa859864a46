/*
 * The report of a crash of dragoman itself: both stacks and the guest's registers, on standard
 * error.
 *
 * Anything may be broken: what is safe comes first, and an alarm ends the process where the rest
 * hangs or, by a second fault, cannot be had.  Names of guest functions are the last, since for
 * them files are read.
 */
#include "crash.h"

#include <dlfcn.h>
#include <glib.h>
#include <inttypes.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

#include "accel/accel.h"
#include "accel/debug-info.h"
#include "host-asm.h"
#include "linux-user/guest-mem.h"
#include "linux-user/task.h"
#include "signal-host.h"

/* The linker's. */
extern const char __executable_start[], etext[];

enum {
    MAX_FRAMES = 64,
    MAX_STATE = 4096,
    SECONDS = 5, /* for all of it */
};

typedef struct HostWalk {
    GuestTask *task; /* NULL: no guest thread */
    const void *context;
    unsigned nb;
    bool begun;           /* past the handler's own frames */
    bool inner_generated; /* the frame before */
    bool found;           /* the guest's registers, in state */
    void *state;
} HostWalk;

static int crash_signo;
static int crash_begun;

/* One line, or a part of it. */
static void G_GNUC_PRINTF(1, 2) say(const char *format, ...)
{
    char text[320];
    va_list args;
    int n;

    va_start(args, format);
    n = g_vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (write(STDERR_FILENO, text, (size_t)MIN(n, (int)sizeof(text) - 1)) < 0) {
        /* Nowhere left to say it. */
    }
}

/* ------------------------------------------------------------------ the host's stack */

static uint64_t frame_register(const void *opaque, unsigned dwarf)
{
    return _Unwind_GetGR((struct _Unwind_Context *)opaque, (int)dwarf);
}

/* Is it a translated block's? Then the guest's registers are known. */
static bool inspect(HostWalk *walk, struct _Unwind_Context *context, uint64_t pc)
{
    const GuestTask *task = walk->task;
    AccelHostFrame frame = {
        .pc = (const uint8_t *)(uintptr_t)pc,
        .sp = _Unwind_GetCFA(context),
        .context = walk->nb == 0 ? walk->context : NULL,
        .has_inner = walk->inner_generated,
        .get = frame_register,
        .opaque = context,
    };

    return task && task->process->accel->inspect && !walk->found &&
           task->process->accel->inspect(&task->vcpu, &frame, walk->state);
}

static bool is_generated(uint64_t pc)
{
    return pc - dragoman_debug_info.code_start < dragoman_debug_info.code_size;
}

/* Of the program and its libraries; a static program has no dynamic linker to ask. */
static void say_place(uint64_t pc, uint64_t look_at)
{
    Dl_info info = { 0 };

    if (look_at - (uintptr_t)__executable_start < (uintptr_t)(etext - __executable_start)) {
        say("dragoman+%#" PRIx64 "\n", pc - (uintptr_t)__executable_start);
    } else if (!dladdr((void *)(uintptr_t)look_at, &info) || !info.dli_fname) {
        say("unknown\n");
    } else if (info.dli_sname) {
        say("%s+%#" PRIx64 " (%s+%#" PRIx64 ")\n", info.dli_sname,
            pc - (uint64_t)(uintptr_t)info.dli_saddr, info.dli_fname,
            pc - (uint64_t)(uintptr_t)info.dli_fbase);
    } else {
        say("%s+%#" PRIx64 "\n", info.dli_fname, pc - (uint64_t)(uintptr_t)info.dli_fbase);
    }
}

static void say_frame(const HostWalk *walk, uint64_t pc, bool is_block)
{
    say("  #%-2u 0x%016" PRIx64 " ", walk->nb, pc);
    if (is_block) {
        say("translated guest code at 0x%" PRIx64 "\n",
            guest_pc(walk->task->vcpu.arch, walk->state));
    } else if (is_generated(pc)) {
        say("entry to translated code\n");
    } else {
        /* A caller's pc may be the next function's. */
        say_place(pc, walk->nb ? pc - 1 : pc);
    }
}

static _Unwind_Reason_Code on_frame(struct _Unwind_Context *context, void *opaque)
{
    HostWalk *walk = opaque;
    int before_insn;
    uint64_t pc = _Unwind_GetIPInfo(context, &before_insn);
    bool is_block;

    walk->begun = walk->begun || pc == host_context_pc(walk->context);
    if (!walk->begun) {
        return _URC_NO_REASON;
    }
    if (!pc && walk->nb) {
        return _URC_END_OF_STACK; /* above _start */
    }
    is_block = inspect(walk, context, pc);
    walk->found = walk->found || is_block;
    say_frame(walk, pc, is_block);
    walk->inner_generated = is_generated(pc);
    return ++walk->nb < MAX_FRAMES ? _URC_NO_REASON : _URC_END_OF_STACK;
}

/* ------------------------------------------------------------------ the guest's */

static void say_registers(const GuestArch *arch, const uint8_t *state)
{
    enum { A_LINE = 4 };

    for (unsigned n = 0; n < arch->nb_regs; n++) {
        const GuestReg *reg = &arch->regs[n];
        uint64_t value = 0;

        memcpy(&value, state + reg->offset, MIN(reg->bits / 8, sizeof(value)));
        say("%s%-6s %0*" PRIx64 "%s", n % A_LINE ? " " : "  ", reg->name, reg->bits / 4, value,
            n % A_LINE == A_LINE - 1 || n + 1 == arch->nb_regs ? "\n" : "");
    }
}

static bool read_guest(GuestAddr addr, void *buf, size_t size)
{
    return guest_get(task_self(), addr, buf, size);
}

/* Destroys state. */
static void say_guest_frames(const GuestArch *arch, void *state)
{
    for (unsigned n = 0; n < MAX_FRAMES; n++) {
        GuestAddr pc = guest_pc(arch, state), sp = guest_state_addr(arch, state, arch->sp_offset);
        const char *name;
        uint64_t offset;
        bool known = process_symbol(n ? pc - 1 : pc, &name, &offset);

        offset += n ? 1 : 0;
        if (known) {
            say("  #%-2u 0x%016" PRIx64 " %s+%#" PRIx64 "\n", n, pc, name, offset);
        } else {
            say("  #%-2u 0x%016" PRIx64 "\n", n, pc);
        }
        if (!known || !arch->unwind || !arch->unwind(state, pc - offset, read_guest) ||
            (guest_pc(arch, state) == pc && guest_state_addr(arch, state, arch->sp_offset) == sp)) {
            return;
        }
    }
}

/* ------------------------------------------------------------------ all of it */

static void give_up(int signo)
{
    signal_host_set(crash_signo, SIGNAL_DEFAULT, 0);
    say("dragoman: the report hangs\n");
    signal_host_set_mask(~signal_bit(crash_signo));
    syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), crash_signo);
}

static void start_alarm(void)
{
    struct sigaction act = { .sa_handler = give_up };

    sigaction(SIGALRM, &act, NULL);
    signal_host_set_mask(~signal_bit(SIGALRM));
    alarm(SECONDS);
}

void crash_report(GuestTask *task, int signo, const void *context)
{
    uint64_t buffer[MAX_STATE / 8] __attribute__((aligned(64)));
    const GuestArch *arch = task ? task->vcpu.arch : NULL;
    HostWalk walk = { .task = task, .context = context, .state = buffer };

    if (__atomic_exchange_n(&crash_begun, 1, __ATOMIC_SEQ_CST)) {
        return;
    }
    crash_signo = signo;
    start_alarm();
    if (task && task->vcpu.state && arch->state_size <= sizeof(buffer)) {
        memcpy(buffer, task->vcpu.state, arch->state_size);
    } else {
        walk.task = task = NULL;
    }
    say("host stack:\n");
    _Unwind_Backtrace(on_frame, &walk);
    if (task) {
        say("guest registers%s:\n", walk.found ? "" : ", as they are in the CPU state");
        say_registers(arch, walk.state);
        say("guest stack:\n");
        say_guest_frames(arch, walk.state);
    }
    alarm(0);
}
