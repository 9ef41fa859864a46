# Every tool of the package once or more, and the version and help texts of all.
printf 'pear 3\napple 1\nfig 22\napple 1\nquince 7\n' > fruit
seq 1 1000 > numbers
mkdir -p tree/a/b tree/c; echo x > tree/a/b/file; ln -s a/b tree/link; ln tree/a/b/file tree/c/hard

[ 1 -lt 2 ] && test -f fruit && echo test
arch > /dev/null; echo $?
for tool in b2sum md5sum sha1sum sha224sum sha256sum sha384sum sha512sum cksum sum; do $tool numbers; done
sha256sum numbers > sums; sha256sum -c sums
base32 fruit; base64 -w 20 fruit; basenc --base16 fruit; base64 fruit | base64 -d | cmp - fruit && echo same
basename /a/b/c.txt .txt; dirname /a/b/c.txt
cat -A fruit; tac fruit; nl fruit; rev < /dev/null 2> /dev/null
chmod 640 fruit; stat -c '%a %s %F %h' fruit tree/c/hard tree/link; chmod u+x,g-r fruit; stat -c %A fruit
chown "$(id -u)" fruit; chgrp "$(id -g)" fruit; echo $?
sort fruit > f1; sort -k2n fruit > f2; comm f1 f1 | head -2; join f1 f1; sort -u -r fruit; sort -k2,2n -t' ' fruit
cp -r tree copy; cp -p fruit fruit2; mv fruit2 fruit3; ls copy copy/a; ls -1 -F tree; ls -R tree; dir tree; vdir -d tree | cut -c1-10
csplit -s numbers 100 '{3}'; wc -l xx*; rm xx*
cut -d' ' -f1 fruit; cut -c2-3 fruit
date -u -d @1700000000 '+%F %T %j %a'; date -u -d '2024-02-29 +1 year' +%F
dd if=numbers of=part bs=10 skip=2 count=3 status=none; cat part; echo
df . > /dev/null; echo $?; du -a --apparent-size -b copy | sort -k2 | grep -v 'copy$' | grep file
dircolors -b | head -c 20; echo
echo -e 'a\tb\\n'; printf '%05.1f|%s|%b\n' 3.14159 x 'y\n'
env -i A=1 env; printenv LC_ALL; expand -t4 <<< $'a\tb'; unexpand -a <<< 'a       b'
expr 3 '*' 4 + 1; expr abc : 'a\(.\)c'; expr length hello; factor 1234567890 18446744073709551557 97
false; echo $?; true; echo $?
fmt -w 20 <<< "some words that should be wrapped at twenty columns"; fold -w 5 <<< abcdefghijkl
groups > /dev/null; echo $?; head -3 numbers; head -c 5 numbers; tail -2 numbers; tail -n +999 numbers; tail -c 4 numbers
hostid > /dev/null; echo $?; id -u > /dev/null; echo $?; whoami > /dev/null; logname > /dev/null 2>&1; who > /dev/null; users > /dev/null; pinky > /dev/null 2>&1
install -m 755 fruit installed; stat -c %a installed; link installed linked; stat -c %h linked; unlink linked
ln -s fruit symbolic; readlink symbolic; realpath --relative-to=. symbolic
mkfifo pipe; (echo through > pipe &) ; cat pipe; mknod pipe2 p; stat -c %F pipe2
mktemp -u XXXXXX | wc -c; nice -n 5 nice; nohup echo nohup 2> /dev/null; nproc > /dev/null; echo $?
numfmt --to=iec 123456789; numfmt --from=si 1.5M; od -A x -t x1z fruit | head -2; od -t f8 -N 8 numbers; od -d -N 6 numbers
paste -d, f1 f2; pathchk -p ok; pathchk -p 'no*t'; echo $?
pr -t -2 -l 4 fruit | head -3; ptx -w 40 fruit | head -3; pwd | wc -l
rm fruit3; rmdir tree/empty 2>&1; mkdir e && rmdir e; echo $?
runcon 2>&1 | head -1; chcon x fruit 2>&1 | head -1; seq -w 8 2 14; seq -f %.2f 1 0.5 2; seq -s, 5
shred -u -n 1 part; ls part 2>&1; shuf -i 1-100 | sort -n | md5sum; shuf -e a b c | sort | tr -d '\n'; echo
sleep 0.05; split -n 3 numbers piece-; wc -c piece-*; split -l 400 --additional-suffix=.x numbers y-; ls y-*
stdbuf -o0 echo unbuffered; stty 2>&1 < /dev/null; sync; tee copy1 copy2 < fruit | wc; cmp copy1 copy2; touch -d '2020-01-01 00:00:00' t; stat -c %Y t
timeout 5 true; echo $?; tr 'a-z' 'A-Z' < fruit; tr -d 0-9 < fruit; tr -s p < fruit; truncate -s 100 t; stat -c %s t
tsort <<< 'a b b c a c d a'; tty < /dev/null; uname -s; uniq -c f1; uniq -d f1; wc fruit numbers; wc -L fruit; yes | head -3
chroot / true > /dev/null 2>&1; ls --color=always -d tree; touch -d @1600000000 t; ls -la --time-style=+%s t | cut -d' ' -f1,5-

for tool in [ b2sum base32 base64 basename basenc cat chcon chgrp chmod chown cksum comm cp csplit \
    cut date dd df dir dircolors dirname du echo env expand expr factor fmt fold groups head \
    hostid id install join link ln logname ls md5sum mkdir mkfifo mknod mktemp mv nice nl nohup nproc \
    numfmt od paste pathchk pinky pr printenv printf ptx pwd readlink realpath rm rmdir runcon seq \
    sha1sum sha224sum sha256sum sha384sum sha512sum shred shuf sleep sort split stat stdbuf stty sum \
    sync tac tail tee test timeout touch tr truncate tsort tty uname unexpand uniq unlink \
    users vdir wc who whoami yes; do
    command env "$tool" --version | head -1
    command env "$tool" --help | md5sum
done
