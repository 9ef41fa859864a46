/*
 * Thread-local variables, compiled without debug information: gcc before 14 has no place of them in it for
 * riscv, and then gdb does not look at the symbol either.
 */
__thread int LOCAL = VALUE;
