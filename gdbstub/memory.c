/*
 * Guest memory and breakpoints: m, M, x, X, Z, z, qCRC, qSearch.
 */
#include "session.h"

#include <string.h>

/* "ADDR,SIZE" and the character end. */
static bool read_range(const char **at, char end, uint64_t *ret_addr, uint64_t *ret_size)
{
    return gdb_number_to(at, ',', ret_addr) &&
           (end ? gdb_number_to(at, end, ret_size) : gdb_number(at, ret_size) && !**at);
}

GdbDone gdb_cmd_read_memory(GdbSession *s, const char *args, size_t size)
{
    uint64_t addr, length;
    g_autofree uint8_t *buf = NULL;
    size_t got;

    if (!read_range(&args, '\0', &addr, &length)) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    length = MIN(length, GDB_REPLY_ROOM / 2);
    buf = g_malloc(length + 1);
    got = s->target->read_memory(addr, buf, length);
    if (got == 0 && length) {
        return gdb_error(s, GDB_NO_MEMORY);
    }
    gdb_put_hex(s->reply, buf, got);
    return GDB_REPLY;
}

/* x: binary, "b" in front. */
GdbDone gdb_cmd_read_binary(GdbSession *s, const char *args, size_t size)
{
    uint64_t addr, length;
    g_autofree uint8_t *buf = NULL;
    size_t got;

    if (!read_range(&args, '\0', &addr, &length)) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    length = MIN(length, GDB_REPLY_ROOM);
    buf = g_malloc(length + 1);
    got = s->target->read_memory(addr, buf, length);
    if (got == 0 && length) {
        return gdb_error(s, GDB_NO_MEMORY);
    }
    g_string_append_c(s->reply, 'b');
    gdb_escape(s->reply, buf, gdb_escape_fits(buf, got, GDB_REPLY_ROOM - 1));
    return GDB_REPLY;
}

static GdbDone write_memory(GdbSession *s, uint64_t addr, const void *data, size_t size)
{
    if (size && !s->target->write_memory(addr, data, size)) {
        return gdb_error(s, GDB_NO_MEMORY);
    }
    return gdb_ok(s);
}

GdbDone gdb_cmd_write_memory(GdbSession *s, const char *args, size_t size)
{
    uint64_t addr, length;
    g_autofree uint8_t *buf = NULL;

    if (!read_range(&args, ':', &addr, &length) || length > size / 2) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    buf = g_malloc(length + 1);
    if (gdb_get_hex(args, buf, length) != length) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    return write_memory(s, addr, buf, length);
}

GdbDone gdb_cmd_write_binary(GdbSession *s, const char *args, size_t size)
{
    const char *end = args + size;
    uint64_t addr, length;

    if (!read_range(&args, ':', &addr, &length) || length != (size_t)(end - args)) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    return write_memory(s, addr, args, length);
}

/* "TYPE,ADDR,KIND..."; hardware breakpoints (1) are software ones (0). */
static GdbDone change_breakpoint(GdbSession *s, const char *args, int (*change)(GuestAddr addr))
{
    uint64_t type, addr;

    if (!gdb_number_to(&args, ',', &type) || !gdb_number_to(&args, ',', &addr)) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    if (type > 1) {
        return gdb_unknown(s);
    }
    return change(addr) < 0 ? gdb_error(s, GDB_FAILED) : gdb_ok(s);
}

GdbDone gdb_cmd_insert(GdbSession *s, const char *args, size_t size)
{
    return change_breakpoint(s, args, s->target->insert_breakpoint);
}

GdbDone gdb_cmd_remove(GdbSession *s, const char *args, size_t size)
{
    return change_breakpoint(s, args, s->target->remove_breakpoint);
}

/* gdb's CRC: polynomial 0x04c11db7, most significant bit first, from all ones, not inverted. */
static uint32_t crc32_add(uint32_t crc, const uint8_t *data, size_t size)
{
    for (size_t n = 0; n < size; n++) {
        crc ^= (uint32_t)data[n] << 24;
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = crc << 1 ^ (crc >> 31 ? 0x04c11db7 : 0);
        }
    }
    return crc;
}

GdbDone gdb_cmd_crc(GdbSession *s, const char *args, size_t size)
{
    uint64_t addr, length;
    uint32_t crc = 0xffffffff;
    uint8_t buf[4096];

    if (!read_range(&args, '\0', &addr, &length)) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    while (length) {
        size_t part = MIN(length, sizeof(buf));

        if (s->target->read_memory(addr, buf, part) != part) {
            return gdb_error(s, GDB_NO_MEMORY);
        }
        crc = crc32_add(crc, buf, part);
        addr += part;
        length -= part;
    }
    g_string_append_printf(s->reply, "C%x", crc);
    return GDB_REPLY;
}

/* The first place of the pattern in the range; *ret_found false: none.  False: unreadable. */
static bool search(GdbSession *s, uint64_t addr, uint64_t length, const char *pattern, size_t size,
                   bool *ret_found, uint64_t *ret_addr)
{
    g_autofree uint8_t *buf = g_malloc(65536 + size);

    *ret_found = false;
    while (length >= size) {
        size_t part = MIN(length, 65536 + size - 1);
        size_t step = part - size + 1;
        const uint8_t *at;

        if (s->target->read_memory(addr, buf, part) != part) {
            return false;
        }
        at = memmem(buf, part, pattern, size);
        if (at) {
            *ret_found = true;
            *ret_addr = addr + (uint64_t)(at - buf);
            return true;
        }
        addr += step;
        length -= step;
    }
    return true;
}

/* "ADDR;LENGTH;PATTERN" */
GdbDone gdb_cmd_search(GdbSession *s, const char *args, size_t size)
{
    const char *end = args + size;
    uint64_t addr, length, at = 0;
    bool found;

    if (!gdb_number_to(&args, ';', &addr) || !gdb_number_to(&args, ';', &length) || args == end) {
        return gdb_error(s, GDB_BAD_ARGUMENT);
    }
    if (!search(s, addr, length, args, (size_t)(end - args), &found, &at)) {
        return gdb_error(s, GDB_NO_MEMORY);
    }
    g_string_append(s->reply, found ? "1," : "0");
    if (found) {
        g_string_append_printf(s->reply, "%" G_GINT64_MODIFIER "x", at);
    }
    return GDB_REPLY;
}
