#!/bin/sh
# Makes the keys and certificates of the tests with the openssl command; make-post-quantum.py makes those of SLH-DSA and
# ML-DSA, and make-ml-kem.sh those of ML-KEM, for which the command is too old. Run in an empty copy of this folder;
# the results are committed, so that messages made with them stay readable. Test keys: never use them elsewhere.
set -eu
DAYS=36500
openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days $DAYS -subj "/C=DE/O=Example Trust/CN=Example CA" \
  -keyout ca.key -out ca.pem -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days $DAYS -subj "/C=DE/O=Example Trust/CN=Example CA" \
  -keyout twin-ca.key -out twin-ca.pem -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
issue() { # name subject newkey-options usage ca serial days
  openssl req -new -newkey $3 -nodes -subj "$2" -keyout $1.key -out $1.csr
  printf 'basicConstraints=CA:FALSE\nkeyUsage=critical,%s\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' "$4" > ext
  openssl x509 -req -in $1.csr -CA $5.pem -CAkey $5.key -set_serial $6 -days $7 -sha256 -extfile ext -out $1.pem
  rm -f $1.csr ext
}
issue alice "/C=DE/O=Example, Inc/CN=Alice" rsa:2048 digitalSignature,keyEncipherment ca 0x1001 $DAYS
issue bob "/C=FR/O=Exemple/CN=Bob" rsa:2048 digitalSignature,keyEncipherment ca 0x1002 $DAYS
issue carol "/C=NL/O=Other customer/CN=Carol" rsa:2048 digitalSignature,keyEncipherment ca 0x1003 $DAYS
issue ec256 "/C=DE/O=Example, Inc/CN=EC 256" "ec -pkeyopt ec_paramgen_curve:P-256" digitalSignature ca 0x1004 $DAYS
issue ec256-bob "/C=FR/O=Exemple/CN=EC 256 of Bob" "ec -pkeyopt ec_paramgen_curve:P-256" digitalSignature ca 0x1030 $DAYS
issue ec384 "/C=DE/O=Example, Inc/CN=EC 384" "ec -pkeyopt ec_paramgen_curve:P-384" digitalSignature ca 0x1005 $DAYS
issue ec521 "/C=DE/O=Example, Inc/CN=EC 521" "ec -pkeyopt ec_paramgen_curve:P-521" digitalSignature ca 0x1006 $DAYS
issue ed25519 "/C=DE/O=Example, Inc/CN=Ed25519" ed25519 digitalSignature ca 0x1010 $DAYS
issue ed25519-bob "/C=FR/O=Exemple/CN=Ed25519 of Bob" ed25519 digitalSignature ca 0x1031 $DAYS
openssl req -x509 -newkey ed25519 -nodes -days $DAYS -subj "/C=DE/O=Example Trust/CN=Example Ed25519 CA" \
  -keyout ed-ca.key -out ed-ca.pem -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
# openssl passes over -sha256 where the issuer's key is Ed25519.
issue ed-below "/C=DE/O=Example, Inc/CN=Below Ed25519" ed25519 digitalSignature ed-ca 0x1011 $DAYS
# Keys that agree on secrets. X25519 signs no request, so its certificate is made of the request of another key.
issue ka-ec256 "/C=DE/O=Example, Inc/CN=Agreement 256" "ec -pkeyopt ec_paramgen_curve:P-256" keyAgreement ca 0x1020 $DAYS
issue ka-ec384 "/C=DE/O=Example, Inc/CN=Agreement 384" "ec -pkeyopt ec_paramgen_curve:P-384" keyAgreement ca 0x1021 $DAYS
issue ka-ec521 "/C=DE/O=Example, Inc/CN=Agreement 521" "ec -pkeyopt ec_paramgen_curve:P-521" keyAgreement ca 0x1022 $DAYS
openssl genpkey -algorithm X25519 -out ka-x25519.key
openssl pkey -in ka-x25519.key -pubout -out x25519.pub
openssl req -new -key ca.key -subj "/C=DE/O=Example, Inc/CN=Agreement X25519" -out x25519.csr
printf 'basicConstraints=CA:FALSE\nkeyUsage=critical,keyAgreement\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' > ext
openssl x509 -req -in x25519.csr -force_pubkey x25519.pub -CA ca.pem -CAkey ca.key -set_serial 0x1023 -days $DAYS -sha256 \
  -extfile ext -out ka-x25519.pem
rm -f x25519.csr x25519.pub ext
# Ed448 and X448, likewise.
openssl req -x509 -newkey ed448 -nodes -days $DAYS -subj "/C=DE/O=Example Trust/CN=Example Ed448 CA" \
  -keyout ed448-ca.key -out ed448-ca.pem -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
issue ed448 "/C=DE/O=Example, Inc/CN=Ed448" ed448 digitalSignature ed448-ca 0x1012 $DAYS
openssl genpkey -algorithm X448 -out ka-x448.key
openssl pkey -in ka-x448.key -pubout -out x448.pub
openssl req -new -key ca.key -subj "/C=DE/O=Example, Inc/CN=Agreement X448" -out x448.csr
printf 'basicConstraints=CA:FALSE\nkeyUsage=critical,keyAgreement\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' > ext
openssl x509 -req -in x448.csr -force_pubkey x448.pub -CA ca.pem -CAkey ca.key -set_serial 0x1024 -days $DAYS -sha256 \
  -extfile ext -out ka-x448.pem
rm -f x448.csr x448.pub ext
# Diffie-Hellman over a finite field, which is only read.
openssl genpkey -algorithm DHX -pkeyopt dh_rfc5114:3 -out ka-dh.key
openssl genpkey -algorithm DHX -pkeyopt dh_rfc5114:3 -out ka-dh-other.key
issue nosign "/C=DE/O=Example, Inc/CN=No signing" rsa:2048 keyEncipherment ca 0x1007 $DAYS
issue short "/C=DE/O=Example, Inc/CN=Short lived" rsa:2048 digitalSignature,keyEncipherment ca 0x1008 1
issue twin-alice "/C=DE/O=Example, Inc/CN=Alice" rsa:2048 digitalSignature,keyEncipherment twin-ca 0x1001 $DAYS
# A second certificate for the key of Alice, with another name.
openssl req -new -key alice.key -subj "/C=DE/O=Example, Inc/CN=Alice as administrator" -out alice-again.csr
printf 'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' > ext
openssl x509 -req -in alice-again.csr -CA ca.pem -CAkey ca.key -set_serial 0x1040 -days $DAYS -sha256 -extfile ext \
  -out alice-again.pem
rm -f alice-again.csr ext
issue weak "/C=DE/O=Example, Inc/CN=Weak" rsa:1024 digitalSignature,keyEncipherment ca 0x1009 $DAYS
issue leaf-issued-ca "/C=DE/O=Example, Inc/CN=Alice" rsa:2048 digitalSignature,keyEncipherment ca 0x100A $DAYS
# A three-tier path, and a CRL that revokes Carol.
openssl req -new -newkey rsa:2048 -nodes -subj "/C=DE/O=Example Trust/CN=Example Sub CA" -keyout sub-ca.key -out sub-ca.csr
printf 'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' > ext
openssl x509 -req -in sub-ca.csr -CA ca.pem -CAkey ca.key -set_serial 0x2001 -days $DAYS -sha256 -extfile ext -out sub-ca.pem
rm -f sub-ca.csr ext
issue dave "/C=DE/O=Example, Inc/CN=Dave" rsa:2048 digitalSignature,keyEncipherment sub-ca 0x3001 $DAYS
openssl pkcs12 -export -inkey alice.key -in alice.pem -certfile ca.pem -name alice -passout pass:changeit -out alice.p12
openssl pkcs8 -topk8 -in alice.key -v2 aes-256-cbc -passout pass:changeit -out alice.enc.key
openssl rsa -in alice.key -traditional -out alice.pkcs1.key
openssl ec -in ec256.key -out ec256.sec1.key
mkdir -p db && : > db/index && echo 1000 > db/number
cat > db/conf <<EOF
[ca]
default_ca=c
[c]
database=db/index
crlnumber=db/number
default_md=sha256
default_crl_days=$DAYS
EOF
openssl ca -config db/conf -keyfile ca.key -cert ca.pem -revoke carol.pem
openssl ca -config db/conf -keyfile ca.key -cert ca.pem -gencrl -out ca.crl
rm -rf db leaf-issued-ca.*
# A certificate of version 1 (no extensions), and a path in a PKCS#7 bag.
openssl req -new -key alice.key -subj "/C=DE/O=Example, Inc/CN=Version 1" -out v1.csr
openssl x509 -req -in v1.csr -CA ca.pem -CAkey ca.key -set_serial 0x4001 -days $DAYS -sha256 -out v1.pem
rm v1.csr && cp alice.key v1.key
openssl crl2pkcs7 -nocrl -certfile dave.pem -certfile sub-ca.pem -outform DER -out dave.p7b
# A certificate with a key on a curve that is not supported.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:brainpoolP320r1 -nodes -days $DAYS -keyout /dev/null \
  -out unsupported.pem -subj "/C=DE/O=Example Trust/CN=Example P-320 CA"
# The Brainpool curves, with an authority on one of them, and two that are for reading alone.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:brainpoolP384r1 -nodes -sha384 -days $DAYS \
  -subj "/C=DE/O=Example Trust/CN=Example Brainpool CA" -keyout bp-ca.key -out bp-ca.pem \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
issue bp256 "/C=DE/O=Example, Inc/CN=Brainpool 256" "ec -pkeyopt ec_paramgen_curve:brainpoolP256r1" digitalSignature bp-ca 0x1030 $DAYS
issue bp384 "/C=DE/O=Example, Inc/CN=Brainpool 384" "ec -pkeyopt ec_paramgen_curve:brainpoolP384r1" digitalSignature bp-ca 0x1031 $DAYS
issue bp512 "/C=DE/O=Example, Inc/CN=Brainpool 512" "ec -pkeyopt ec_paramgen_curve:brainpoolP512r1" digitalSignature bp-ca 0x1032 $DAYS
issue ka-bp256 "/C=DE/O=Example, Inc/CN=Agreement Brainpool 256" "ec -pkeyopt ec_paramgen_curve:brainpoolP256r1" keyAgreement bp-ca 0x1033 $DAYS
openssl ec -in bp256.key -out bp256.sec1.key
openssl pkcs12 -export -inkey bp256.key -in bp256.pem -certfile bp-ca.pem -name bp256 -passout pass:changeit -out bp256.p12
issue k256 "/C=DE/O=Example, Inc/CN=secp256k1" "ec -pkeyopt ec_paramgen_curve:secp256k1" digitalSignature bp-ca 0x1034 $DAYS
issue p224 "/C=DE/O=Example, Inc/CN=P-224" "ec -pkeyopt ec_paramgen_curve:P-224" digitalSignature bp-ca 0x1035 $DAYS
# A path that is signed with SHA-3.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha3-256 -days $DAYS \
  -subj "/C=DE/O=Example Trust/CN=Example SHA-3 CA" -keyout sha3-ca.key -out sha3-ca.pem \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/C=DE/O=Example, Inc/CN=Below SHA-3" \
  -keyout sha3-below.key -out sha3-below.csr
printf 'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' > ext
openssl x509 -req -in sha3-below.csr -CA sha3-ca.pem -CAkey sha3-ca.key -set_serial 0x1036 -days $DAYS -sha3-256 \
  -extfile ext -out sha3-below.pem
rm -f sha3-below.csr ext
# Keys for RSASSA-PSS alone: any, and with SHA-384.
openssl req -x509 -newkey rsa-pss -pkeyopt rsa_keygen_bits:2048 -nodes -sha256 -days $DAYS -sigopt rsa_pss_saltlen:32 \
  -subj "/C=DE/O=Example Trust/CN=Example PSS CA" -keyout pss-ca.key -out pss-ca.pem \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha384 \
  -pkeyopt rsa_pss_keygen_mgf1_md:sha384 -pkeyopt rsa_pss_keygen_saltlen:48 -out pss384.key
openssl req -new -key pss384.key -sha384 -sigopt rsa_pss_saltlen:48 -subj "/C=DE/O=Example, Inc/CN=PSS 384" -out pss384.csr
printf 'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' > ext
openssl x509 -req -in pss384.csr -CA pss-ca.pem -CAkey pss-ca.key -set_serial 0x1037 -days $DAYS -sha256 \
  -sigopt rsa_pss_saltlen:32 -extfile ext -out pss384.pem
rm -f pss384.csr ext
# DSA, which is only verified.
openssl dsaparam -out dsaparam.pem 2048
openssl gendsa -out dsa.key dsaparam.pem
openssl req -x509 -new -key dsa.key -nodes -sha256 -days $DAYS -subj "/C=DE/O=Example, Inc/CN=DSA" -out dsa.pem
rm dsaparam.pem
# Below the DSA key, with SHA-256 and SHA-1; and an authority with that key.
openssl req -new -key alice.key -subj "/C=DE/O=Example, Inc/CN=Below DSA" -out below.csr
printf 'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n' > ext
openssl x509 -req -in below.csr -CA dsa.pem -CAkey dsa.key -set_serial 0x200256 -sha256 -days $DAYS -extfile ext -out dsa-below.pem
openssl x509 -req -in below.csr -CA dsa.pem -CAkey dsa.key -set_serial 0x2001 -sha1 -days $DAYS -extfile ext -out dsa-below-sha1.pem
openssl req -new -key dsa.key -sha256 -subj "/C=DE/O=Example, Inc/CN=DSA authority" -out below.csr
printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,digitalSignature,keyCertSign\n' > ext
openssl x509 -req -in below.csr -CA ca.pem -CAkey ca.key -set_serial 0x2003 -sha256 -days $DAYS -extfile ext -out dsa-authority.pem
rm -f below.csr ext
openssl x509 -in alice.pem -trustout -addtrust emailProtection -out alice.trusted.pem
# The same key in the forms of old and of other tools.
mkdir -p encrypted
legacy="-provider legacy -provider default"
for kind in JKS JCEKS; do
  keytool -noprompt -importkeystore -srckeystore alice.p12 -srcstoretype PKCS12 -srcstorepass changeit -deststoretype $kind \
    -deststorepass changeit -destkeystore encrypted/alice."$(echo $kind | tr A-Z a-z)"
done
openssl rsa -in alice.key -traditional -des3 -passout pass:changeit -out encrypted/alice.des3.key
openssl rsa -in alice.key -traditional -aes256 -passout pass:changeit -out encrypted/alice.aes256.key
openssl ec -in ec256.key -aes128 -passout pass:changeit -out encrypted/ec256.aes128.key
openssl rsa -in alice.key -traditional -des $legacy -passout pass:changeit -out encrypted/alice.des.key
openssl pkcs8 -topk8 -in alice.key -v1 PBE-SHA1-3DES -passout pass:changeit -out encrypted/alice.pbes1.key
openssl pkcs8 -topk8 -in alice.key -v1 PBE-MD5-DES $legacy -passout pass:changeit -out encrypted/alice.md5-des.key
openssl pkcs8 -topk8 -in alice.key -v1 PBE-SHA1-RC2-128 $legacy -passout pass:changeit -out encrypted/alice.rc2.key
openssl pkcs8 -topk8 -in alice.key -v2 des3 -passout pass:changeit -out encrypted/alice.pbes2-des3.key
openssl pkcs8 -topk8 -in alice.key -v2 aes-128-cbc -v2prf hmacWithSHA512 -passout pass:changeit -out encrypted/alice.pbes2-sha512.key
openssl pkcs8 -topk8 -in alice.key -v2 camellia-256-cbc -passout pass:changeit -out encrypted/alice.camellia.key
openssl pkcs8 -topk8 -in alice.key -scrypt -passout pass:changeit -out encrypted/alice.scrypt.key
openssl pkcs8 -topk8 -in alice.key -v2 aes-256-cbc -outform DER -passout pass:changeit -out encrypted/alice.pbes2.der
openssl rsa -in alice.key -outform DER -traditional -out encrypted/alice.pkcs1.der
openssl pkcs12 -export -legacy -inkey alice.key -in alice.pem -certfile ca.pem -name alice -passout pass:changeit -out encrypted/alice.rc2.p12
openssl pkcs12 -export -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -inkey alice.key -in alice.pem -name alice \
  -passout pass:changeit -out encrypted/alice.3des.p12
openssl pkcs12 -export -legacy -keypbe PBE-SHA1-RC4-128 -certpbe PBE-SHA1-3DES -inkey alice.key -in alice.pem -name alice \
  -passout pass:changeit -out encrypted/alice.rc4.p12
# PBMAC1 (RFC 9579), for which the openssl command of Debian 12 is too old: NEW_OPENSSL is one of 3.4 or newer (3.6.3 made these). The
# last of these has a password with a letter outside ASCII; and a MAC that is not supported.
new="${NEW_OPENSSL:-openssl}"
for digests in sha256-sha256 sha512-sha256 sha384-sha512 sha1-sha1; do
  $new pkcs12 -export -pbmac1_pbkdf2 -macalg ${digests%-*} -pbmac1_pbkdf2_md ${digests#*-} -inkey alice.key -in alice.pem \
    -certfile ca.pem -name alice -passout pass:changeit -out encrypted/alice.pbmac1-$digests.p12
done
$new pkcs12 -export -pbmac1_pbkdf2 -inkey alice.key -in alice.pem -name alice -passout 'pass:pässword' -out encrypted/alice.pbmac1-umlaut.p12
$new pkcs12 -export -macalg sha3-256 -inkey alice.key -in alice.pem -name alice -passout pass:changeit -out encrypted/alice.sha3.p12
# signatures/make.sh and forms/make.sh make what is in those folders.
