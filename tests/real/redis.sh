# redis-server with clients, scripts, transactions, expiry, a saved database and a benchmark.
port=$((20000 + $$ % 10000)) # loopback only
start() { redis-server --port $port --bind 127.0.0.1 --save '' --dbfilename d.rdb --dir . > log 2>&1 & server=$!
    for n in $(seq 300); do redis-cli -p $port ping > /dev/null 2>&1 && break; sleep 0.1; done; }
cli() { redis-cli -p $port "$@"; }
start; cli ping; cli set a 5; cli incr a; cli append s hello; cli strlen s
cli rpush l 1 2 3; cli lrange l 0 -1; cli hset h x 1 y 2; cli hgetall h | sort; cli zadd z 2 b 1 a; cli zrange z 0 -1 withscores
cli eval 'local s = 0 for i = 1, 100000 do s = s + i % 7 end return s' 0; cli eval 'return redis.call("get", KEYS[1])' 1 a
printf 'multi\nincr a\nincr a\nexec\n' | redis-cli -p $port; cli set gone 1 px 50; sleep 0.3; cli get gone
waiting=(); for n in 1 2 3; do redis-cli -p $port blpop queue 30 & waiting+=($!); done; sleep 0.3; cli rpush queue x x x > /dev/null; wait ${waiting[@]}
redis-benchmark -p $port -n 100000 -c 20 -t set,get --csv | cut -d, -f1
seq 1 5000 | sed 's/.*/set key& value&/' | redis-cli -p $port --pipe | tail -1; cli dbsize
cli save; cli bgsave; for n in $(seq 100); do cli info persistence | grep -q 'bgsave_in_progress:0' && break; sleep 0.1; done; cli info persistence | grep last_bgsave_status
cli shutdown save; wait $server; echo "ended $?"; start; cli get key77; cli dbsize; cli debug sleep 0 > /dev/null; kill -TERM $server; wait $server; echo "terminated $?"
redis-check-rdb d.rdb | grep -c 'RDB looks OK'; grep -ci 'crash\|assert' log
