/*
 * Guest memory copies that fail instead of faulting, and values in the guest's byte order.
 */
#include "linux-user/guest-mem.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "host-asm.h"

enum {
    /* MAX_ARG_STRINGS is larger, but the whole of argv and envp is limited to 6 MiB anyway. */
    MAX_ARG_COUNT = 1 << 20,
    MAX_ARG_STRLEN = 32 * GUEST_PAGE_SIZE, /* execve(2), "Limits on size" */
    MAX_ARG_TOTAL = 6 << 20,
};

bool host_copy_safe(void *to, const void *from, size_t size)
{
    return host_copy_asm(to, from, size) == 0;
}

bool guest_get(GuestTask *task, GuestAddr addr, void *buf, size_t size)
{
    return guest_addr_ok(task->process, addr, size) &&
           host_copy_asm(buf, g2h(task->process, addr), size) == 0;
}

bool guest_put(GuestTask *task, GuestAddr addr, const void *buf, size_t size)
{
    return guest_addr_ok(task->process, addr, size) &&
           host_copy_asm(g2h(task->process, addr), buf, size) == 0;
}

bool guest_clear(GuestTask *task, GuestAddr addr, size_t size)
{
    return guest_addr_ok(task->process, addr, size) &&
           host_clear_asm(g2h(task->process, addr), size) == 0;
}

/* Both directions of guest_get_uN and guest_put_uN, for N = 16, 32, 64. */
#define GUEST_ACCESS(bits)                                                             \
    static uint##bits##_t order##bits(const GuestTask *task, uint##bits##_t value)     \
    {                                                                                  \
        return task->process->arch->big_endian ? __builtin_bswap##bits(value) : value; \
    }                                                                                  \
    bool guest_get_u##bits(GuestTask *task, GuestAddr addr, uint##bits##_t *ret)       \
    {                                                                                  \
        uint##bits##_t value;                                                          \
                                                                                       \
        if (!guest_get(task, addr, &value, sizeof(value))) {                           \
            return false;                                                              \
        }                                                                              \
        *ret = order##bits(task, value);                                               \
        return true;                                                                   \
    }                                                                                  \
    bool guest_put_u##bits(GuestTask *task, GuestAddr addr, uint##bits##_t value)      \
    {                                                                                  \
        value = order##bits(task, value);                                              \
        return guest_put(task, addr, &value, sizeof(value));                           \
    }

GUEST_ACCESS(16)
GUEST_ACCESS(32)
GUEST_ACCESS(64)

bool guest_get_u8(GuestTask *task, GuestAddr addr, uint8_t *ret)
{
    return guest_get(task, addr, ret, 1);
}

bool guest_put_u8(GuestTask *task, GuestAddr addr, uint8_t value)
{
    return guest_put(task, addr, &value, 1);
}

unsigned guest_word_size(const GuestTask *task)
{
    return task->process->arch->address_bits / 8;
}

bool guest_get_word(GuestTask *task, GuestAddr addr, uint64_t *ret)
{
    uint32_t value;

    if (guest_word_size(task) == 8) {
        return guest_get_u64(task, addr, ret);
    }
    if (!guest_get_u32(task, addr, &value)) {
        return false;
    }
    *ret = value;
    return true;
}

bool guest_put_word(GuestTask *task, GuestAddr addr, uint64_t value)
{
    return guest_word_size(task) == 8 ? guest_put_u64(task, addr, value)
                                      : guest_put_u32(task, addr, (uint32_t)value);
}

int64_t guest_string(GuestTask *task, GuestAddr addr, size_t max, char **ret)
{
    GString *text = g_string_new(NULL);
    char chunk[256];

    while (text->len < max) {
        /* Not over a page's end: what is behind the NUL need not be mapped. */
        size_t size = MIN(sizeof(chunk), GUEST_PAGE_SIZE - (addr & ~GUEST_PAGE_MASK));
        const char *end;

        size = MIN(size, max - text->len);
        if (!guest_get(task, addr, chunk, size)) {
            g_string_free(text, TRUE);
            return -EFAULT;
        }
        end = memchr(chunk, 0, size);
        if (end) {
            g_string_append_len(text, chunk, end - chunk);
            *ret = g_string_free(text, FALSE);
            return 0;
        }
        g_string_append_len(text, chunk, (gssize)size);
        addr += size;
    }
    g_string_free(text, TRUE);
    return -ENAMETOOLONG;
}

int64_t guest_string_array(GuestTask *task, GuestAddr addr, char ***ret)
{
    GPtrArray *strings = g_ptr_array_new_with_free_func(g_free);
    size_t total = 0;
    int64_t error = 0;

    /* Linux takes a NULL array as an empty one. */
    while (addr != 0) {
        uint64_t at;
        char *text;

        if (!guest_get_word(task, addr, &at)) {
            error = -EFAULT;
            break;
        }
        if (at == 0) {
            break;
        }
        error = guest_string(task, at, MAX_ARG_STRLEN, &text);
        if (error < 0) {
            error = error == -ENAMETOOLONG ? -E2BIG : error;
            break;
        }
        g_ptr_array_add(strings, text);
        total += strlen(text) + 1;
        if (strings->len > MAX_ARG_COUNT || total > MAX_ARG_TOTAL) {
            error = -E2BIG;
            break;
        }
        addr += guest_word_size(task);
    }
    if (error < 0) {
        g_ptr_array_free(strings, TRUE);
        return error;
    }
    g_ptr_array_add(strings, NULL);
    *ret = (char **)g_ptr_array_free(strings, FALSE);
    return 0;
}

void *guest_buffer(const GuestTask *task, GuestAddr addr, uint64_t size)
{
    /* The last page below 2^64 is the kernel's on every host: access_ok() refuses it. */
    return guest_addr_ok(task->process, addr, size) ? g2h(task->process, addr)
                                                    : (void *)GUEST_PAGE_MASK;
}
