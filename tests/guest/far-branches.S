/* flags: -static -nostdlib */
/* Jumps over pages and branches to the ends of their range; a block that crosses a page. */
    .globl _start
_start:
    li s0, 0
    li s1, 100
again:
    call far
    lla t0, near_page_end
    jalr ra, 0(t0)
    addi s1, s1, -1
    beqz s1, done
    j again
done:
    li t0, 1700
    bne s0, t0, bad
    li a0, 0
    li a7, 94
    ecall
bad:
    li a0, 1
    li a7, 94
    ecall

    .balign 4096
    .zero 4096 - 10
near_page_end:
    addi s0, s0, 1
    addi s0, s0, 1
    addi s0, s0, 1
    addi s0, s0, 1
    addi s0, s0, 1
    addi s0, s0, 1
    addi s0, s0, 1
    ret

    .zero 200000
far:
    addi s0, s0, 10
    beqz s0, bad2
    beq s0, s0, 1f
    .zero 3000
bad2:
    li a0, 2
    li a7, 94
    ecall
1:
    ret
