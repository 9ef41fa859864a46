# guest: calls
# file: none
# status: 7
break add_up
continue
# expect: add_up \(n=10\)
backtrace
# expect: main \(argc=2
delete
continue
# expect: exited with code 07
