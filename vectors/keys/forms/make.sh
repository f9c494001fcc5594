#!/bin/sh
# Makes private keys of ML-KEM and ML-DSA in each form that OpenSSL writes, with their public keys, a secret that OpenSSL
# encapsulated or a signature that it made. Run in an empty copy of this folder with OpenSSL 3.5 or newer, as `OPENSSL=… sh make.sh`;
# 3.6.3 made the committed ones. Test keys: never use them elsewhere.
#
# The forms of RFC 9881 and RFC 9935: seed-only, priv-only (the expanded key) and seed-priv (both). Those from before them:
# bare-seed, bare-priv and oqskeypair.
set -eu
O="${OPENSSL:-openssl}"
for set in ML-KEM-512 ML-KEM-768 ML-KEM-1024 ML-DSA-44 ML-DSA-65 ML-DSA-87; do
  kind=$(echo "${set%-*}" | tr A-Z a-z)
  $O genpkey -algorithm $set -provparam $kind.output_formats=seed-priv -outform DER -out $set.seed-priv.der 2>/dev/null
  $O pkey -in $set.seed-priv.der -inform DER -pubout -outform DER -out $set.pub
  for form in seed-only priv-only bare-seed bare-priv oqskeypair; do
    case $set-$form in *-768-b* | *-1024-b* | *-65-b* | *-87-b* | *-768-o* | *-1024-o* | *-65-o* | *-87-o*) continue ;; esac
    $O pkey -in $set.seed-priv.der -inform DER -provparam $kind.output_formats=$form -outform DER -out $set.$form.der
  done
  printf message > message
  case $kind in
    ml-kem) $O pkeyutl -encap -pubin -inkey $set.pub -keyform DER -out $set.encapsulated -secret $set.secret ;;
    ml-dsa) $O pkeyutl -sign -inkey $set.seed-priv.der -keyform DER -rawin -in message -out $set.signature ;;
  esac
  rm message
done
