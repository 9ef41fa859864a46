# guest: calls
# option: ,suspend=y
# status: 7
break add_up
continue
# expect: Breakpoint 1, add_up
detach
# expect: \[Inferior 1 .* detached\]
