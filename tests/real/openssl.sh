# Digests, ciphers, keys made from fixed input, certificates, arithmetic.
seq 1 5000 > data
for digest in md5 sha1 sha224 sha256 sha384 sha512 sha512-256 sha3-256 sha3-512 blake2b512 blake2s256 ripemd160 sm3 shake256; do openssl dgst -$digest data; done 2>&1
openssl dgst -sha256 -hmac key data; openssl mac -macopt hexkey:000102030405060708090a0b0c0d0e0f -macopt cipher:AES-128-CBC -in data CMAC
K=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f IV=0f0e0d0c0b0a09080706050403020100
for cipher in aes-128-cbc aes-192-cbc aes-256-cbc aes-256-ctr aes-128-ecb aes-256-cfb aes-256-ofb camellia-256-cbc aria-128-cbc chacha20 des-ede3-cbc sm4-cbc; do
    case $cipher in *128* | sm4*) k=${K:0:32} ;; *192* | *ede3*) k=${K:0:48} ;; *) k=$K ;; esac
    case $cipher in *ecb) iv= ;; *ede3*) iv="-iv ${IV:0:16}" ;; *) iv="-iv $IV" ;; esac
    openssl enc -$cipher -K $k $iv -in data -out packed; md5sum < packed
    openssl enc -d -$cipher -K $k $iv -in packed | cmp - data && echo "$cipher back"
done
openssl enc -aes-256-cbc -pbkdf2 -iter 5000 -S 0102030405060708 -pass pass:secret -in data | md5sum
openssl enc -base64 -in data | md5sum; openssl prime 1000003 2305843009213693951 15; openssl kdf -keylen 16 -kdfopt digest:SHA256 -kdfopt pass:a -kdfopt salt:b -kdfopt iter:1000 PBKDF2
openssl genpkey -algorithm ed25519 -out ed.pem; openssl pkey -in ed.pem -pubout -out ed.pub; openssl pkeyutl -sign -inkey ed.pem -rawin -in data -out sig; openssl pkeyutl -verify -pubin -inkey ed.pub -rawin -in data -sigfile sig
openssl genrsa -out rsa.pem 1024 2> /dev/null; openssl rsa -in rsa.pem -check -noout; openssl dgst -sha256 -sign rsa.pem -out sig data; openssl dgst -sha256 -prverify rsa.pem -signature sig data
openssl ecparam -name prime256v1 -genkey -noout -out ec.pem; openssl req -x509 -new -key ec.pem -subj /CN=test -days 10 -config /dev/null 2>&1 | head -1
openssl asn1parse -genstr 'UTF8:hello' ; openssl version | cut -d' ' -f1
