# guest: threads
# status: 0
set $count = 0
break hit
commands
silent
set $count = $count + 1
continue
end
continue
# expect: hits 100
# expect: exited normally
print $count
# expect: \$1 = 100
