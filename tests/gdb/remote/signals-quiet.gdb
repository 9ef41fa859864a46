# guest: signals
# status: 0
handle SIGUSR1 nostop noprint pass
continue
# expect: usr1 3 usr2 0 value 44
# expect: exited normally
