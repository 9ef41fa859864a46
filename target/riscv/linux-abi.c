/*
 * Linux on riscv64 as data: registers of the system-call convention, call numbers, structure
 * layouts, address space, cpuinfo.  The processor's extensions are in hwprobe.c.
 */
#include "linux-abi.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "target/linux-abi.h"

#include "cpu.h"
#include "hwprobe.h"
#include "sigframe.h"
#include "vdso.h"

enum { REG_SP = 2, REG_TP = 4, REG_A0 = 10, REG_A7 = 17 };

#define X_OFFSET(n) (offsetof(RvState, x) + 8 * (n))

static const AbiSyscall syscalls[] = {
#define NR(number, name) { number, #name },
#include "../common/syscalls-generic64.def"
    { 258, "riscv_hwprobe" },
    { 259, "riscv_flush_icache" },
    { 0, NULL },
};

/* Open flags are asm-generic's, as x86's are: all pass through. */
static const AbiFlag open_flags[] = { { 0, 0 } };

/*
 * struct stat of asm-generic/stat.h.  The host side is x86-64's: st_nlink is 8 bytes and lies before st_mode there.
 *   name, guest offset, host offset, guest size, host size, signed
 */
static const AbiField stat_fields[] = {
    { "st_dev", 0, 0, 8, 8, false },
    { "st_ino", 8, 8, 8, 8, false },
    { "st_mode", 16, 24, 4, 4, false },
    { "st_nlink", 20, 16, 4, 8, false },
    { "st_uid", 24, 28, 4, 4, false },
    { "st_gid", 28, 32, 4, 4, false },
    { "st_rdev", 32, 40, 8, 8, false },
    { "st_size", 48, 48, 8, 8, true },
    { "st_blksize", 56, 56, 4, 8, true },
    { "st_blocks", 64, 64, 8, 8, true },
    { "st_atime", 72, 72, 8, 8, true },
    { "st_atime_nsec", 80, 80, 8, 8, false },
    { "st_mtime", 88, 88, 8, 8, true },
    { "st_mtime_nsec", 96, 96, 8, 8, false },
    { "st_ctime", 104, 104, 8, 8, true },
    { "st_ctime_nsec", 112, 112, 8, 8, false },
    { NULL },
};

static const AbiStruct stat_struct = { "stat", 128, 144, stat_fields };

/* Packed on x86-64 only. */
static const AbiField epoll_event_fields[] = {
    { "events", 0, 0, 4, 4, false },
    { "data", 8, 4, 8, 8, false },
    { NULL },
};

static const AbiStruct epoll_event_struct = { "epoll_event", 16, 12, epoll_event_fields };

/*
 * user_regs_struct and __riscv_d_ext_state of asm/ptrace.h; fcsr is frm << 5 | fflags.
 *   state offset, note offset, bytes, shift, count
 */
static const AbiCoreReg core_gregs[] = {
    { offsetof(RvState, pc), 0, 8, 0, 1 },
    { X_OFFSET(1), 8, 8, 0, 31 },
    { 0 },
};

static const AbiCoreReg core_fpregs[] = {
    { offsetof(RvState, f), 0, 8, 0, 32 },
    { offsetof(RvState, frm), 256, 4, 5, 1 },
    { offsetof(RvState, fflags), 256, 4, 0, 1 },
    { 0 },
};

static const AbiCoreNote core_notes[] = {
    { "CORE", NT_PRSTATUS, 32 * 8, core_gregs },
    { "CORE", NT_FPREGSET, 33 * 8, core_fpregs },
    { 0 },
};

static uint64_t hwcap2(const void *state)
{
    (void)state;
    return 0;
}

/* As arch/riscv prints it in 6.12. */
static void cpuinfo(const void *state, unsigned nb_cpus,
                    void (*put)(void *opaque, const char *text), void *opaque)
{
    char isa[256], text[1024];

    rv_isa_line(state, isa, sizeof(isa));
    for (unsigned i = 0; i < nb_cpus; i++) {
        snprintf(text, sizeof(text),
                 "processor\t: %u\n"
                 "hart\t\t: %u\n"
                 "isa\t\t: %s\n"
                 "mmu\t\t: sv39\n"
                 "mvendorid\t: 0x0\n"
                 "marchid\t\t: 0x0\n"
                 "mimpid\t\t: 0x0\n"
                 "hart isa\t: %s\n\n",
                 i, i, isa, isa);
        put(opaque, text);
    }
}

static void clone_child(void *state, uint64_t new_sp, bool set_tls, uint64_t tls)
{
    RvState *rv = state;

    rv->x[REG_A0] = 0;
    if (new_sp) {
        rv->x[REG_SP] = new_sp;
    }
    if (set_tls) {
        rv->x[REG_TP] = tls;
    }
}

/* riscv_flush_icache(start, end, flags): the only flag is "this thread only". */
static int64_t sys_flush_icache(const uint64_t *args, const AbiSyscallHooks *hooks)
{
    enum { FLUSH_LOCAL = 1, MINUS_EINVAL = -22 };

    if (args[2] & ~(uint64_t)FLUSH_LOCAL) {
        return MINUS_EINVAL;
    }
    if (args[0] < args[1]) {
        hooks->flush_icache(hooks->opaque, args[0], args[1]);
    }
    return 0;
}

static bool arch_syscall(void *state, const char *name, const uint64_t *args,
                         const AbiSyscallHooks *hooks, int64_t *ret)
{
    if (!strcmp(name, "riscv_flush_icache")) {
        *ret = sys_flush_icache(args, hooks);
    } else if (!strcmp(name, "riscv_hwprobe")) {
        *ret = rv_sys_hwprobe(state, args, hooks);
    } else {
        return false;
    }
    return true;
}

/* The control block lies before the thread pointer (RISC-V psABI, TLS variant I). */
static const AbiTls tls = {
    .pointer = X_OFFSET(4), /* tp */
    .table = -16,
    .entry_size = 16,
    .missing = UINT64_MAX,
};

const LinuxAbi riscv64_linux_abi = {
    .syscall_number = X_OFFSET(REG_A7),
    .syscall_arg = { X_OFFSET(10), X_OFFSET(11), X_OFFSET(12), X_OFFSET(13), X_OFFSET(14),
                     X_OFFSET(15) },
    .syscall_result = X_OFFSET(REG_A0),
    .syscalls = syscalls,
    .open_flags = open_flags,
    .stat = &stat_struct,
    .epoll_event = &epoll_event_struct,
    .platform = NULL,
    .uname_machine = "riscv64",
    .interp_dirs = "/usr/riscv64-linux-gnu",
    .stack_align = 16,
    .tls = &tls,
    .mmap_top = RV_TASK_SIZE,
    /* Two thirds up, as ELF_ET_DYN_BASE. */
    .pie_base = (RV_TASK_SIZE / 3 * 2) & ~UINT64_C(0xfff),
    .clock_tick = 100,
    .minsigstksz = sizeof(RvSigframe),
    .sigframe_size = sizeof(RvSigframe),
    .has_restorer = false,
    .core_notes = core_notes,
    .hwcap = rv_hwcap,
    .hwcap2 = hwcap2,
    .cpuinfo = cpuinfo,
    .build_sigframe = rv_build_sigframe,
    .restore_sigframe = rv_restore_sigframe,
    .clone_child = clone_child,
    .build_vdso = rv_build_vdso,
    .arch_syscall = arch_syscall,
};
