# guest: abort
# status: -6
continue
# expect: received signal SIGABRT
continue
# expect: terminated with signal SIGABRT
