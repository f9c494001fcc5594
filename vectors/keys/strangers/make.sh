#!/bin/sh
# Makes certificates of people who are no authorities, signed with parameters of RSASSA-PSS that nobody else has. Run in an empty
# copy of this folder with OpenSSL 3, as `OPENSSL=… sh make.sh`. No test needs a private key of them, so that none is kept.
set -eu
O="${OPENSSL:-openssl}"
DAYS=36500
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '[req]\ndistinguished_name=name\n[name]\n' > "$work/conf"
export OPENSSL_CONF="$work/conf"
printf 'basicConstraints=critical,CA:TRUE\n' > "$work/authority.ext"
printf 'basicConstraints=CA:FALSE\n' > "$work/member.ext"
for name in root member; do
  $O genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/$name.key" 2>/dev/null
done
request() { # name, extensions, options of x509
  name=$1; extensions=$2; shift 2
  $O req -new -key "$work/member.key" -subj "/O=Example, Inc/CN=$name" -out "$work/$name.csr"
  $O x509 -req -in "$work/$name.csr" -days $DAYS -extfile "$work/$extensions.ext" -outform DER -out "$name.der" "$@" 2>/dev/null
}
salted() { # octets of salt, then as above
  salt=$1; shift
  request "$@" -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:sha256 -sigopt rsa_pss_saltlen:"$salt"
}
$O req -x509 -key "$work/root.key" -sha256 -days $DAYS -subj "/O=Example Trust/CN=Root" -outform DER -out root.der
$O x509 -in root.der -inform DER -out "$work/root.pem"
# Anyone signs himself as an authority.
salted 19 himself authority -key "$work/member.key"
# A member, with no key usage, whom the root certified, signs an authority, which signs another.
request member member -CA "$work/root.pem" -CAkey "$work/root.key" -set_serial 3
$O x509 -in member.der -inform DER -out "$work/member.pem"
salted 21 made authority -CA "$work/member.pem" -CAkey "$work/member.key" -set_serial 4
$O x509 -in made.der -inform DER -out "$work/made.pem"
salted 23 below member -CA "$work/made.pem" -CAkey "$work/member.key" -set_serial 5
