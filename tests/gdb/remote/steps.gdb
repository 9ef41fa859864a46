# guest: calls
# status: 7
break do_calls
continue
step
# expect: multiply \(a=2.5, b=4, n=1\)
finish
# expect: Value returned is \$1 = 11
next
# expect: descend\(3\)
step
# expect: descend \(depth=3\)
set $before = $pc
stepi
stepi
stepi
print $pc - $before >= 3 * 2
# expect: = 1
advance add_up
# expect: add_up \(n=10\)
tbreak add_up if n == 11
next 5
return 100
continue
# expect: sum 103
# expect: exited with code 07
