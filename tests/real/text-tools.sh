# grep, sed, find, xargs, diff over generated text.
for i in $(seq 1 300); do echo "line $i: $((i * i % 97)) word$((i % 7)) $(printf '%x' $((i * 2654435761 % 1000003)))"; done > text
grep -c 'word3' text; grep -n '9[0-9] ' text | head -5; grep -E '(word1|word2) [a-f]+' text | head; grep -v word text | wc -l
grep -o '[0-9a-f]*$' text | tail -3; grep -P '(?<=word)5 .*\d{3}' text | head -3; grep -F '.' text; echo $?; grep -i LINE text | wc -l
grep -w 12 text; grep -A1 -B1 'line 100:' text; grep -rl word . | sort; grep -z line text | wc -c; egrep 'x{2}' text 2>/dev/null
sed -n '10,12p' text; sed 's/word\([0-9]\)/<\1>/g; 3q' text; sed -E 's/^line ([0-9]+): ([0-9]+)/\2 \1/' text | sort -n | tail -3
sed -e '/word0/d' -e 'y/abc/ABC/' text | md5sum; sed '$!N;s/\n/ + /' text | head -2; sed -n '/line 5:/,/line 8:/{=;p}' text
sed ':a;N;$!ba;s/\n/|/g' <(head -5 text); sed -i.bak 's/line/LINE/' text; head -1 text text.bak
printf 'hold\nspace\n' | sed -n 'H;${x;s/\n/,/g;p}'; sed --posix -n l <<< $'tab\there'
mkdir -p d/e/f d/g; touch d/1.c d/e/2.c d/e/f/3.h d/g/4.c; touch -d 2001-01-01 d/1.c; truncate -s 5000 d/e/2.c
find d | sort; find d -name '*.c' -newermt 2010-01-01 | sort; find d -type d -empty; find d -size +2k
find d -name '*.c' -exec echo found {} \; | sort; find d -type f -print0 | xargs -0 -n2 echo | wc -l; find d -regex '.*/[0-9]\.c' -printf '%f %s %y %d\n' | sort
find d -path '*/e/*' -prune -o -type f -print | sort; find d -depth -delete; ls d 2>&1
seq 20 | xargs -n 5 -P 2 echo | sort -n; echo a b c | xargs -I{} echo "[{}]"; seq 3 | xargs -t echo 2>&1
diff -u --label old --label new text text.bak | head -8; cmp text text.bak; diff3 text text.bak text | head -5; sdiff -w 60 <(seq 3) <(seq 2 4); comm -12 <(seq 1 5) <(seq 3 8)
