# guest: calls
# status: 7
break add_up
continue
info auxv
# expect: AT_PAGESZ .* 4096
info threads
# expect: \* 1 +Thread
info proc
# expect: process \d+
# expect: exe = .*guest
info proc mappings
# expect: \[stack\]
maint packet qNoSuchPacket
# expect: received: ""
maint packet vNoSuchPacket
# expect: received: ""
maint packet m0,4
# expect: received: "E
maint packet !
# expect: received: ""
maint packet qNoSuchPacket
# expect: received: ""
print place.weight
# expect: = 0.5
find &place, +64, (int)4
# expect: 1 pattern found
delete
continue
# expect: exited with code 07
