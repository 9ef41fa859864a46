# What people do with a shell every day: exit statuses, pipes, signals, descriptors, jobs, loops.
false; echo "false $?"; (exit 42); echo "subshell $?"; bash -c 'exit 7'; echo "child $?"
nonexistent-command 2> /dev/null; echo "not found $?"; : > plain; ./plain 2> /dev/null; echo "not executable $?"
{ sh -c 'kill -KILL $$'; echo "killed $?"; } 2> /dev/null; bash -c 'kill -TERM $$'; echo "terminated $?"
{ perl -e 'kill "SEGV", $$; sleep 1'; echo "fault $?"; } 2> /dev/null
set -o pipefail; yes 2> /dev/null | head -2; echo "yes ${PIPESTATUS[*]}"; set +o pipefail
seq 1 100000 | head -1; seq 1 200000 | tail -1; cat /dev/zero | head -c 1000000 | wc -c
timeout 0.2 sleep 5; echo "timeout $?"; { timeout -s KILL 0.2 sleep 5; echo "timeout kill $?"; } 2> /dev/null
timeout 5 bash -c 'exit 3'; echo "in time $?"
sleep 5 & kill $!; wait $! 2> /dev/null; echo "background $?"
trap 'echo usr1' USR1; kill -USR1 $$; bash -c 'kill -USR1 $PPID'; trap - USR1
trap 'echo leaving' EXIT
(trap 'echo term; exit 5' TERM; sleep 0.3 & p=$!; (sleep 0.05; kill -TERM $BASHPID 2> /dev/null) & kill -TERM $BASHPID; wait $p); echo "trap $?"
for i in 1 2 3 4 5 6 7 8 9 10; do n=$(echo $i | tr 0-9 a-j); printf '%s ' "$n$(basename /x/$i)"; done; echo
total=0; for i in $(seq 50); do total=$((total + $(expr $i '*' 2))); done; echo $total
cat << END | sort -r
one $((1 + 1))
two $(echo nested $(echo deeper))
END
cat <<- 'END'
	raw $HOME `x`
	END
read -r a b <<< "first second third"; echo "$b/$a"
while read -r line; do echo "<$line>"; done < <(printf 'x\ny\n')
mkdir -p d/e; touch d/1 d/2 d/e/3 'd/with space'
find d -type f -exec echo {} \; | sort; find d -type f -exec echo {} + | wc -w; find d -type f -print0 | sort -z | xargs -0 -n 1 echo item
find d -name 1 -execdir pwd \; | sed 's:.*/::'; find d -empty -delete; find d
seq 20 | xargs -P2 -n 3 echo | sort -n; seq 4 | xargs -P4 -I{} sh -c 'sleep 0.0{}; exit {}' ; echo "xargs $?"
seq 3 | xargs -n1 sh -c 'exit 255' 2> /dev/null; echo "xargs $?"
env -i X=1 sh -c 'echo $X; export -p | grep -c HOME'; env FOO=bar sh -c 'echo $FOO'; env -u HOME sh -c 'echo ${HOME-unset}'
mkdir t; cd t; umask 022; touch a; chmod 4755 a; mkdir -m 1777 b; mkfifo p; ln -s a s; ln a h; chmod 600 p
tar cf ../t.tar .; mkdir ../u; tar xpf ../t.tar -C ../u; cd ../u; stat -c '%A %F %h %n' *; readlink s; cd ..
tar tvf t.tar | cut -c1-10 | sort; rm -rf t u
ls -la /proc/self/fd | grep -c -- '->'; ls /proc/self/fd 3< /dev/null | tr '\n' ' '; readlink /proc/self/fd/0
exec 5> five; echo five >&5; exec 5>&-; cat five; { echo out; echo err >&2; } 2>&1 | sort
exec 6<> six; echo hello >&6; cat six; exec 6>&-
coproc cat; echo through >&"${COPROC[1]}"; read -r back <&"${COPROC[0]}"; echo "coproc $back"; kill $COPROC_PID; wait 2> /dev/null
cat < /dev/null; echo "x" > /dev/full 2> /dev/null; echo "full $?"; cat plain nothere 2>&1; echo $?
sh -c 'ulimit -c; ulimit -n > /dev/null; echo $?'; sh -c 'umask 077; touch secret'; stat -c %a secret
(ulimit -f 1; head -c 100000 /dev/zero > big) 2> /dev/null; echo "file size $?"; stat -c %s big
echo "$0" | sed 's:.*/::'; printf '#!/bin/sh\necho script "$@" $0\n' > script; chmod +x script; ./script a 'b c'
printf '#!/usr/bin/env perl\nprint "perl $0 @ARGV\\n"' > script.pl; chmod +x script.pl; ./script.pl x
printf '#!/usr/bin/awk -f\nBEGIN { print "awk" }' > script.awk; chmod +x script.awk; ./script.awk 2> /dev/null; echo $?
time -p true 2> /dev/null; times > /dev/null; echo $?; sleep 0.2 & wait; echo "waited $?"
for i in 1 2 3; do (sleep 0.$i; exit $i) & done; wait -n; echo "first $?"; wait
mkdir deep; cd deep; for i in $(seq 20); do mkdir x; cd x; done; pwd | sed 's:.*deep::' | tr -cd x | wc -c; cd - > /dev/null; cd ..; rm -r deep
echo abc | tee >(tr a-z A-Z > upper) > /dev/null; sleep 0.2; cat upper; diff <(seq 3) <(seq 4); echo $?
nice -n 3 nice; nohup echo x 2> /dev/null | cat
bash -c 'f() { [ $1 -gt 0 ] && f $(($1 - 1)) || echo bottom; }; f 300'
bash --norc -c 'set -e; false; echo never'; echo $?; bash -c 'set -u; echo $nothing' 2> /dev/null; echo $?
date -d @0 -u +%s; [ -d /proc/$$ ] && echo proc; [ /proc/$$/exe -ef /proc/self/exe ]; echo $?; uname -m > /dev/null
