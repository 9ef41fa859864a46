# stress-ng checks what the kernel does for it, each stressor with two processes.
for name in cpu vm memcpy qsort matrix futex mutex sem pthread signal sigq sigrt sigsuspend sigsegv sigfpe sigtrap sigabrt sigchld kill \
    fork vfork clone wait zombie pipe fifo sock sockpair udp poll epoll eventfd timer timerfd itimer nanosleep mmap mremap madvise munmap \
    brk stack shm shm-sysv msg mq fault icache atomic membarrier switch context hdd flock lockf dirdeep rename link getdent utime pty prctl; do
    stress-ng --verify --$name 2 --$name-ops 200 --timeout 20 --temp-path . > log 2>&1; echo "$name $?"; grep -E 'skipped: [1-9]|failed: [1-9]|fail: ' log | sed 's/.*\] //'
done
