# The shell itself: expansion, arrays, arithmetic, functions, traps, here documents, jobs, pipes.
set -u
declare -A map=([one]=1 [two]=2 ["with space"]=3)
list=(a b "c d" e)
echo "${#list[@]} ${list[2]} ${list[@]: -1} ${!list[*]}"
for key in "${!map[@]}"; do echo "$key=${map[$key]}"; done | sort
echo $((2 ** 40 + 0x1f * 3 % 7)) $((-17 / 5)) $((-17 % 5)) $((1 << 62)) $((~0 >> 1))
s="The quick brown fox"
echo "${s^^} ${s,,} ${s//o/0} ${s#* } ${s##* } ${s%% *} ${s:4:5} ${#s}"
[[ $s =~ ^The\ ([a-z]+)\ (.*)$ ]] && echo "${BASH_REMATCH[1]}|${BASH_REMATCH[2]}"
fib() { (($1 < 2)) && echo "$1" || echo $(($(fib $(($1 - 1))) + $(fib $(($1 - 2))))); }
fib 10
cat <<-TEXT
	here $s
	TEXT
cat <<< "string"
read -r first rest <<< "one two three"; echo "$first/$rest"
printf '%s %5d %-5s| %x %q %.3f\n' text 42 ab 255 "a b'c" 3.14159
trap 'echo trapped' EXIT USR1
kill -USR1 $$
(exit 7); echo $?
false || echo "or"; true && echo "and"
case foo.tar.gz in *.tar.*) echo archive ;; *) echo other ;; esac
seq 1 5 | while read -r n; do echo -n "$n:"; done; echo
{ echo out; echo err >&2; } 2>&1 | sort
diff <(printf 'a\nb\n') <(printf 'a\nc\n')
sleep 0.1 & wait $!; echo "job $?"
x=$(echo sub | tr a-z A-Z); echo "$x"
for ((i = 0, sum = 0; i < 20000; i++)); do ((sum += i * i % 7)); done; echo $sum
mapfile -t lines < <(seq 3); echo "${lines[*]}"
echo {a,b}{1..3} {10..2..4}
set -- $(echo a b c); shift; echo "$# $*"
let 'n=5*4' ; echo $n ; unset n
type cd | head -1
exec 3> file; echo to-three >&3; exec 3>&-; cat file
ulimit -c 0; umask 022; umask
select_me=1; local_test() { local select_me=2; echo $select_me; }; local_test; echo $select_me
nonexistent_command_xyz; echo $?
timeout 0.2 sleep 5; echo $?
