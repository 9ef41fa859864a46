# guest: signals
# status: 0
handle SIGUSR1 nostop noprint nopass
break after_signals
continue
# expect: Breakpoint 1, after_signals
signal SIGUSR2
# expect: usr1 0 usr2 1 value
# expect: exited normally
