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
next
print library_own
# expect: \$1 = 31
finish
# expect: Value returned is \$2 = 41
print library_own
# expect: = 31
continue
# expect: library 41
# expect: exited normally
