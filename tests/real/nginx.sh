# nginx with two workers: files, ranges, a proxy, a new configuration while it runs, and its end.
port=$((20000 + $$ % 10000)) # loopback only
[ $(id -u) = 0 ] && user='user root;' # the workers'
mkdir html logs; here=$PWD; echo hello > html/index.html; seq 400000 > html/big
configure() { echo "worker_processes 2; pid $here/pid; error_log $here/logs/error; $user
events { worker_connections 64; }
http { access_log $here/logs/access; client_body_temp_path $here/t1; proxy_temp_path $here/t2; fastcgi_temp_path $here/t3; uwsgi_temp_path $here/t4; scgi_temp_path $here/t5;
  sendfile on; gzip on; gzip_types text/plain; server { listen 127.0.0.1:$port; location / { root $here/html; add_header X-Version $1; }
  location /proxy/ { proxy_pass http://127.0.0.1:$port/; } location = /old { return 301 /index.html; } } }" > conf; }
server() { nginx -c $here/conf -e $here/logs/error "$@"; }
get() { curl -s "$@"; }; url=http://127.0.0.1:$port
configure 1; server -t 2>&1 | grep -c successful; server; echo "start $?"
get $url/; get $url/proxy/big | md5sum; get -r 100-119 $url/big | md5sum; get -H 'Accept-Encoding: gzip' $url/big | gzip -d | md5sum
get -o /dev/null -w '%{http_code} %{redirect_url}\n' $url/old | sed "s/:$port//"; get -I $url/ | grep X-Version
for n in 1 2 3 4 5 6 7 8; do get -o out$n $url/proxy/big & done; wait; md5sum out? | cut -d' ' -f1 | uniq -c
configure 2; server -s reload; for n in $(seq 100); do get -I $url/ | grep -q 'Version: 2' && break; sleep 0.1; done; get -I $url/ | grep X-Version
get -o /dev/null -w '%{http_code}\n' $url/none; grep -c 'No such file' logs/error; grep -c alert logs/error
server -s quit; for n in $(seq 100); do [ -e pid ] || break; sleep 0.1; done; ls pid 2>&1 | grep -c cannot; get $url/; echo "ended $?"
