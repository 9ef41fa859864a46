# jq on generated documents, dash as /bin/sh.
jq -n '[range(1000) | {id: ., name: "n\(. * 31 % 97)", v: (. * 1.5), tags: [range(. % 4) | tostring]}]' > data.json
jq length data.json; jq -c '.[3], .[-1]' data.json; jq '[.[] | select(.v > 1000) | .id] | add' data.json
jq -r 'group_by(.name) | map({(.[0].name): length}) | add | to_entries | sort_by(.value, .key) | .[-3:][] | "\(.key)=\(.value)"' data.json
jq -S '[.[] | .tags] | flatten | unique' data.json; jq '[.[].v | floor % 7] | min, max, (add / length)' data.json
jq -n '"a,b;c" | split(",") , test("b;c"), gsub("[ac]"; "x"), ascii_upcase, @base64, @uri' ; jq -n '[limit(10; def f: if . > 100 then empty else ., (. * 2 | f) end; 1 | f)]'
jq -n '1 / 3, 1e1000, 3.0, 100000000000000000000, (2 | pow(.; 0.5)), ([1, 2] | contains([2]))'; jq -n --arg x 5 '$x | tonumber + 1'; jq -n 'now > 0, ("2024-02-29T00:00:00Z" | fromdate)'
echo '{"a":1' | jq . ; echo $?; jq -n '{} | .a.b.c = 5 | paths' -c; jq -n 'reduce range(10000) as $i (0; . + $i * $i % 7)'; echo '[3,1,2]' | jq -c 'sort, reverse, (. as [$a, $b] | {$a, $b})'
dash -c 'x=5; while [ $x -gt 0 ]; do printf "%s " $x; x=$((x - 1)); done; echo; f() { echo "arg $1"; }; f one; echo ${x:-unset} ${#x}; case abc in a*) echo a;; esac; cat <<E
here $x
E
trap "echo bye" EXIT; (exit 4) || echo $?; set -- a b c; echo $# "$@"; echo $(echo nested $(echo twice))'
