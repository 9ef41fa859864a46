# guest: spin
# status: -9
break main
continue
kill
# expect: \[Inferior 1 .* killed\]
