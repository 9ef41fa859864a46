/*
 * The framing of gdb's remote protocol: bytes to packets and back.  Pure; knows no socket.
 *
 * A packet is $DATA#CC, CC the sum of DATA's bytes as two hex digits.  In DATA, } stands for the
 * byte that follows it with bit 5 flipped.
 */
#ifndef GDBSTUB_PACKET_H
#define GDBSTUB_PACKET_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of DATA, as announced to gdb (PacketSize); longer packets are thrown away. */
enum { GDB_PACKET_SIZE = 128 * 1024 };

typedef enum GdbInput {
    GDB_INPUT_MORE,      /* nothing complete: all bytes were taken */
    GDB_INPUT_PACKET,    /* reader->data, unescaped; a NUL follows */
    GDB_INPUT_DAMAGED,   /* a packet with a wrong checksum, or one that is too long: ask again */
    GDB_INPUT_ACK,       /* + */
    GDB_INPUT_NAK,       /* - */
    GDB_INPUT_INTERRUPT, /* 0x03 between packets */
} GdbInput;

typedef struct GdbReader {
    GByteArray *data;
    uint8_t state; /* private from here on */
    uint8_t sum, wanted;
    bool escaped, too_long;
} GdbReader;

void gdb_reader_init(GdbReader *reader);
void gdb_reader_done(GdbReader *reader);
/* Forget what is half read: a new connection. */
void gdb_reader_reset(GdbReader *reader);

/*
 * Take bytes from *bytes up to the end of the next thing of interest; *bytes and *size move on.
 * Data is valid until the next call.  Bytes that belong to nothing are skipped.
 */
GdbInput gdb_reader_next(GdbReader *reader, const uint8_t **bytes, size_t *size);

/* Append data to out with the bytes escaped that have a meaning of their own. */
void gdb_escape(GString *out, const void *data, size_t size);
/* How many bytes of data fit in room bytes once they are escaped. */
size_t gdb_escape_fits(const void *data, size_t size, size_t room);
/* Append the packet with this DATA, escaped already where needed. */
void gdb_frame(GString *out, const char *data, size_t size);

/* Two digits a byte; digits in lower case. */
void gdb_put_hex(GString *out, const void *data, size_t size);
/*
 * Read pairs of digits at text up to max bytes; returns the bytes read: to the first that is no
 * pair of digits.
 */
size_t gdb_get_hex(const char *text, void *data, size_t max);

#endif
