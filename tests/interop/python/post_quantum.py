"""Drives OpenSSL over stdin and stdout, a line each way: words between tabs, the last one in base64.

judge DOCUMENT         verifies the document's signature under the dsig11:DEREncodedKeyValue in it
sign ALGORITHM DOCUMENT signs the SignedInfo of such a document with a fresh key instead; the answer is the document
files ALGORITHM PASSWORD makes a key: the answer is its public key in PEM, then PKCS#8 encrypted with the password in PEM, and
                        a PKCS#12 file in base64, which has a certificate of it too

It is the OpenSSL, from 3.5 on, that the extension module of the package xmlsec exports: it has what FIPS 203, 204 and 205 have,
which that of Debian 12 does not.
"""
import base64
import ctypes
import hashlib
import sys

import xmlsec
from lxml import etree

openssl = ctypes.CDLL(xmlsec.__file__)
POINTER = ctypes.c_void_p
DS, DSIG11 = "{http://www.w3.org/2000/09/xmldsig#}", "{http://www.w3.org/2009/xmldsig11#}"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
AES_256_CBC, DATA = 427, 21
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def call(name, *arguments, result=ctypes.c_int):
    function = getattr(openssl, name)
    function.restype = result
    answer = function(*arguments)
    if not answer or (result is ctypes.c_int and answer < 0):
        raise ValueError(f"{name} failed")
    return answer


def pointer(name, *arguments):
    return POINTER(call(name, *arguments, result=POINTER))


def written(function, *arguments):
    bio = pointer("BIO_new", pointer("BIO_s_mem"))
    call(function, bio, *arguments)
    buffer = ctypes.create_string_buffer(1 << 20)
    size = call("BIO_read", bio, buffer, len(buffer))
    return buffer.raw[:size]


def fresh(algorithm):
    return pointer("EVP_PKEY_Q_keygen", None, None, algorithm.encode())


def verify(key, octets, value):
    context = pointer("EVP_MD_CTX_new")
    call("EVP_DigestVerifyInit_ex", context, None, None, None, None, key, None)
    call("EVP_DigestVerify", context, value, ctypes.c_size_t(len(value)), octets, ctypes.c_size_t(len(octets)))


def sign(key, octets):
    context, size = pointer("EVP_MD_CTX_new"), ctypes.c_size_t(1 << 20)
    call("EVP_DigestSignInit_ex", context, None, None, None, None, key, None)
    value = ctypes.create_string_buffer(size.value)
    call("EVP_DigestSign", context, value, ctypes.byref(size), octets, ctypes.c_size_t(len(octets)))
    return value.raw[: size.value]


def canonical(element):
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


class Signed:
    """A document whose root has an enveloped signature over all of it, in exclusive canonical form with SHA-256."""

    def __init__(self, text):
        self.root = etree.fromstring(text)
        self.signature = self.root.find(f"{DS}Signature")
        self.info = self.signature.find(f"{DS}SignedInfo")
        assert self.info.find(f"{DS}CanonicalizationMethod").get("Algorithm") == EXCLUSIVE
        self.value = self.signature.find(f"{DS}SignatureValue")
        self.key = self.signature.find(f"{DS}KeyInfo/{DSIG11}DEREncodedKeyValue")

    def check_digest(self):
        (reference,) = self.info.findall(f"{DS}Reference")
        assert reference.get("URI") == "" and reference.find(f"{DS}DigestMethod").get("Algorithm") == SHA256
        transforms = [transform.get("Algorithm") for transform in reference.iter(f"{DS}Transform")]
        assert transforms == [ENVELOPED, EXCLUSIVE], transforms
        copy = etree.fromstring(etree.tostring(self.root))
        copy.remove(copy.find(f"{DS}Signature"))
        digest = base64.b64decode(reference.findtext(f"{DS}DigestValue"))
        assert hashlib.sha256(canonical(copy)).digest() == digest, "the digest does not match"

    def judge(self):
        der = base64.b64decode(self.key.text)
        key = pointer("d2i_PUBKEY_bio", pointer("BIO_new_mem_buf", der, len(der)), None)
        verify(key, canonical(self.info), base64.b64decode(self.value.text))
        self.check_digest()

    def sign(self, algorithm):
        key = fresh(algorithm)
        self.key.text = base64.b64encode(written("i2d_PUBKEY_bio", key)).decode()
        self.value.text = base64.b64encode(sign(key, canonical(self.info))).decode()
        return etree.tostring(self.root)


def certificate(key, algorithm):
    """A certificate of the key: its own, or that of a fresh authority where it does not sign."""
    made = pointer("X509_new")
    call("X509_set_version", made, 2)
    call("ASN1_INTEGER_set", pointer("X509_get_serialNumber", made), 1)
    call("X509_gmtime_adj", pointer("X509_getm_notBefore", made), ctypes.c_long(0), result=POINTER)
    call("X509_gmtime_adj", pointer("X509_getm_notAfter", made), ctypes.c_long(86400), result=POINTER)
    for name in [pointer("X509_get_subject_name", made), pointer("X509_get_issuer_name", made)]:
        call("X509_NAME_add_entry_by_txt", name, b"CN", 0x1000, algorithm.encode(), -1, -1, 0)
    call("X509_set_pubkey", made, key)
    if algorithm.startswith("ML-KEM"):
        authority = pointer("EVP_PKEY_Q_keygen", None, None, b"EC", b"P-256")
        call("X509_sign", made, authority, pointer("EVP_sha256"))
    else:
        call("X509_sign", made, key, None)
    return made


def files(algorithm, password):
    key = fresh(algorithm)
    pem = written("PEM_write_bio_PUBKEY", key)
    cipher = pointer("EVP_aes_256_cbc")
    pem += written("PEM_write_bio_PKCS8PrivateKey", key, cipher, password, len(password), None, None)
    return pem + base64.b64encode(key_store(key, certificate(key, algorithm), password))


def stack(*items):
    made = pointer("OPENSSL_sk_new_null")
    for item in items:
        call("OPENSSL_sk_push", made, item)
    return made


def key_store(key, own, password):
    """As PKCS12_create makes it, which is not exported."""
    size, rounds, identifier = len(password), 2048, b"1"
    cleartext = pointer("EVP_PKEY2PKCS8", key)
    bags = [
        pointer("PKCS12_SAFEBAG_create_cert", own),
        pointer("PKCS12_SAFEBAG_create_pkcs8_encrypt", AES_256_CBC, password, size, None, 0, rounds, cleartext),
    ]
    for bag in bags:
        call("PKCS12_add_localkeyid", bag, identifier, len(identifier))
    safes = [
        pointer("PKCS12_pack_p7encdata", AES_256_CBC, password, size, None, 0, rounds, stack(bags[0])),
        pointer("PKCS12_pack_p7data", stack(bags[1])),
    ]
    store = pointer("PKCS12_init", DATA)
    call("PKCS12_pack_authsafes", store, stack(*safes))
    call("PKCS12_set_mac", store, password, size, None, 0, rounds, pointer("EVP_sha256"))
    return written("i2d_PKCS12_bio", store)


def run(words, octets):
    if words == ["judge"]:
        Signed(octets).judge()
        return b""
    if words[0] == "sign":
        return Signed(octets).sign(words[1])
    if words[0] == "files":
        return files(words[1], octets)
    raise ValueError(words)


for line in sys.stdin:
    *words, octets = line.rstrip("\n").split("\t")
    try:
        answer = "OK " + base64.b64encode(run(words, base64.b64decode(octets))).decode()
    except Exception as error:  # every failure is an answer
        answer = "ERR " + " ".join(f"{type(error).__name__}: {error}".split())
    print(answer, flush=True)
