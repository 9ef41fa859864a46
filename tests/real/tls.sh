# openssl s_server with s_client and curl, over each version of the protocol.
port=$((20000 + $$ % 10000)) # loopback only
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 10 -subj /CN=localhost -addext subjectAltName=DNS:localhost -config /dev/null 2> /dev/null
openssl s_server -accept 127.0.0.1:$port -key key.pem -cert cert.pem -www > log 2>&1 & server=$!
try() { for n in $(seq 200); do "$@" > out 2> err && break; sleep 0.1; done; }
for version in -tls1_2 -tls1_3; do
    try eval "printf 'GET / HTTP/1.0\r\n\r\n' | openssl s_client -connect 127.0.0.1:$port $version -CAfile cert.pem -verify_return_error -quiet"
    grep -E '^ +(Protocol|Cipher) +:' out; grep -o 'verify return:.*' err
done
curl -s --cacert cert.pem --resolve localhost:$port:127.0.0.1 https://localhost:$port/ | grep -E '^ +(Protocol|Cipher) +:'
curl -s https://127.0.0.1:$port/ > /dev/null; echo "untrusted $?"
asking=(); for n in 1 2 3 4 5 6 7 8; do curl -s --cacert cert.pem --resolve localhost:$port:127.0.0.1 -o out$n https://localhost:$port/ & asking+=($!); done; wait ${asking[@]}; grep -l Protocol out? | wc -l
kill $server; wait $server 2> /dev/null; echo "ended $?"
