# guest: threads
# status: 0
break hit
continue
print own
# expect: \$1 = 100
set scheduler-locking on
next
next
print own
# expect: \$2 = 101
set var own = 50
print (int)errno
# expect: \$3 = 28
thread 1
print own
# expect: \$4 = 6
print (int)errno
# expect: \$5 = 33
set scheduler-locking off
delete
continue
# expect: exited normally
