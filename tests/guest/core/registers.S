/* Every register has a value of its own when the last instruction faults; the core must show them. */
    .globl _start
_start:
    .option norelax
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    li t0, 0x4000000000000000 + \n
    fmv.d.x f\n, t0
    .endr
    /* frm RUP, flags NV and NX */
    li t0, 0x71
    csrw fcsr, t0
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    li x\n, 0x1234567800000000 + \n * 0x1001
    .endr
    .globl fault
fault:
    ld x5, 0(x0)
