# guest: calls
# status: -9
break add_up
continue
# expect: Breakpoint 1, add_up
