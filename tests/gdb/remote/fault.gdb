# guest: fault
# status: -11
continue
# expect: received signal SIGSEGV
# expect: fault \(at=0x10\)
print $_siginfo._sifields._sigfault.si_addr
# expect: = .*0x10
backtrace
# expect: #1 .* main
signal 0
# expect: received signal SIGSEGV
continue
# expect: terminated with signal SIGSEGV
