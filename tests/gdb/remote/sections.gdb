# guest: calls
# build: static
# status: 7
compare-sections
# expect: Section .text.*matched
# expect: Section .rodata.*matched
continue
# expect: exited with code 07
