/*
 * Structure layouts: field by field, through a 64-bit value.
 */
#include "layout.h"

#include <assert.h>
#include <string.h>

#include "linux-user/guest-mem.h"
#include "linux-user/process.h"

/* size bytes at p as a number, sign-extended if the field is signed. */
static uint64_t load_field(const uint8_t *p, unsigned size, bool big_endian, bool is_signed)
{
    uint64_t value = 0;
    unsigned shift = 64 - 8 * size;

    for (unsigned i = 0; i < size; i++) {
        value = value << 8 | p[big_endian ? i : size - 1 - i];
    }
    return is_signed ? (uint64_t)((int64_t)(value << shift) >> shift) : value;
}

static void store_field(uint8_t *p, unsigned size, bool big_endian, uint64_t value)
{
    for (unsigned i = 0; i < size; i++) {
        p[big_endian ? size - 1 - i : i] = value >> 8 * i;
    }
}

bool layout_put(GuestTask *task, GuestAddr addr, const AbiStruct *layout, const void *host)
{
    bool big_endian = task->process->arch->big_endian;
    uint8_t guest[LAYOUT_MAX] = { 0 };

    assert(layout->guest_size <= LAYOUT_MAX);
    for (const AbiField *f = layout->fields; f->name; f++) {
        uint64_t value =
            load_field((const uint8_t *)host + f->host_offset, f->host_size, false, f->is_signed);

        store_field(guest + f->guest_offset, f->guest_size, big_endian, value);
    }
    return guest_put(task, addr, guest, layout->guest_size);
}

bool layout_get(GuestTask *task, GuestAddr addr, const AbiStruct *layout, void *host)
{
    bool big_endian = task->process->arch->big_endian;
    uint8_t guest[LAYOUT_MAX];

    assert(layout->guest_size <= LAYOUT_MAX);
    if (!guest_get(task, addr, guest, layout->guest_size)) {
        return false;
    }
    memset(host, 0, layout->host_size);
    for (const AbiField *f = layout->fields; f->name; f++) {
        uint64_t value =
            load_field(guest + f->guest_offset, f->guest_size, big_endian, f->is_signed);

        store_field((uint8_t *)host + f->host_offset, f->host_size, false, value);
    }
    return true;
}
