# guest: children
# status: 0
break hit
continue
# expect: child 10
# expect: child 11
# expect: Breakpoint 1, hit \(n=2\)
continue
# expect: exited normally
