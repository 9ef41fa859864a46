/*
 * The process as the gdb server sees it: threads, registers, memory, files.  While it is stopped.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "accel/accel.h"
#include "gdb-control.h"
#include "linux-user/debug.h"
#include "linux-user/guest-mem.h"
#include "linux-user/process.h"
#include "util/log.h"
#include "util/own-fd.h"

/* A child of vfork has its own id in the task it borrows. */
static int tid_of(const GuestTask *task)
{
    return task->is_vfork ? task->debug.vfork_tid : task->tid;
}

static bool is_listed(const GuestTask *task)
{
    return task->tid && !task->exited;
}

GuestTask *debug_find_task(int tid)
{
    Process *process = process_self();
    GuestTask *found = NULL;

    pthread_mutex_lock(&process->tasks_lock);
    for (GuestTask *task = process->tasks; task && !found; task = task->next) {
        found = is_listed(task) && tid_of(task) == tid ? task : NULL;
    }
    pthread_mutex_unlock(&process->tasks_lock);
    return found;
}

/* In the order of their ids, which is that of their births until ids wrap around. */
static int next_thread(int tid)
{
    Process *process = process_self();
    int next = 0;

    pthread_mutex_lock(&process->tasks_lock);
    for (const GuestTask *task = process->tasks; task; task = task->next) {
        if (is_listed(task) && tid_of(task) > tid && (!next || tid_of(task) < next)) {
            next = tid_of(task);
        }
    }
    pthread_mutex_unlock(&process->tasks_lock);
    return next;
}

static bool thread_name(int tid, char *buf, size_t size)
{
    g_autofree char *path = g_strdup_printf("/proc/self/task/%d/comm", tid);
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return false;
    }
    g_strlcpy(buf, g_strchomp(text), size);
    return true;
}

static unsigned call_size(const GuestTask *task)
{
    unsigned size = task->process->abi->syscall_insn_size;

    return size ? size : 4;
}

static void get_parts(const GuestTask *task, const GuestReg *reg, void *buf)
{
    uint64_t value = 0;

    for (const GuestRegPart *part = reg->parts; part->bits; part++) {
        uint32_t word;

        memcpy(&word, (const uint8_t *)task->vcpu.state + part->offset, sizeof(word));
        value |= (uint64_t)(word & ((1u << part->bits) - 1)) << part->shift;
    }
    memcpy(buf, &value, reg->bits / 8);
}

static void set_parts(GuestTask *task, const GuestReg *reg, const void *buf)
{
    uint64_t value = 0;

    memcpy(&value, buf, reg->bits / 8);
    for (const GuestRegPart *part = reg->parts; part->bits; part++) {
        uint32_t word = (uint32_t)(value >> part->shift) & ((1u << part->bits) - 1);

        memcpy((uint8_t *)task->vcpu.state + part->offset, &word, sizeof(word));
    }
}

static bool read_reg(int tid, const GuestReg *reg, void *buf)
{
    GuestTask *task = debug_find_task(tid);
    uint64_t pc;

    if (!task) {
        return false;
    }
    if (reg->parts) {
        get_parts(task, reg, buf);
        return true;
    }
    memcpy(buf, (const uint8_t *)task->vcpu.state + reg->offset, reg->bits / 8);
    if (reg->offset == task->vcpu.arch->pc_offset && task->debug.in_call &&
        !task->debug.abandoned) {
        pc = vcpu_pc(&task->vcpu) - call_size(task);
        memcpy(buf, &pc, reg->bits / 8);
    }
    return true;
}

/* The call the task is in will be made again when pc gets there; see TaskDebug.in_call. */
static void abandon_call(GuestTask *task)
{
    TaskDebug *debug = &task->debug;
    const Vcpu *vcpu = &task->vcpu;

    debug->result_pc = vcpu_pc(vcpu);
    debug->result_sp = guest_state_addr(vcpu->arch, vcpu->state, vcpu->arch->sp_offset);
    debug->has_result = false;
    debug->abandoned = true;
    vcpu_set_pc(&task->vcpu, vcpu_pc(vcpu) - call_size(task));
}

static bool write_reg(int tid, const GuestReg *reg, const void *buf)
{
    GuestTask *task = debug_find_task(tid);

    if (!task) {
        return false;
    }
    if (task->debug.in_call && !task->debug.abandoned) {
        abandon_call(task);
    }
    if (reg->parts) {
        set_parts(task, reg, buf);
    } else if (!reg->constant) {
        memcpy((uint8_t *)task->vcpu.state + reg->offset, buf, reg->bits / 8);
    }
    return true;
}

/* The layout is the host's for all 64-bit guests. */
static GuestTask *task_with_siginfo(int tid)
{
    GuestTask *task = debug_find_task(tid);

    return task && task->debug.in_report && task->vcpu.arch->address_bits == 64 ? task : NULL;
}

static size_t get_siginfo(int tid, void *buf, size_t size)
{
    GuestTask *task = task_with_siginfo(tid);

    if (!task || size < sizeof(siginfo_t)) {
        return 0;
    }
    memcpy(buf, &task->debug.info, sizeof(siginfo_t));
    return sizeof(siginfo_t);
}

static bool set_siginfo(int tid, const void *buf, size_t size)
{
    GuestTask *task = task_with_siginfo(tid);

    if (!task || size != sizeof(siginfo_t)) {
        return false;
    }
    memcpy(&task->debug.info, buf, size);
    return true;
}

/* Without /proc: what the guest may do itself. */
static ssize_t copy_memory(GuestAddr addr, void *buf, size_t size, bool write)
{
    void *host = g2h(process_self(), addr);
    bool ok = write ? host_copy_safe(host, buf, size) : host_copy_safe(buf, host, size);

    return ok ? (ssize_t)size : 0;
}

/* /proc/self/mem: also what the guest may not read or write itself. */
static ssize_t access_memory(GuestAddr addr, void *buf, size_t size, bool write)
{
    Process *process = process_self();
    off_t at = (off_t)(uintptr_t)g2h(process, addr);
    ssize_t done;
    int fd;

    if (addr >= process->task_size) {
        return 0;
    }
    size = MIN(size, process->task_size - addr);
    fd = open("/proc/self/mem", (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (fd < 0) {
        return copy_memory(addr, buf, size, write);
    }
    done = write ? pwrite(fd, buf, size, at) : pread(fd, buf, size, at);
    close(fd);
    return done < 0 ? 0 : done;
}

/* Memory that is dragoman's own, which lies between the guest's. */
static size_t guest_part(GuestAddr addr, size_t size)
{
    GuestMapping map;
    GuestAddr at = addr;

    while (at - addr < size && guest_mm_next(process_self()->mm, at, &map) && map.start <= at) {
        at = map.end;
    }
    return MIN(size, at - addr);
}

static size_t read_memory(GuestAddr addr, void *buf, size_t size)
{
    return (size_t)access_memory(addr, buf, guest_part(addr, size), false);
}

static bool write_memory(GuestAddr addr, const void *buf, size_t size)
{
    const AccelOps *accel = process_self()->accel;

    if (guest_part(addr, size) != size ||
        access_memory(addr, (void *)buf, size, true) != (ssize_t)size) {
        return false;
    }
    accel->invalidate(addr, addr + size);
    return true;
}

static const void *auxv(size_t *ret_size)
{
    *ret_size = process_self()->auxv_size;
    return process_self()->auxv;
}

static const char *exec_file(void)
{
    return process_self()->exe_path;
}

static int open_file(const char *path, int flags, mode_t mode)
{
    Process *process = process_self();
    g_autofree char *host = path_for_read(process, path);
    bool is_exe = strcmp(path, process->exe_path) == 0 || proc_path_is_exe(path);
    int64_t fd;

    /* /proc/PID/maps and its like, for "info proc". */
    if (!is_exe && process->tasks && proc_file_open(process->tasks, path, flags, &fd)) {
        return fd < 0 ? (int)fd : own_fd_keep((int)fd);
    }
    fd = open(is_exe ? process->exe_host : host, flags | O_CLOEXEC, mode);
    return fd < 0 ? -errno : own_fd_keep((int)fd);
}

static ssize_t read_link(const char *path, char *buf, size_t size)
{
    Process *process = process_self();
    g_autofree char *host = path_for_link(process, path);
    ssize_t got;
    int64_t length;

    if (process->tasks && proc_file_readlink(process->tasks, path, buf, size, &length)) {
        return (ssize_t)length;
    }
    got = readlink(host, buf, size);
    return got < 0 ? -errno : got;
}

GdbTarget debug_target = {
    .next_thread = next_thread,
    .thread_name = thread_name,
    .read_reg = read_reg,
    .write_reg = write_reg,
    .siginfo = get_siginfo,
    .set_siginfo = set_siginfo,
    .tls_address = debug_tls_address,
    .read_memory = read_memory,
    .write_memory = write_memory,
    .auxv = auxv,
    .exec_file = exec_file,
    .open_file = open_file,
    .read_link = read_link,
};
