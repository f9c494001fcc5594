#!/bin/bash
# Makes the keys of ML-KEM, and certificates for them by the authority `ca`, with OpenSSL from 3.5 on: OPENSSL names it. What is
# there stays. Run in this folder.
set -eu
openssl=${OPENSSL:-openssl}
serial=600
for size in 512 768 1024; do
    name=ml-kem-$size
    serial=$((serial + 1))
    [ -e $name.key ] && continue
    $openssl genpkey -algorithm ML-KEM-$size -out $name.key
    $openssl pkey -in $name.key -pubout -out $name.pub
    $openssl x509 -new -force_pubkey $name.pub -subj "/C=DE/O=Example, Inc/CN=ML-KEM $size" -set_serial $serial -days 36500 \
        -CA ca.pem -CAkey ca.key -out $name.pem -extfile <(printf '%s\n' basicConstraints=critical,CA:FALSE \
            keyUsage=critical,keyEncipherment subjectKeyIdentifier=hash authorityKeyIdentifier=keyid)
done
