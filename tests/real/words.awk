# Arrays, functions, regular expressions, printf, sorting, arithmetic, pipes, time.
function gcd(a, b) { return b ? gcd(b, a % b) : a }
function join(list, n, glue,    i, s) { for (i = 1; i <= n; i++) s = s (i > 1 ? glue : "") list[i]; return s }
BEGIN {
    for (i = 1; i <= 20000; i++) { key = "k" (i * 7919 % 1013); count[key]++; total += i % 17 * 1.5 }
    n = asorti(count, keys); print n, keys[1], keys[n], count[keys[5]], total
    PROCINFO["sorted_in"] = "@val_num_desc"; for (k in count) { print k, count[k]; if (++shown == 3) break }
    printf "%d %5.2f|%-6s|%x|%c|%e|%s\n", 42.9, 3.14159, "ab", 255, 65, 12345.678, substr("abcdef", 2, 3)
    print gcd(1071, 462), length("hello"), index("hello", "l"), toupper("abc"), split("a:b:c", parts, ":"), join(parts, 3, "-")
    s = "foo bar foo"; print gsub(/foo/, "[&]", s), s, match("xyz123", /[0-9]+/), RSTART, RLENGTH, gensub(/(a)(b)/, "\\2\\1", "g", "abab")
    print sin(1), cos(1), exp(1), log(2), sqrt(2), int(-3.7), 2 ^ 31, 1e6, 0.1 + 0.2, 100000000000000000000, atan2(0, -1)
    print and(12, 10), or(12, 10), xor(12, 10), lshift(1, 40), (compl(0) > 0), strtonum("0xff"), "10" < "9", 10 < 9
    while (("seq 1 5" | getline line) > 0) sum += line; close("seq 1 5"); print sum
    print strftime("%Y-%m-%d %H:%M:%S", 1700000000, 1), mktime("2024 02 29 00 00 00", 1); srand(1); print srand()
    "echo sub" | getline x; print x; print "to sort b\nto sort a" | "sort"; close("sort"); printf "%s\n", "é" ~ /^.$/ ? "one char" : "bytes"
    m[1][2] = "nested"; print m[1][2], typeof(m), typeof(1), typeof("a"); switch ("b") { case /[a-c]/: print "switch"; break }
}
