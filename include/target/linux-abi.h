/*
 * The Linux ABI of a guest as data: where arguments live, which numbers calls have, how
 * structures are laid out.  Declared in this layer, read by linux-user alone.
 */
#ifndef TARGET_LINUX_ABI_H
#define TARGET_LINUX_ABI_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct GuestArch GuestArch;
typedef struct AbiSyscallHooks AbiSyscallHooks;

/* One field of a structure: where it lies in the guest's layout, and in a canonical 64-bit host one. */
typedef struct AbiField {
    const char *name;
    uint16_t guest_offset;
    uint16_t host_offset;
    uint8_t guest_size; /* bytes: 1, 2, 4, 8 */
    uint8_t host_size;
    bool is_signed;
} AbiField;

typedef struct AbiStruct {
    const char *name;
    uint16_t guest_size;
    uint16_t host_size;
    const AbiField *fields; /* ended by name == NULL */
} AbiStruct;

/* A bit mask whose values differ between guest and host (open flags); unlisted bits pass through. */
typedef struct AbiFlag {
    uint32_t guest;
    uint32_t host;
} AbiFlag;

/* Guest system-call number to name; name is the kernel's ("openat"), matched with syscalls.def. */
typedef struct AbiSyscall {
    uint16_t number;
    const char *name;
} AbiSyscall;

/* A signal about to be delivered, in host terms; the guest's frame is built from it. */
typedef struct AbiSignal {
    int signo;
    const siginfo_t *info;
    uint64_t handler;  /* guest address */
    uint64_t restorer; /* vDSO's sigreturn, or SA_RESTORER's */
    uint64_t flags;    /* SA_* */
    uint64_t blocked;  /* mask to restore at sigreturn, bit signo-1 */
    uint64_t altstack_sp, altstack_size;
    int32_t altstack_flags;
} AbiSignal;

/*
 * Registers in a note of a core file: count values of size bytes each, side by side from
 * state_offset in the CPU state and from note_offset in the note.  Values that share a place are
 * or-ed together, each shifted left first.
 */
typedef struct AbiCoreReg {
    uint32_t state_offset;
    uint16_t note_offset;
    uint8_t size; /* bytes: 1, 2, 4, 8 */
    uint8_t shift;
    uint8_t count;
} AbiCoreReg;

/* A set of registers, written for each thread. */
typedef struct AbiCoreNote {
    const char *owner;      /* "CORE", "LINUX" */
    uint32_t type;          /* NT_* */
    uint16_t size;          /* bytes of the registers */
    const AbiCoreReg *regs; /* ended by count == 0 */
} AbiCoreNote;

/* Where glibc keeps a thread's table of thread-local blocks, for debuggers. */
typedef struct AbiTls {
    uint32_t pointer;    /* state offset of the thread pointer */
    int32_t table;       /* from it to the table's address */
    uint32_t entry_size; /* bytes; entry n is module n's, and begins with the block's address */
    uint64_t missing;    /* what is there, if not 0, while the block has not been allocated */
} AbiTls;

typedef struct LinuxAbi {
    /* State offsets: number, six arguments, result. */
    uint32_t syscall_number;
    uint32_t syscall_arg[6];
    uint32_t syscall_result;
    uint8_t syscall_insn_size; /* bytes to go back to make an interrupted call again; 0: 4 */

    const AbiSyscall *syscalls; /* ended by name == NULL */

    const AbiFlag *open_flags; /* ended by 0, 0 */
    const AbiStruct *stat;
    const AbiStruct *epoll_event;
    const char *platform; /* AT_PLATFORM; NULL: none */
    const char *uname_machine;
    const char *interp_dirs; /* colon-separated default sysroots: "/usr/riscv64-linux-gnu" */
    uint64_t stack_align;
    uint64_t mmap_top;    /* one past the highest guest address the kernel hands out */
    uint64_t pie_base;    /* where ET_DYN programs with an interpreter are put */
    uint64_t clock_tick;  /* AT_CLKTCK */
    uint64_t minsigstksz; /* AT_MINSIGSTKSZ */
    size_t sigframe_size; /* bytes of the rt signal frame, a multiple of stack_align */
    bool has_restorer;    /* sigaction has sa_restorer */
    const AbiTls *tls;    /* NULL: not known */

    /*
     * Register sets of a core file, ended by size 0.  The first is NT_PRSTATUS's: its size is
     * that of elf_gregset_t alone, what is around it is the same on all architectures.
     */
    const AbiCoreNote *core_notes;
    uint8_t core_uid_size; /* bytes of user and group ids in elf_prpsinfo; 0: 4 */

    uint64_t (*hwcap)(const void *state);
    uint64_t (*hwcap2)(const void *state);
    /* Write /proc/cpuinfo's text for nb_cpus processors to out. */
    void (*cpuinfo)(const void *state, unsigned nb_cpus,
                    void (*put)(void *opaque, const char *text), void *opaque);

    /*
     * Fill frame (host memory, sigframe_size bytes, to be copied to guest address sp) and set
     * state up to enter the handler.
     */
    void (*build_sigframe)(void *state, const AbiSignal *sig, uint64_t sp, void *frame);
    /*
     * Restore state from a frame the guest returns through; ret_blocked: mask to install;
     * the altstack fields of *ret_sig are read back from the frame.  False: the frame is invalid.
     */
    bool (*restore_sigframe)(void *state, const void *frame, uint64_t *ret_blocked,
                             AbiSignal *ret_sig);

    /* clone: child's result register, stack and thread pointer. */
    void (*clone_child)(void *state, uint64_t new_sp, bool set_tls, uint64_t tls);

    /*
     * The vDSO: a complete ELF image (little program header set, dynamic symbols with versions,
     * .eh_frame that unwinds through the signal frame).  Returns its size and, in
     * ret_sigreturn, the offset of rt_sigreturn's trampoline.  The image is position independent.
     */
    size_t (*build_vdso)(uint8_t *buf, size_t size, uint64_t *ret_sigreturn);

    /* Architecture's own calls (riscv_flush_icache, riscv_hwprobe); false: not one of them. */
    bool (*arch_syscall)(void *state, const char *name, const uint64_t *args,
                         const AbiSyscallHooks *hooks, int64_t *ret);
} LinuxAbi;

/* What arch_syscall may ask of the process. */
struct AbiSyscallHooks {
    void *opaque;
    void (*flush_icache)(void *opaque, uint64_t start, uint64_t end);
    bool (*get)(void *opaque, uint64_t addr, void *buf, size_t size); /* false: EFAULT */
    bool (*put)(void *opaque, uint64_t addr, const void *buf, size_t size);
    unsigned nb_cpus;
};

#endif
