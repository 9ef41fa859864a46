# guest: calls
# status: 7
break do_calls
continue
print two()
# expect: = 2
x/2i one
# expect: <one
set {char[8]}two = {char[8]}one
print two()
# expect: = 1
break two
x/i two
# expect: two.*:
print *(char *)two == *(char *)one
# expect: = 1
delete
continue
# expect: one 1 two 1
# expect: exited with code 07
