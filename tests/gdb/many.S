/*
 * riscv64 guest of more than 100,000 blocks, each of which runs once; then it waits to be killed.
 */
        .globl  _start
_start: li      a0, 0
        .rept   110000
        addi    a0, a0, 1
        bltz    a0, 3f          /* a block ends here */
3:
        .endr
        li      a0, 1
        la      a1, ready
        li      a2, 6
        li      a7, 64          /* write */
        ecall
2:      addi    a3, a3, 1
        j       2b

        .data
ready:  .ascii  "ready\n"
