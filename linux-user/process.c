/*
 * A process's life: load, fork, end.
 *
 * Loading ties the parts together: program files (program.c), address space (mmap.c), segments
 * (elf-load.c), the vDSO, the stack (stack.c) and the first task.
 */
#include "linux-user/process.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "accel/accel.h"
#include "coredump.h"
#include "linux-user/guest-mem.h"
#include "program.h"
#include "signal-host.h"
#include "stack.h"
#include "strace-signals.h"
#include "util/lock.h"
#include "util/log.h"

enum {
    STATUS_BAD_OPTION = 2,
    STATUS_CANNOT_RUN = 126,
    MAX_VDSO_SIZE = 64 * 1024,
};

#define DEFAULT_STACK_SIZE (UINT64_C(8) << 20)
/* For "unlimited", and for limits that only say so in numbers. */
#define MAX_STACK_SIZE (UINT64_C(1) << 30)

/* One per program: signal handlers and accelerator hooks have no other way to it. */
static Process *the_process;

Process *process_self(void)
{
    return the_process;
}

static size_t fetch_code(GuestAddr pc, void *buf, size_t size, int *ret_code)
{
    return guest_mm_fetch(the_process->mm, pc, buf, size, ret_code);
}

static bool read_memory(GuestAddr addr, void *buf, size_t size)
{
    return guest_addr_ok(the_process, addr, size) &&
           host_copy_safe(buf, g2h(the_process, addr), size);
}

static int memory_prot(GuestAddr addr)
{
    GuestMapping map;

    return guest_mm_next(the_process->mm, addr, &map) && map.start <= addr ? map.prot : PROT_NONE;
}

/* Where dragoman itself is, to be executed again for execve. */
static char *find_host_exe(void)
{
    char *path = g_file_read_link("/proc/self/exe", NULL);

    return path ? path : g_strdup("/proc/self/exe");
}

/* path without the root in front, absolute: what /proc/self/exe of the guest points to. */
static char *guest_view(const char *root, const char *host)
{
    g_autofree char *real = realpath(host, NULL);
    g_autofree char *real_root = root ? realpath(root, NULL) : NULL;
    size_t size = real_root ? strlen(real_root) : 0;

    if (!real) {
        return g_strdup(host);
    }
    if (size > 1 && strncmp(real, real_root, size) == 0 && real[size] == '/') {
        return g_strdup(real + size);
    }
    return g_strdup(real);
}

static char *without_slash(const char *root)
{
    size_t size = root ? strlen(root) : 0;

    while (size > 0 && root[size - 1] == '/') {
        size--;
    }
    return size ? g_strndup(root, size) : NULL;
}

/* NULL, or what is wrong with the -cpu argument. */
static char *check_cpu(const GuestArch *arch, const char *cpu)
{
    void *state = g_aligned_alloc0(1, arch->state_size, 64);
    const char *reason = NULL;
    bool ok = arch->reset(state, cpu, &reason);

    g_aligned_free(state);
    return ok ? NULL : g_strdup_printf("-cpu %s: %s", cpu ? cpu : "", reason ? reason : "unknown");
}

/*
 * Around fork, so that the child finds the log unlocked and empty.  Registered before the
 * accelerator's handler, so it runs behind it: the accelerator logs with its own lock held.
 */
static void lock_log(void)
{
    fflush(log_lock());
}

static Process *process_new(const Options *options, const AccelOps *accel, Program *program)
{
    Process *process = g_new0(Process, 1);

    process->arch = program->arch;
    process->abi = program->arch->linux_abi;
    process->accel = accel;
    process->options = options;
    process->guest_base = options->guest_base;
    process->mm = guest_mm_new(process->abi->mmap_top, accel);
    process->task_size = guest_mm_task_size(process->mm);
    process->host_exe = find_host_exe();
    process->root = without_slash(options->root ? options->root : program->sysroot);
    process->exe_path = guest_view(process->root, program->main.host);
    process->exe_host = g_canonicalize_filename(program->main.host, NULL);
    process->argv = g_strdupv(program->argv);
    if (options->argv0 && process->argv[0]) {
        /* A script's own argv[0] is lost anyway, as with the kernel. */
        if (strcmp(program->exec_name, program->main.path) == 0) {
            g_free(process->argv[0]);
            process->argv[0] = g_strdup(options->argv0);
        }
    }
    lock_init(&process->signal_lock);
    lock_init(&process->tasks_lock);
    pthread_cond_init(&process->task_parked, NULL);
    pthread_cond_init(&process->task_resumed, NULL);
    process->elf_flags = program->main.image.flags;
    pthread_atfork(lock_log, log_unlock, log_unlock);
    return process;
}

/* Extents that /proc/self/stat shows, and where the break begins. */
static void note_extents(Process *process, const ElfImage *image)
{
    GuestAddr end = 0;

    process->code_start = UINT64_MAX;
    for (unsigned i = 0; i < image->nb_segments; i++) {
        const ElfSegment *segment = &image->segments[i];
        GuestAddr start = segment->vaddr + image->bias;

        if (segment->prot & PROT_EXEC) {
            process->code_start = MIN(process->code_start, start);
            process->code_end = MAX(process->code_end, start + segment->filesz);
        } else {
            process->data_start = start;
            process->data_end = start + segment->filesz;
        }
        end = MAX(end, start + segment->memsz);
    }
    guest_brk_start(process->mm, guest_page_up(end));
}

static char *map_vdso(Process *process)
{
    g_autofree uint8_t *image = g_malloc0(MAX_VDSO_SIZE);
    uint64_t sigreturn = 0;
    size_t size =
        process->abi->build_vdso ? process->abi->build_vdso(image, MAX_VDSO_SIZE, &sigreturn) : 0;
    int64_t addr;

    if (size == 0) {
        return NULL;
    }
    addr = guest_mmap(process->mm, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                      0);
    if (addr < 0 || !host_copy_safe(g2h(process, (GuestAddr)addr), image, size)) {
        return g_strdup("cannot map the vDSO");
    }
    guest_mprotect(process->mm, (GuestAddr)addr, guest_page_up(size), PROT_READ | PROT_EXEC);
    guest_mm_name(process->mm, (GuestAddr)addr, "[vdso]");
    process->vdso = (GuestAddr)addr;
    process->vdso_sigreturn = (GuestAddr)addr + sigreturn;
    return NULL;
}

static uint64_t stack_size(const Options *options)
{
    struct rlimit limit;

    if (options->stack_size) {
        return options->stack_size;
    }
    if (getrlimit(RLIMIT_STACK, &limit) < 0) {
        return DEFAULT_STACK_SIZE;
    }
    return CLAMP(limit.rlim_cur, 32 * GUEST_PAGE_SIZE, MAX_STACK_SIZE);
}

/* The first task: reset, stack, entry point. */
static char *start_task(Process *process, Program *program)
{
    const ElfImage *image = &program->main.image;
    const ElfImage *interp = program->interp.host ? &program->interp.image : NULL;
    GuestTask *task = task_new(process);
    StackInfo info = {
        .phdr = image->phdr_vaddr ? image->phdr_vaddr + image->bias : 0,
        .entry = image->entry + image->bias,
        .phnum = image->phnum,
        .phentsize = image->phentsize,
        .interp_base = interp ? interp->low + interp->bias : 0,
        .exec_name = program->exec_name,
        .argv = process->argv,
        .envp = process->options->guest_env,
    };
    char *error;

    if (!task) {
        return g_strdup("not enough memory for a virtual processor");
    }
    task_set_self(task);
    if (!process->arch->reset(task->vcpu.state, process->options->cpu, &(const char *){ NULL })) {
        return g_strdup("the CPU cannot be reset"); /* check_cpu() has been passed */
    }
    error = stack_build(task, &info);
    if (error) {
        return error;
    }
    vcpu_set_pc(&task->vcpu, interp ? interp->entry + interp->bias : info.entry);
    signal_init_task(task);
    return NULL;
}

static char *map_everything(Process *process, Program *program)
{
    ElfImage *image = &program->main.image;
    char *error = stack_map(process, stack_size(process->options), image->exec_stack);

    if (!error) {
        error = elf_map(&program->main.source, image, process->mm, process->abi->pie_base);
    }
    if (!error && program->interp.host) {
        error = elf_map(&program->interp.source, &program->interp.image, process->mm, 0);
    }
    if (!error) {
        error = map_vdso(process);
    }
    if (error) {
        return error;
    }
    note_extents(process, image);
    return start_task(process, program);
}

static char *open_accel(Process *process)
{
    static const AccelHooks hooks = { fetch_code, process_symbol, read_memory, memory_prot,
                                      process_line };
    const char *reason = NULL;
    int ret = process->accel->open(process->arch, &process->options->accel, &hooks, &reason);

    if (ret == 0 && !reason) {
        return NULL;
    }
    if (process->options->accel.backend && !(reason && g_str_has_prefix(reason, "--"))) {
        return g_strdup_printf("--backend %s: %s", process->options->accel.backend,
                               reason ? reason : g_strerror(-ret));
    }
    return g_strdup(reason ? reason : g_strerror(-ret));
}

/* ps and /proc/self/comm show the program, not dragoman. */
static void set_comm(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);

    prctl(PR_SET_NAME, name);
}

static void log_start(Process *process)
{
    if (log_on(LOG_PAGE)) {
        FILE *out = log_lock();

        fprintf(out, "guest mappings at start:\n");
        guest_mm_print(process->mm, out);
        log_unlock();
    }
}

Process *process_load(const Options *options, const AccelOps *accel, char **ret_error,
                      int *ret_status)
{
    Process *process = NULL;
    g_autofree char *reason = NULL;
    Program program;
    char *error =
        program_open(&program, options->root, options->program[0], options->program, ret_status);

    if (error) {
        *ret_error = error;
        goto out;
    }
    process = the_process = process_new(options, accel, &program);
    if (options->exec_name) {
        g_free(program.exec_name);
        program.exec_name = g_strdup(options->exec_name);
    }
    signal_init();
    reason = check_cpu(process->arch, options->cpu);
    reason = reason ? reason : open_accel(process);
    if (!reason && options->gdb) {
        reason = debug_open(process, options->gdb);
    }
    if (reason) {
        *ret_error = g_steal_pointer(&reason);
        *ret_status = STATUS_BAD_OPTION;
        process = NULL;
        goto out;
    }
    reason = map_everything(process, &program);
    if (reason) {
        *ret_error = g_strdup_printf("%s: %s", options->program[0], reason);
        *ret_status = STATUS_CANNOT_RUN;
        process = NULL;
        goto out;
    }
    set_comm(program.exec_name);
    log_start(process);
out:
    program_done(&program);
    return process;
}

/* Through memory: the accelerator counts under its own lock, and logs while it holds that. */
static void log_stats(const AccelOps *accel)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (out) {
        accel->print_stats(out);
        fclose(out);
        log_printf("%s", text);
        free(text);
    }
}

static void finish_output(Process *process)
{
    if (process->accel->process_ends) {
        process->accel->process_ends();
    }
    if (log_on(LOG_STATS) && process->accel->print_stats) {
        log_stats(process->accel);
    }
    fflush(log_lock());
    log_unlock();
}

void process_exit(Process *process, int status)
{
    GuestTask *task = task_self();

    if (task) {
        process_park(task); /* the process is dying already, of a signal */
    }
    strace_exited((int)syscall(SYS_gettid), status);
    debug_process_ends(process, task);
    finish_output(process);
    debug_process_ended(process, status, 0);
    _exit(status);
}

void process_die(GuestTask *task, const siginfo_t *info)
{
    int signo = info->si_signo;
    bool dumped = false;

    process_park(task);
    signal_host_set_mask(~UINT64_C(0));
    debug_process_ends(task->process, task);
    if (signal_bit(signo) & SIGNAL_DUMPS) {
        process_stop_others(task);
        dumped = coredump_write(task, info);
    }
    strace_killed(task->tid, signo, dumped);
    finish_output(task->process);
    coredump_replace_host(task, dumped);
    debug_process_ended(task->process, 0, signo);
    signal_host_set(signo, SIGNAL_DEFAULT, 0);
    /* No other: what is pending must not come first. */
    signal_host_set_mask(~signal_bit(signo));
    syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), signo);
    /* Only a signal whose default is not to end the process comes here; natively it would not. */
    _exit(128 + signo);
}

/*
 * In the child of fork: the other threads are gone, wherever they were.  Their tasks and vCPUs may
 * be half changed, so they are not freed but left as they are.
 */
static void forget_others(GuestTask *task)
{
    task->process->tasks = task;
    task->process->stopper = NULL;
    task->next = NULL;
}

int64_t process_fork(GuestTask *task)
{
    Process *process = task->process;
    /* The child must not record what was sent to it only to forget it below. */
    uint64_t mask = signal_host_set_mask(~UINT64_C(0));
    int64_t pid;

    pthread_mutex_lock(&process->signal_lock);
    pthread_mutex_lock(&process->tasks_lock);
    guest_mm_fork_prepare(process->mm);
    pid = fork();
    pid = pid < 0 ? -errno : pid;
    guest_mm_fork_done(process->mm, pid == 0);
    if (pid == 0) {
        lock_init(&process->tasks_lock); /* their owner is the parent's thread */
        lock_init(&process->signal_lock);
        log_after_fork();
        task->tid = (int)syscall(SYS_gettid);
        process->accel->after_fork();
        forget_others(task);
        debug_after_fork(process);
        signal_after_fork(task);
    } else {
        pthread_mutex_unlock(&process->tasks_lock);
        pthread_mutex_unlock(&process->signal_lock);
        signal_host_set_mask(mask);
    }
    return pid;
}

void process_after_vfork(GuestTask *task)
{
    Process *process = task->process;

    (void)lock_inherit(&process->signal_lock);
    pthread_mutex_unlock(&process->signal_lock);
    (void)lock_inherit(&process->tasks_lock);
    pthread_mutex_unlock(&process->tasks_lock);
    guest_mm_vfork_done(process->mm);
    process->accel->after_vfork(&task->vcpu);
}
