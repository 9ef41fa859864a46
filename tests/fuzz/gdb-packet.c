/*
 * The gdb server's parsers on arbitrary bytes: framing, then every packet as a command, on a process
 * that is not there.
 *
 * A replay without files takes packets of all commands apart and together again at random.
 */
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "../../gdbstub/session.h"
#include "fuzz.h"

enum { MEMORY = 4096, BASE = 0x1000, TID = 5 };

static uint8_t memory[MEMORY];

static void nothing(void)
{
}

static void set_resume(int tid, const GdbResume *how)
{
    g_assert(tid == TID);
}

static void set_signals(uint64_t signals)
{
}

static int next_thread(int tid)
{
    return tid < TID ? TID : 0;
}

static bool thread_name(int tid, char *buf, size_t size)
{
    g_strlcpy(buf, "<name>", size);
    return true;
}

static bool read_reg(int tid, const GuestReg *reg, void *buf)
{
    memset(buf, 1, reg->bits / 8);
    return tid == TID;
}

static bool write_reg(int tid, const GuestReg *reg, const void *buf)
{
    return memchr(buf, 0xa5, reg->bits / 8) == NULL;
}

static size_t siginfo(int tid, void *buf, size_t size)
{
    memset(buf, '#', 128);
    return 128;
}

static bool set_siginfo(int tid, const void *buf, size_t size)
{
    return size == 128;
}

static bool tls_address(int tid, uint64_t offset, GuestAddr map, GuestAddr *ret)
{
    *ret = map + offset;
    return tid == TID;
}

static size_t read_memory(GuestAddr addr, void *buf, size_t size)
{
    if (addr < BASE || addr - BASE >= MEMORY) {
        return 0;
    }
    size = MIN(size, MEMORY - (addr - BASE));
    memcpy(buf, memory + (addr - BASE), size);
    return size;
}

static bool write_memory(GuestAddr addr, const void *buf, size_t size)
{
    if (addr < BASE || addr - BASE > MEMORY || size > MEMORY - (addr - BASE)) {
        return false;
    }
    memcpy(memory + (addr - BASE), buf, size);
    return true;
}

static int change_breakpoint(GuestAddr addr)
{
    return addr % 2 ? -EINVAL : 0;
}

static const void *auxv(size_t *ret_size)
{
    *ret_size = 64;
    return memory;
}

static const char *exec_file(void)
{
    return "/a*b}";
}

static int open_file(const char *path, int flags, mode_t mode)
{
    return -ENOENT;
}

static ssize_t read_link(const char *path, char *buf, size_t size)
{
    size = MIN(size, strlen(path));
    memcpy(buf, path, size);
    return (ssize_t)size;
}

static GdbTarget target = {
    .attach = nothing,
    .detach = nothing,
    .set_resume = set_resume,
    .resume = nothing,
    .kill = nothing,
    .set_pass = set_signals,
    .set_program = set_signals,
    .next_thread = next_thread,
    .thread_name = thread_name,
    .read_reg = read_reg,
    .write_reg = write_reg,
    .siginfo = siginfo,
    .set_siginfo = set_siginfo,
    .tls_address = tls_address,
    .read_memory = read_memory,
    .write_memory = write_memory,
    .insert_breakpoint = change_breakpoint,
    .remove_breakpoint = change_breakpoint,
    .auxv = auxv,
    .exec_file = exec_file,
    .open_file = open_file,
    .read_link = read_link,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    GdbSession s = { .target = &target, .fd = -1, .reply = g_string_new(NULL) };
    GdbInput input;

    target.arch = guest_arch_by_name("riscv64");
    gdb_reader_init(&s.reader);
    while ((input = gdb_reader_next(&s.reader, &data, &size)) != GDB_INPUT_MORE) {
        if (input == GDB_INPUT_PACKET) {
            gdb_command(&s, (char *)s.reader.data->data, s.reader.data->len);
            g_assert(s.reply->len <= GDB_PACKET_SIZE);
        }
    }
    gdb_close_files(&s);
    gdb_reader_done(&s.reader);
    g_free(s.features);
    g_string_free(s.reply, TRUE);
    return 0;
}

#ifdef DRAGOMAN_FUZZ_REPLAY

enum { ROUNDS = 100000 };

static const char *const packets[] = {
    "?",
    "C0b",
    "D;1",
    "Hgp1.5",
    "Hc-1",
    "M1010,4:01020304",
    "P20=0011223344556677",
    "QPassSignals:e;10;14",
    "QStartNoAckMode",
    "S05;1000",
    "Tp1.5",
    "X1000,4:abcd",
    "Z0,1000,2",
    "z1,1000,4",
    "c",
    "g",
    "G0011",
    "m1000,800",
    "x1000,800",
    "p20",
    "qAttached:1",
    "qCRC:1000,100",
    "qGetTLSAddr:5,10,1000",
    "qSearch:memory:1000;100;abc",
    "qSupported:multiprocess+;swbreak+;no-resumed+",
    "qThreadExtraInfo,5",
    "qXfer:features:read:target.xml:0,fff",
    "qXfer:siginfo:read::10,20",
    "qXfer:siginfo:write::10:abc",
    "qXfer:auxv:read::0,1000",
    "qXfer:threads:read::0,1000",
    "qfThreadInfo",
    "qsThreadInfo",
    "vCont;s:5;c",
    "vCont;r1000,1010:p1.5;t",
    "vFile:open:2f61,0,0",
    "vFile:pread:0,100,0",
    "vFile:readlink:2f612f62",
    "vKill;1",
};

static void append_piece(GRand *rand, GString *out)
{
    const char *packet = packets[g_rand_int_range(rand, 0, G_N_ELEMENTS(packets))];
    size_t size = strlen(packet);

    if (g_rand_int_range(rand, 0, 2)) {
        size = (size_t)g_rand_int_range(rand, 0, (int)size + 1);
    }
    g_string_append_len(out, packet, (gssize)size);
    if (g_rand_int_range(rand, 0, 4) == 0) {
        g_string_append_printf(out, "%" G_GINT64_MODIFIER "x",
                               (uint64_t)g_rand_int(rand) << 32 >> g_rand_int_range(rand, 0, 64));
    }
    if (g_rand_int_range(rand, 0, 4) == 0) {
        g_string_append_c(out, ",;:=.-p"[g_rand_int_range(rand, 0, 7)]);
    }
}

static void replay_random(void)
{
    GRand *rand = g_rand_new_with_seed(4711);

    for (unsigned n = 0; n < ROUNDS; n++) {
        g_autoptr(GString) data = g_string_new(NULL), frame = g_string_new(NULL);
        int pieces = g_rand_int_range(rand, 1, 3);

        while (pieces--) {
            append_piece(rand, data);
        }
        gdb_frame(frame, data->str, data->len);
        LLVMFuzzerTestOneInput((const uint8_t *)frame->str, frame->len);
    }
    g_rand_free(rand);
}

void (*const fuzz_without_files)(void) = replay_random;

#endif
