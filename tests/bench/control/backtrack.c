/* rounds: 12 */
/* Backtracking with many short, unpredictable branches: queens on a board, and a Sudoku-like fill. */
#include "../bench.h"

enum { BOARD = 8 };

static uint8_t square[9][9];

static unsigned queens(const uint8_t *rows, unsigned column)
{
    uint8_t next[16];
    unsigned count = 0;

    if (column == BOARD) {
        return 1;
    }
    memcpy(next, rows, column);
    for (unsigned row = 0; row < BOARD; row++) {
        unsigned i;

        for (i = 0; i < column; i++) {
            unsigned distance = column - i;

            if (rows[i] == row || rows[i] + distance == row || rows[i] == row + distance) {
                break;
            }
        }
        if (i == column) {
            next[column] = (uint8_t)row;
            count += queens(next, column + 1);
        }
    }
    return count;
}

static int allowed(unsigned row, unsigned column, unsigned digit)
{
    for (unsigned i = 0; i < 9; i++) {
        if (square[row][i] == digit || square[i][column] == digit ||
            square[row / 3 * 3 + i / 3][column / 3 * 3 + i % 3] == digit) {
            return 0;
        }
    }
    return 1;
}

static int fill(unsigned cell, unsigned *tries)
{
    unsigned row = cell / 9, column = cell % 9;

    if (cell == 81) {
        return 1;
    }
    if (square[row][column]) {
        return fill(cell + 1, tries);
    }
    for (unsigned digit = 1; digit <= 9; digit++) {
        ++*tries;
        if (allowed(row, column, digit)) {
            square[row][column] = (uint8_t)digit;
            if (fill(cell + 1, tries)) {
                return 1;
            }
            square[row][column] = 0;
        }
    }
    return 0;
}

static uint64_t kernel(unsigned rounds)
{
    static const char given[] =
        "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79";
    uint8_t rows[16];
    uint64_t sum = 0;

    while (rounds--) {
        unsigned tries = 0;

        for (unsigned i = 0; i < 40; i++) {
            sum = mix(sum, queens(rows, 0));
        }
        for (unsigned i = 0; i < 81; i++) {
            square[i / 9][i % 9] = given[i] == '.' ? 0 : (uint8_t)(given[i] - '0');
        }
        sum = mix(sum, (uint64_t)fill(0, &tries));
        sum = mix(sum, tries);
        for (unsigned i = 0; i < 81; i++) {
            sum = mix(sum, square[i / 9][i % 9]);
        }
    }
    return sum;
}
