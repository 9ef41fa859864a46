# guest: calls
# status: 7
break main
continue
# expect: Breakpoint 1, main \(argc=2
break add_up
continue
# expect: Breakpoint 2, add_up \(n=10\)
backtrace
# expect: #0 +add_up \(n=10\)
# expect: #1 .* descend \(depth=0\)
# expect: #4 .* descend \(depth=3\)
# expect: #5 .* do_calls \(\)
# expect: #6 .* main \(argc=2
info breakpoints
# expect: already hit 1 time
delete
next
next
next
# expect: sum \+= i
print i
# expect: \$1 = 0
print sum
# expect: \$2 = 0
set var i = 7
finish
# expect: Value returned is \$\d+ = 17
up
print depth
# expect: \$4 = 1
set var place.x = 30
print place
# expect: = \{x = 30, y = 4, weight = 0.5\}
continue
# expect: product 11 sum 20 point 30 4 0.5
# expect: exited with code 07
