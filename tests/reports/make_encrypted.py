"""Makes the messages of the folder `encrypted` with cryptography, not with our own code. Argument: the folder of keys.

The Body of each is encrypted to Bob; how, is like what a public report describes, which is in tests/reports_encrypted.rs.
"""
import base64
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

keys, here = Path(sys.argv[1]), Path(__file__).parent / "encrypted"
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE, X509 = OASIS + "wssecurity-secext-1.0.xsd", OASIS + "x509-token-profile-1.0#"
XENC, XENC11, DS = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#", "http://www.w3.org/2000/09/xmldsig#"
b64 = lambda octets: base64.b64encode(octets).decode()
bob = x509.load_pem_x509_certificate((keys / "bob.pem").read_bytes())
SKI = b64(bob.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest)
SECRET, NONCE = bytes(range(16)), bytes(range(12))
DATA = b64(NONCE + AESGCM(SECRET).encrypt(NONCE, b'<shop:list xmlns:shop="urn:shop">42</shop:list>', None))
# wse-php and IBM leave the EncodingType out.
BY_SKI = f'<wsse:SecurityTokenReference><wsse:KeyIdentifier ValueType="{X509}X509SubjectKeyIdentifier">{SKI}</wsse:KeyIdentifier></wsse:SecurityTokenReference>'
TO_KEY = '<ds:KeyInfo><wsse:SecurityTokenReference><wsse:Reference URI="#EK"/></wsse:SecurityTokenReference></ds:KeyInfo>'
CERTIFICATE = b64(bob.public_bytes(serialization.Encoding.DER))
oaep = lambda digest, mask: padding.OAEP(padding.MGF1(mask()), digest(), None)
digest = lambda uri: f'<ds:DigestMethod Algorithm="{uri}"/>'
MGF = f'<xenc11:MGF xmlns:xenc11="{XENC11}" Algorithm="{XENC11}mgf1sha256"/>'
SHA1, SHA256 = hashes.SHA1, hashes.SHA256


def message(by=oaep(SHA1, SHA1), method=XENC + "rsa-oaep-mgf1p", parameters="", key_id=' Id="EK"', to=BY_SKI, key=TO_KEY):
    wrapped = b64(bob.public_key().encrypt(SECRET, by))
    return (
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><wsse:Security xmlns:wsse="{WSSE}" '
        f'xmlns:xenc="{XENC}" xmlns:ds="{DS}"><xenc:EncryptedKey{key_id}><xenc:EncryptionMethod Algorithm="{method}">{parameters}'
        f"</xenc:EncryptionMethod><ds:KeyInfo>{to}</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>{wrapped}</xenc:CipherValue>"
        f'</xenc:CipherData><xenc:ReferenceList><xenc:DataReference URI="#ED"/></xenc:ReferenceList></xenc:EncryptedKey>'
        f'</wsse:Security></s:Header><s:Body><xenc:EncryptedData xmlns:xenc="{XENC}" xmlns:ds="{DS}" xmlns:wsse="{WSSE}" Id="ED" '
        f'Type="{XENC}Content"><xenc:EncryptionMethod Algorithm="{XENC11}aes128-gcm"/>{key}<xenc:CipherData><xenc:CipherValue>'
        f"{DATA}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></s:Body></s:Envelope>"
    )


MESSAGES = {
    "mask-beside-mgf1p": message(oaep(SHA256, SHA256), parameters=digest(XENC + "sha256") + MGF),
    "mask-by-the-digest": message(oaep(SHA256, SHA256), parameters=digest(XENC + "sha256")),
    "mask-of-sha1": message(oaep(SHA256, SHA1), parameters=digest(XENC + "sha256")),
    "mask-absent": message(oaep(SHA256, SHA1), XENC11 + "rsa-oaep", digest(XENC + "sha256")),
    "mask-of-xmlenc": message(oaep(SHA256, SHA256), XENC11 + "rsa-oaep", digest(XENC + "sha256") + MGF.replace(XENC11 + "mgf1", XENC + "mgf1")),
    "digest-of-xmldsig": message(oaep(SHA256, SHA1), parameters=digest(DS + "sha256")),
    "key-without-id": message(key_id="", key=""),
    "key-to-a-certificate": message(to=f"<ds:X509Data><ds:X509Certificate>{CERTIFICATE}</ds:X509Certificate></ds:X509Data>"),
    "key-by-retrieval": message(key=f'<ds:KeyInfo><ds:RetrievalMethod URI="#EK" Type="{XENC}EncryptedKey"/></ds:KeyInfo>'),
    "key-by-name-of-the-recipient": message(to="<ds:KeyName>our partner</ds:KeyName>"),
}
# OAEP is random: each is made once.
for name, text in MESSAGES.items():
    if not (here / f"{name}.xml").exists():
        (here / f"{name}.xml").write_text(text)
