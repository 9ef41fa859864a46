# Hot loops as compilers write them; what becomes of each is in loops.expect.
    .globl _start
_start:
    li      a7, 93
    li      a0, 0
    addi    a5, sp, -512
    li      a4, 8
sum:                            # word sum over an array
    lw      a3, 0(a5)
    addi    a5, a5, 4
    addiw   a4, a4, -1
    addw    a2, a2, a3
    bnez    a4, sum
    addi    a5, sp, -512
    addi    a1, sp, -256
    li      a4, 4
copy:                           # double-word copy
    ld      a3, 0(a5)
    sd      a3, 0(a1)
    addi    a5, a5, 8
    addi    a1, a1, 8
    addi    a4, a4, -1
    bnez    a4, copy
    li      a4, 4
    li      a3, 0
index:                          # unsigned index, scaled
    slli    a5, a3, 32
    srli    a5, a5, 29
    sub     a5, sp, a5
    sd      a4, -8(a5)
    addiw   a3, a3, 1
    bne     a3, a4, index
    li      a4, 4
    addi    a5, sp, -512
dot:                            # fused multiply-add
    fld     fa5, 0(a5)
    fld     fa4, 8(a5)
    fmadd.d fa0, fa5, fa4, fa0
    addi    a5, a5, 8
    addi    a4, a4, -1
    bnez    a4, dot
    li      a4, 4
rotate:                         # a rotation, a quotient and a remainder
    srliw   a3, a4, 7
    slliw   a5, a4, 25
    or      a5, a5, a3
    divu    a2, a5, a4
    remu    a1, a5, a4
    addi    a4, a4, -1
    bnez    a4, rotate
    jal     ra, callee
    li      a0, 0
    ecall
callee:
    snez    a0, a0
    ret
