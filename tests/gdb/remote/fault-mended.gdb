# guest: fault
# status: 3
continue
# expect: received signal SIGSEGV
set var $at = &place.x
return place.x
signal 0
# expect: exited with code 03
