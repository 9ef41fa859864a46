# guest: calls
# arch: riscv64
# status: 7
break multiply
continue
set $fa1 = 8.5
set $ft11 = -0.25
print $ft11
# expect: float = .*, double = -0.25
set $fflags = 31
print $fflags
# expect: = 31$
set $fflags = 0
set $frm = 1
print $frm
# expect: = 1$
set $fflags = 17
print/x $fcsr
# expect: = 0x31
set $fcsr = 0x42
print $frm
# expect: = 2$
print $fflags
# expect: = 2$
set $fcsr = 0
set $zero = 5
print $zero
# expect: = 0
set $t6 = 0x123456789abcdef0
print/x $t6
# expect: = 0x123456789abcdef0
finish
continue
# expect: exited with code 07
