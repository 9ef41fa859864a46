# guest: exec
# status: 6
break hit
continue
# expect: received signal SIGUSR1
continue
# expect: received signal SIGUSR2
continue
# expect: Breakpoint 1, hit \(n=1\)
continue
# expect: Remote connection closed
# expect: ignored 1 default 1
