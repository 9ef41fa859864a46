/*
 * Framing of gdb's packets: whole, cut, damaged, too long, interleaved; escapes; hex.
 */
#include <glib.h>
#include <string.h>

#include "gdbstub/packet.h"

/* What comes out of bytes fed in pieces of step, as text: "[data]" for packets. */
static char *read_all(const void *bytes, size_t size, size_t step)
{
    GString *out = g_string_new(NULL);
    GdbReader reader;

    gdb_reader_init(&reader);
    for (size_t at = 0; at < size; at += step) {
        const uint8_t *p = (const uint8_t *)bytes + at;
        size_t left = MIN(step, size - at);
        GdbInput input;

        while ((input = gdb_reader_next(&reader, &p, &left)) != GDB_INPUT_MORE) {
            switch (input) {
            case GDB_INPUT_PACKET:
                g_assert_cmpint(reader.data->data[reader.data->len], ==, 0);
                g_string_append_c(out, '[');
                g_string_append_len(out, (char *)reader.data->data, reader.data->len);
                g_string_append_c(out, ']');
                break;
            case GDB_INPUT_DAMAGED:
                g_string_append_c(out, '!');
                break;
            case GDB_INPUT_ACK:
                g_string_append_c(out, '+');
                break;
            case GDB_INPUT_NAK:
                g_string_append_c(out, '-');
                break;
            default:
                g_string_append_c(out, '^');
                break;
            }
        }
        g_assert_cmpuint(left, ==, 0);
    }
    gdb_reader_done(&reader);
    return g_string_free(out, FALSE);
}

static void check(const char *bytes, const char *wanted)
{
    for (size_t step = 1; step <= strlen(bytes); step++) {
        g_autofree char *got = read_all(bytes, strlen(bytes), step);

        g_assert_cmpstr(got, ==, wanted);
    }
}

static void test_packets(void)
{
    check("$#00", "[]");
    check("$g#67", "[g]");
    check("$OK#9a", "[OK]");
    check("$OK#9A", "[OK]");
    check("+$g#67-$?#3f+", "+[g]-[?]+");
    check("\003$g#67\003\003", "^[g]^^");
    /* In a packet it is data: 3 + 'X' = 0x5b. */
    check("$X\003#5b", "[X\003]");
}

static void test_damaged(void)
{
    check("$g#68", "!");
    check("$g#6x", "!");
    check("$g#x7", "!"); /* the digit left over belongs to nothing */
    check("$g#68$g#67", "![g]");
    check("$g##$g#67", "![g]");
    check("$}#7d", "!"); /* an escape of nothing */
}

static void test_garbage(void)
{
    check("hello#00\r\n$g#67 world", "[g]");
    check("######", "");
    for (unsigned round = 0; round < 2000; round++) {
        char bytes[64];
        g_autofree char *got = NULL;

        for (unsigned n = 0; n < sizeof(bytes); n++) {
            bytes[n] = "$#}+-\003g67\xff"[g_test_rand_int_range(0, 10)];
        }
        got = read_all(bytes, sizeof(bytes), (size_t)g_test_rand_int_range(1, 65));
    }
}

static void test_truncated(void)
{
    check("$qSupp", "");
    check("$qSupported:a$g#67", "[g]"); /* cut short, and begun again */
    check("$g#6$g#67", "!");            /* its $ was taken for a digit: gdb sends again after a - */
}

static void test_oversized(void)
{
    GString *bytes = g_string_new("$");
    g_autofree char *got = NULL;

    for (unsigned n = 0; n < GDB_PACKET_SIZE + 1; n++) {
        g_string_append_c(bytes, 'a');
    }
    g_string_append_printf(bytes, "#%02x$g#67", (unsigned)('a' * (GDB_PACKET_SIZE + 1)) & 0xff);
    got = read_all(bytes->str, bytes->len, 4096);
    g_assert_cmpstr(got, ==, "![g]");
    g_string_free(bytes, TRUE);
}

static void test_largest(void)
{
    GString *data = g_string_new(NULL), *bytes = g_string_new(NULL);
    g_autofree char *got = NULL;

    for (unsigned n = 0; n < GDB_PACKET_SIZE; n++) {
        g_string_append_c(data, 'a');
    }
    gdb_frame(bytes, data->str, data->len);
    got = read_all(bytes->str, bytes->len, 1000);
    g_assert_cmpuint(strlen(got), ==, GDB_PACKET_SIZE + 2);
    g_string_free(data, TRUE);
    g_string_free(bytes, TRUE);
}

/* All bytes survive. */
static void test_escapes(void)
{
    GString *data = g_string_new(NULL), *bytes = g_string_new(NULL);
    GdbReader reader;
    const uint8_t *p;
    size_t size;

    for (unsigned n = 0; n < 256; n++) {
        gdb_escape(data, &(uint8_t){ n }, 1);
    }
    g_assert_cmpuint(data->len, ==, 256 + 4);
    gdb_frame(bytes, data->str, data->len);
    gdb_reader_init(&reader);
    p = (const uint8_t *)bytes->str;
    size = bytes->len;
    g_assert_cmpint(gdb_reader_next(&reader, &p, &size), ==, GDB_INPUT_PACKET);
    g_assert_cmpuint(size, ==, 0);
    g_assert_cmpuint(reader.data->len, ==, 256);
    for (unsigned n = 0; n < 256; n++) {
        g_assert_cmpuint(reader.data->data[n], ==, n);
    }
    gdb_reader_done(&reader);
    g_string_free(data, TRUE);
    g_string_free(bytes, TRUE);

    g_assert_cmpuint(gdb_escape_fits("a#b", 3, 4), ==, 3);
    g_assert_cmpuint(gdb_escape_fits("a#b", 3, 3), ==, 2);
    g_assert_cmpuint(gdb_escape_fits("a#b", 3, 2), ==, 1);
}

static void test_hex(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    uint8_t bytes[4] = { 0 };

    gdb_put_hex(text, "\x00\x7f\xff", 3);
    g_assert_cmpstr(text->str, ==, "007fff");
    g_assert_cmpuint(gdb_get_hex("007fFFq0", bytes, 4), ==, 3);
    g_assert_cmpmem(bytes, 3, "\x00\x7f\xff", 3);
    g_assert_cmpuint(gdb_get_hex("1", bytes, 4), ==, 0);
    g_assert_cmpuint(gdb_get_hex("112233", bytes, 2), ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gdb-packet/packets", test_packets);
    g_test_add_func("/gdb-packet/damaged", test_damaged);
    g_test_add_func("/gdb-packet/garbage", test_garbage);
    g_test_add_func("/gdb-packet/truncated", test_truncated);
    g_test_add_func("/gdb-packet/oversized", test_oversized);
    g_test_add_func("/gdb-packet/largest", test_largest);
    g_test_add_func("/gdb-packet/escapes", test_escapes);
    g_test_add_func("/gdb-packet/hex", test_hex);
    return g_test_run();
}
