#!/bin/bash
# Makes the documents of this folder with xmlsec1 1.3.13 on OpenSSL 3.6.3: XMLSEC1 names the program. Run in this folder.
set -eu
xmlsec1=${XMLSEC1:-xmlsec1}
known='--enabled-key-data key-name,encapsulation-mechanism,aes,ml-kem'
as='http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#'
xenc='http://www.w3.org/2001/04/xmlenc#'
for size in 512 768 1024; do
    cat > template <<END
<EncryptedData xmlns="$xenc" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Type="${xenc}Element"><EncryptionMethod
 Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/><ds:KeyInfo><as:EncapsulationMechanism xmlns:as="$as"
 Algorithm="${as}ml-kem-$size"><ds:KeyInfo><ds:KeyName>kem</ds:KeyName></ds:KeyInfo><CipherData><CipherValue/></CipherData>
</as:EncapsulationMechanism></ds:KeyInfo><CipherData><CipherValue/></CipherData></EncryptedData>
END
    $xmlsec1 encrypt $known --pubkey-pem:kem ../keys/ml-kem-$size.pub --xml-data document.xml --output ml-kem-$size.xml template
    $xmlsec1 decrypt $known --privkey-pem:kem ../keys/ml-kem-$size.key ml-kem-$size.xml | cmp - document.xml
    rm template
done
