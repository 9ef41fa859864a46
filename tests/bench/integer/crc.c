/* rounds: 70 */
/* CRC-32 by table, CRC-16 by bits, Adler-32. */
#include "../bench.h"

enum { SIZE = 1 << 18 };

static uint8_t data[SIZE];
static uint32_t table[256];

static uint32_t crc32(const uint8_t *p, size_t n)
{
    uint32_t crc = 0xffffffff;

    while (n--) {
        crc = crc >> 8 ^ table[(crc ^ *p++) & 255];
    }
    return ~crc;
}

static uint32_t crc16(const uint8_t *p, size_t n)
{
    uint32_t crc = 0xffff;

    while (n--) {
        crc ^= (uint32_t)*p++ << 8;
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1;
        }
        crc &= 0xffff;
    }
    return crc;
}

static uint32_t adler32(const uint8_t *p, size_t n)
{
    uint32_t a = 1, b = 0;

    while (n--) {
        a = (a + *p++) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

static uint64_t kernel(unsigned rounds)
{
    uint64_t seed = 9, sum = 0;

    for (uint32_t i = 0; i < 256; i++) {
        uint32_t value = i;

        for (unsigned bit = 0; bit < 8; bit++) {
            value = value & 1 ? value >> 1 ^ 0xedb88320 : value >> 1;
        }
        table[i] = value;
    }
    for (unsigned i = 0; i < SIZE; i++) {
        data[i] = (uint8_t)next_random(&seed);
    }
    while (rounds--) {
        sum = mix(sum, crc32(data, SIZE));
        sum = mix(sum, adler32(data, SIZE));
        sum = mix(sum, crc16(data, SIZE / 8));
        data[sum % SIZE]++;
    }
    return sum;
}
