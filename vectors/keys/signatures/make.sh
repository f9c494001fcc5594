#!/bin/sh
# Makes one certificate for each method with which an authority signs certificates, and the certificates of the authorities. Run in an
# empty copy of this folder with OpenSSL 3.5 or newer, as `OPENSSL=… sh make.sh`; 3.6.3 made the committed ones. No test needs a
# private key of them, so that none is kept.
#
# An authority is an anchor, whose own signature nobody verifies: one RSA key signs them all, so that they are small.
set -eu
O="${OPENSSL:-openssl}"
DAYS=36500
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '[req]\ndistinguished_name=name\n[name]\n' > "$work/conf"
export OPENSSL_CONF="$work/conf"
$O genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/root.key" 2>/dev/null
$O req -x509 -key "$work/root.key" -sha256 -days $DAYS -subj "/O=Example Trust/CN=Root" -out "$work/root.pem"
$O genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/leaf.key"
printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n' > "$work/authority.ext"
printf 'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n' > "$work/leaf.ext"
number=1
authority() { # name, options of genpkey
  name=$1; shift
  $O genpkey "$@" -out "$work/$name.key" 2>/dev/null
  $O pkey -in "$work/$name.key" -pubout -out "$work/$name.pub"
  $O req -new -key "$work/root.key" -subj "/O=Example Trust/CN=$name" -out "$work/$name.csr"
  number=$((number + 1))
  $O x509 -req -in "$work/$name.csr" -force_pubkey "$work/$name.pub" -CA "$work/root.pem" -CAkey "$work/root.key" \
    -set_serial $number -days $DAYS -sha256 -extfile "$work/authority.ext" -outform DER -out "$name.ca.der" 2>/dev/null
}
below() { # authority, name, options of x509
  authority=$1; name=$2; shift 2
  $O x509 -in "$authority.ca.der" -inform DER -out "$work/ca.pem"
  $O req -new -key "$work/leaf.key" -subj "/O=Example, Inc/CN=$name" -out "$work/leaf.csr"
  number=$((number + 1))
  $O x509 -req -in "$work/leaf.csr" -CA "$work/ca.pem" -CAkey "$work/$authority.key" -set_serial $number -days $DAYS \
    -extfile "$work/leaf.ext" "$@" -outform DER -out "$name.der"
}
pss() { # authority, name, digest, digest of the mask, salt
  below "$1" "$2" -"$3" -sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:"$4" -sigopt rsa_pss_saltlen:"$5"
}

authority rsa -algorithm RSA -pkeyopt rsa_keygen_bits:2048
authority rsa1024 -algorithm RSA -pkeyopt rsa_keygen_bits:1024
for digest in md5 ripemd160 sha1 sha224 sha256 sha384 sha512 sha3-224 sha3-256 sha3-384 sha3-512 sha512-256; do
  below rsa rsa-$digest -$digest
done
below rsa1024 rsa1024-sha256 -sha256
# OpenSSL has no SHA-3 for RSASSA-PSS on certificates.
for digest in sha1 sha224 sha256 sha384 sha512; do
  pss rsa pss-$digest $digest $digest digest
done
pss rsa pss-sha256-salt20 sha256 sha256 20
pss rsa pss-sha256-salt0 sha256 sha256 0
pss rsa pss-sha256-longest-salt sha256 sha256 max
pss rsa pss-sha256-mask-sha1 sha256 sha1 20
pss rsa pss-sha512-mask-sha256 sha512 sha256 32
pss rsa1024 rsa1024-pss-sha256 sha256 sha256 digest
# Keys for RSASSA-PSS alone: any parameters; SHA-256 with 32 octets of salt or more; with 20 or more; and a weak one.
authority pss -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048
authority pss256 -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha256 \
  -pkeyopt rsa_pss_keygen_mgf1_md:sha256 -pkeyopt rsa_pss_keygen_saltlen:32
authority pss256-salt20 -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha256 \
  -pkeyopt rsa_pss_keygen_mgf1_md:sha256 -pkeyopt rsa_pss_keygen_saltlen:20
authority pss1024 -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:1024
pss pss pss-key-sha256 sha256 sha256 digest
pss pss pss-key-sha384-salt20 sha384 sha384 20
pss pss256 pss256-key sha256 sha256 32
pss pss256 pss256-key-salt48 sha256 sha256 48
pss pss256-salt20 pss256-salt20-key sha256 sha256 32
pss pss1024 pss1024-key sha256 sha256 digest

for curve in P-224 P-256 P-384 P-521 secp256k1 brainpoolP256r1 brainpoolP384r1 brainpoolP512r1; do
  authority $curve -algorithm EC -pkeyopt ec_paramgen_curve:$curve
  below $curve $curve-sha256 -sha256
done
for digest in sha1 sha224 sha384 sha512 sha3-224 sha3-256 sha3-384 sha3-512; do
  below P-256 P-256-$digest -$digest
done
for digest in sha1 sha224 sha384 sha512; do
  below P-224 P-224-$digest -$digest
  below brainpoolP512r1 brainpoolP512r1-$digest -$digest
done
$O genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:2048 -pkeyopt dsa_paramgen_q_bits:256 -out "$work/dsa.par" 2>/dev/null
authority dsa -paramfile "$work/dsa.par"
for digest in sha1 sha224 sha256 sha384 sha512 sha3-224 sha3-256 sha3-384 sha3-512; do
  below dsa dsa-$digest -$digest
done
authority ed25519 -algorithm ED25519
authority ed448 -algorithm ED448
below ed25519 ed25519
below ed448 ed448
mv ed25519.der ed25519-pure.der
mv ed448.der ed448-pure.der
for set in ML-DSA-44 ML-DSA-65 ML-DSA-87 SLH-DSA-SHA2-128s SLH-DSA-SHA2-128f SLH-DSA-SHA2-192s SLH-DSA-SHA2-192f \
  SLH-DSA-SHA2-256s SLH-DSA-SHA2-256f SLH-DSA-SHAKE-128f; do
  authority $set -algorithm $set
  below $set $set-pure
done
