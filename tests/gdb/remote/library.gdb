# guest: library
# build: dynamic
# status: 0
set breakpoint pending on
break library_function
# expect: Function "library_function" not defined
continue
# expect: Breakpoint 1, .*library_function \(n=20\)
info sharedlibrary
# expect: Yes .*library.so
backtrace
# expect: #1 .*do_library
step
finish
# expect: Value returned is \$1 = 41
continue
# expect: library 41
# expect: exited normally
