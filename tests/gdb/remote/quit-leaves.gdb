# guest: count
# option: ,suspend=n
# after: SIGTERM
# ready: yes
# status: 0
print counter > 0
# expect: \$1 = 1
backtrace
# expect: #0 .*do_count
# expect: queued 0
