# guest: close
# build: static
# status: 3
break hit
continue
# expect: Breakpoint 1, hit \(n=0\)
continue
# expect: exited with code 03
