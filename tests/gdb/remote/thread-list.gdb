# guest: threads
# status: 0
break hit if counter >= 20
continue
info threads
# expect: Id +Target Id +Frame
# expect: \* \d+ +Thread \d+.*hit
print counter >= 20
# expect: = 1
set scheduler-locking on
next
next
info threads
delete
set scheduler-locking off
thread apply all -q print $sp != 0
# expect: = 1
# expect: = 1
thread apply all -q print multiply(1.5, 4.0, 1)
# expect: = 7
# expect: = 7
continue
# expect: hits 100
# expect: exited normally
