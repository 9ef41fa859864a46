# Programs in Rust (threads, memory maps) and Go (goroutines) that search and show text.
mkdir -p src/deep .hidden; for n in 1 2 3 4 5 6 7 8 9; do seq $n 3000 > src/n$n; echo "int f$n(void) { return $n; }" > src/deep/f$n.c; done; echo secret > .hidden/x
rg -c 99 src | sort; rg -n --sort path 'int f[2-4]' src; rg -P '(?<=f)\d(?=\()' -o src | sort; rg -l -uu secret . | sort; rg none src; echo "none $?"
rg --json -m1 return src/deep/f1.c | wc -l; rg -U 'f1.*\n' src/deep/f1.c; rg --files | sort | tail -3; rg -tc --stats return 2>&1 | grep 'matches$' | sort
fdfind . src | sort | head -5; fdfind -e c | wc -l; fdfind '^n[1-3]$' -x echo found {/} | sort; fdfind -H secret\|x . | sort; fdfind nothing; echo "nothing $?"
batcat --color=always --paging=never src/deep/f1.c; batcat -l python --color=always --paging=never -p <<< 'def f(x): return "a" + str(x)'; batcat --list-languages | wc -l
seq 10000 | fzf -f '99 !1' | head -5; seq 10000 | fzf -f "'123" --no-sort | tail -2; printf 'alpha\nbeta\ngamma\n' | fzf -f am; fzf -f x < /dev/null; echo "fzf $?"
printf 'alpha\nbeta\n' | fzf --select-1 --query bet --exit-0
