# guest: calls
# status: 7
break multiply
continue
delete
print multiply(1.5, 2.0, 3)
# expect: \$1 = 6
print multiply(1.25, 4.0, 3)
# expect: \$2 = 8
print multiply(scale, place.weight, -1)
# expect: \$3 = 0.25
print add_up(100)
# expect: \$4 = 4950
info registers pc sp
# expect: pc +0x[0-9a-f]+.*<multiply
# expect: sp +0x[0-9a-f]+
set var a = 10
set var $saved = $sp
set var $sp = $sp - 32
print $sp == $saved
# expect: = 0
set var $sp = $saved
finish
# expect: Value returned is \$\d+ = 41
info all-registers
# expect: pc
continue
# expect: product 41 sum 48
# expect: exited with code 07
