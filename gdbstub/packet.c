/*
 * Framing of the remote protocol: see gdbstub/packet.h.
 *
 * The reader is a state machine over bytes, so that it does not matter how they were cut on the way.
 * A $ inside a packet begins a new one: gdb escapes it in data, so the first was cut short.
 */
#include "gdbstub/packet.h"

enum {
    BETWEEN,
    IN_DATA,
    FIRST_DIGIT,
    SECOND_DIGIT,
    ESCAPE = '}',
    ESCAPE_BIT = 0x20,
    INTERRUPT = 3,
};

void gdb_reader_init(GdbReader *reader)
{
    *reader = (GdbReader){ .data = g_byte_array_new() };
}

void gdb_reader_done(GdbReader *reader)
{
    g_byte_array_unref(reader->data);
    reader->data = NULL;
}

void gdb_reader_reset(GdbReader *reader)
{
    reader->state = BETWEEN;
}

static void begin_packet(GdbReader *reader)
{
    g_byte_array_set_size(reader->data, 0);
    reader->state = IN_DATA;
    reader->sum = 0;
    reader->escaped = reader->too_long = false;
}

static GdbInput between(GdbReader *reader, uint8_t byte)
{
    switch (byte) {
    case '$':
        begin_packet(reader);
        return GDB_INPUT_MORE;
    case '+':
        return GDB_INPUT_ACK;
    case '-':
        return GDB_INPUT_NAK;
    case INTERRUPT:
        return GDB_INPUT_INTERRUPT;
    default:
        return GDB_INPUT_MORE;
    }
}

static void in_data(GdbReader *reader, uint8_t byte)
{
    if (byte == '$') {
        begin_packet(reader);
        return;
    }
    if (byte == '#') {
        reader->state = FIRST_DIGIT;
        return;
    }
    reader->sum += byte;
    if (byte == ESCAPE && !reader->escaped) {
        reader->escaped = true;
        return;
    }
    if (reader->data->len >= GDB_PACKET_SIZE) {
        reader->too_long = true;
        return;
    }
    byte ^= reader->escaped ? ESCAPE_BIT : 0;
    reader->escaped = false;
    g_byte_array_append(reader->data, &byte, 1);
}

static GdbInput finish_packet(GdbReader *reader, int digit)
{
    bool ok = digit >= 0 && (reader->wanted << 4 | digit) == reader->sum && !reader->too_long &&
              !reader->escaped;

    reader->state = BETWEEN;
    if (!ok) {
        return GDB_INPUT_DAMAGED;
    }
    g_byte_array_append(reader->data, (const uint8_t *)"", 1);
    g_byte_array_set_size(reader->data, reader->data->len - 1);
    return GDB_INPUT_PACKET;
}

static GdbInput take_byte(GdbReader *reader, uint8_t byte)
{
    int digit;

    switch (reader->state) {
    case IN_DATA:
        in_data(reader, byte);
        return GDB_INPUT_MORE;
    case FIRST_DIGIT:
        digit = g_ascii_xdigit_value((char)byte);
        reader->wanted = (uint8_t)digit;
        reader->state = SECOND_DIGIT;
        if (digit < 0) {
            reader->state = BETWEEN;
            return GDB_INPUT_DAMAGED;
        }
        return GDB_INPUT_MORE;
    case SECOND_DIGIT:
        return finish_packet(reader, g_ascii_xdigit_value((char)byte));
    default:
        return between(reader, byte);
    }
}

GdbInput gdb_reader_next(GdbReader *reader, const uint8_t **bytes, size_t *size)
{
    while (*size > 0) {
        GdbInput input = take_byte(reader, **bytes);

        ++*bytes;
        --*size;
        if (input != GDB_INPUT_MORE) {
            return input;
        }
    }
    return GDB_INPUT_MORE;
}

/* *: the start of a run length, which we never send. */
static bool needs_escape(uint8_t byte)
{
    return byte == '#' || byte == '$' || byte == ESCAPE || byte == '*';
}

void gdb_escape(GString *out, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    for (size_t n = 0; n < size; n++) {
        uint8_t byte = bytes[n];

        if (needs_escape(byte)) {
            g_string_append_c(out, ESCAPE);
            byte ^= ESCAPE_BIT;
        }
        g_string_append_c(out, (char)byte);
    }
}

size_t gdb_escape_fits(const void *data, size_t size, size_t room)
{
    const uint8_t *bytes = data;
    size_t n, used = 0;

    for (n = 0; n < size; n++) {
        used += needs_escape(bytes[n]) ? 2 : 1;
        if (used > room) {
            break;
        }
    }
    return n;
}

void gdb_frame(GString *out, const char *data, size_t size)
{
    uint8_t sum = 0;

    for (size_t n = 0; n < size; n++) {
        sum += (uint8_t)data[n];
    }
    g_string_append_c(out, '$');
    g_string_append_len(out, data, (gssize)size);
    g_string_append_printf(out, "#%02x", sum);
}

void gdb_put_hex(GString *out, const void *data, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = data;

    for (size_t n = 0; n < size; n++) {
        g_string_append_c(out, digits[bytes[n] >> 4]);
        g_string_append_c(out, digits[bytes[n] & 15]);
    }
}

size_t gdb_get_hex(const char *text, void *data, size_t max)
{
    uint8_t *bytes = data;
    size_t n;

    for (n = 0; n < max; n++) {
        int high = g_ascii_xdigit_value(text[2 * n]);
        int low = high < 0 ? -1 : g_ascii_xdigit_value(text[2 * n + 1]);

        if (low < 0) {
            break;
        }
        bytes[n] = (uint8_t)(high << 4 | low);
    }
    return n;
}
