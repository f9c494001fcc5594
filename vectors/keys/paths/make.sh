#!/bin/sh
# Makes certificates that each fail one check of a path, below the authority of ../ca.pem. Run in this folder;
# the results are committed. Every leaf has the key ../alice.key; every authority here the key ../sub-ca.key.
set -eu
DAYS=36500
serial=16384
# name subject subject-key issuer issuer-key extensions [options]
cert() {
  name=$1 subject=$2 key=$3 issuer=$4 issuerkey=$5 extensions=$6
  shift 6
  serial=$((serial + 1))
  openssl req -new -key "$key" -subj "$subject" -out request
  if [ -n "$extensions" ]; then
    printf '%b' "$extensions" > ext
    openssl x509 -req -in request -CA "$issuer" -CAkey "$issuerkey" -set_serial $serial -days $DAYS -sha256 -extfile ext "$@" -out "$name.pem"
  else
    openssl x509 -req -in request -CA "$issuer" -CAkey "$issuerkey" -set_serial $serial -days $DAYS -sha256 "$@" -out "$name.pem"
  fi
  rm -f request ext
}
ca='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n'
leaf='basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n'
who=/C=DE/O=Example/CN
authority() { cert "$1" "$who=$1" ../sub-ca.key ../ca.pem ../ca.key "$2"; }
below() { cert "$1" "$who=$1" ../alice.key "$2.pem" ../sub-ca.key "$leaf"; }

# The control: the same shape with nothing wrong.
authority good-ca "$ca"
below good good-ca
# A leaf acts as an authority.
cert by-leaf "$who=by leaf" ../bob.key ../alice.pem ../alice.key "$leaf"
# An authority without cA, without keyCertSign, and without any extension (version 1).
authority no-ca 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,keyCertSign\n'
below under-no-ca no-ca
authority no-cert-sign 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,cRLSign\n'
below under-no-cert-sign no-cert-sign
authority version-1 ''
below under-version-1 version-1
# One authority more than the path length allows.
authority length-0-ca 'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign\n'
cert too-long-ca "$who=too-long-ca" ../sub-ca.key length-0-ca.pem ../sub-ca.key "$ca"
below too-long too-long-ca
# Unknown critical extensions.
authority critical-ca "${ca}1.2.3.4=critical,ASN1:NULL\n"
below under-critical critical-ca
cert critical "$who=critical" ../alice.key ../ca.pem ../ca.key "${leaf}1.2.3.4=critical,ASN1:NULL\n"
# A name outside the names its authority may certify.
authority constrained-ca "${ca}nameConstraints=critical,permitted;dirName:names\n[names]\nC=FR\n"
below outside-names constrained-ca
# A leaf that may encrypt and not sign.
cert no-signing "$who=no signing" ../alice.key ../ca.pem ../ca.key 'basicConstraints=CA:FALSE\nkeyUsage=critical,keyEncipherment\n'
# Lists of good-ca, and of the anchor with good-ca on it.
mkdir -p db && : > db/index && echo 1000 > db/number
printf '[ca]\ndefault_ca=c\n[c]\ndatabase=db/index\ncrlnumber=db/number\ndefault_md=sha256\ndefault_crl_days=36500\n' > db/conf
openssl ca -config db/conf -keyfile ../sub-ca.key -cert good-ca.pem -gencrl -out good-ca.crl
openssl ca -config db/conf -keyfile ../ca.key -cert ../ca.pem -gencrl -out nothing-revoked.crl
openssl ca -config db/conf -keyfile ../ca.key -cert ../ca.pem -revoke good-ca.pem
openssl ca -config db/conf -keyfile ../ca.key -cert ../ca.pem -gencrl -out good-ca-revoked.crl
rm -rf db
