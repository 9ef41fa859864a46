# guest: signals
# status: 0
handle SIGUSR1 stop print pass
break after_signals
continue
# expect: received signal SIGUSR1
print $_siginfo.si_signo
# expect: = 10
print $_siginfo._sifields._rt.si_sigval.sival_int
# expect: = 42
print multiply(2.0, 2.0, 0)
# expect: = 4
print $_siginfo._sifields._rt.si_sigval.sival_int
# expect: = 42
continue
# expect: received signal SIGUSR1
signal 0
# expect: received signal SIGUSR1
set var $_siginfo._sifields._rt.si_sigval.sival_int = 77
print $_siginfo._sifields._rt.si_sigval.sival_int
# expect: = 77
continue
# expect: Breakpoint 1, after_signals
continue
# expect: usr1 2 usr2 0 value 77
# expect: exited normally
