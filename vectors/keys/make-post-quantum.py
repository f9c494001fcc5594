"""Makes the keys of SLH-DSA and ML-DSA, and certificates for them by the authority `ca`, with OpenSSL from 3.5 on; and of some
the encrypted files. What is there stays.

make.sh has the other keys. The openssl command of Debian 12 is too old for these; the extension module of the package xmlsec
(1.3.17) exports an OpenSSL that is new enough. Run in this folder, with that package installed.
"""
import ctypes
from pathlib import Path

import xmlsec

ssl = ctypes.CDLL(xmlsec.__file__)
POINTER = ctypes.c_void_p


def call(name, *arguments, result=POINTER):
    function = getattr(ssl, name)
    function.restype = result
    answer = function(*arguments)
    assert answer, name
    return answer


def pointer(name, *arguments):
    return POINTER(call(name, *arguments))


def text(write, *arguments):
    bio = pointer("BIO_new", pointer("BIO_s_mem"))
    call(write, bio, *arguments, result=ctypes.c_int)
    buffer = ctypes.create_string_buffer(1 << 20)
    size = call("BIO_read", bio, buffer, len(buffer), result=ctypes.c_int)
    return buffer.raw[:size]


def read(function, file):
    octets = Path(file).read_bytes()
    return pointer(function, pointer("BIO_new_mem_buf", octets, len(octets)), None, None, None)


def extension(certificate, nid, value):
    found = pointer("X509V3_EXT_conf_nid", None, None, nid, value)
    call("X509_add_ext", certificate, found, -1, result=ctypes.c_int)


ca, ca_key = read("PEM_read_bio_X509", "ca.pem"), read("PEM_read_bio_PrivateKey", "ca.key")
BASIC_CONSTRAINTS, KEY_USAGE, SUBJECT, UTF8 = 87, 83, b"CN", 0x1000
PASSWORD, AES_256_CBC, DATA = b"changeit", 427, 21


def issue(stem, algorithm, subject_name, serial):
    if Path(f"{stem}.key").exists():
        return
    key = pointer("EVP_PKEY_Q_keygen", None, None, algorithm.encode())
    certificate = pointer("X509_new")
    call("X509_set_version", certificate, 2, result=ctypes.c_int)
    call("ASN1_INTEGER_set", pointer("X509_get_serialNumber", certificate), serial, result=ctypes.c_int)
    call("X509_gmtime_adj", pointer("X509_getm_notBefore", certificate), ctypes.c_long(0))
    call("X509_gmtime_adj", pointer("X509_getm_notAfter", certificate), ctypes.c_long(36500 * 86400))
    call("X509_set_issuer_name", certificate, pointer("X509_get_subject_name", ca), result=ctypes.c_int)
    subject = pointer("X509_get_subject_name", certificate)
    for part, value in [(b"C", b"DE"), (b"O", b"Example, Inc"), (SUBJECT, subject_name.encode())]:
        call("X509_NAME_add_entry_by_txt", subject, part, UTF8, value, -1, -1, 0, result=ctypes.c_int)
    call("X509_set_pubkey", certificate, key, result=ctypes.c_int)
    extension(certificate, BASIC_CONSTRAINTS, b"CA:FALSE")
    extension(certificate, KEY_USAGE, b"critical,digitalSignature")
    call("X509_sign", certificate, ca_key, pointer("EVP_sha256"), result=ctypes.c_int)
    Path(f"{stem}.pem").write_bytes(text("PEM_write_bio_X509", certificate))
    Path(f"{stem}.key").write_bytes(text("PEM_write_bio_PKCS8PrivateKey", key, None, None, 0, None, None))


def stack(*items):
    made = pointer("OPENSSL_sk_new_null")
    for item in items:
        call("OPENSSL_sk_push", made, item, result=ctypes.c_int)
    return made


def encrypt(stem):
    key, certificate = read("PEM_read_bio_PrivateKey", f"{stem}.key"), read("PEM_read_bio_X509", f"{stem}.pem")
    cipher = pointer("EVP_aes_256_cbc")
    pem = text("PEM_write_bio_PKCS8PrivateKey", key, cipher, PASSWORD, len(PASSWORD), None, None)
    Path(f"encrypted/{stem}.pbes2.key").write_bytes(pem)
    # As PKCS12_create makes them, which is not exported.
    size, rounds, identifier = len(PASSWORD), 2048, b"1"
    cleartext = pointer("EVP_PKEY2PKCS8", key)
    bags = [
        pointer("PKCS12_SAFEBAG_create_cert", certificate),
        pointer("PKCS12_SAFEBAG_create_pkcs8_encrypt", AES_256_CBC, PASSWORD, size, None, 0, rounds, cleartext),
    ]
    for bag in bags:
        call("PKCS12_add_localkeyid", bag, identifier, len(identifier), result=ctypes.c_int)
        call("PKCS12_add_friendlyname_utf8", bag, stem.encode(), len(stem), result=ctypes.c_int)
    safes = [
        pointer("PKCS12_pack_p7encdata", AES_256_CBC, PASSWORD, size, None, 0, rounds, stack(bags[0])),
        pointer("PKCS12_pack_p7data", stack(bags[1])),
    ]
    store = pointer("PKCS12_init", DATA)
    call("PKCS12_pack_authsafes", store, stack(*safes), result=ctypes.c_int)
    call("PKCS12_set_mac", store, PASSWORD, size, None, 0, rounds, pointer("EVP_sha256"), result=ctypes.c_int)
    Path(f"encrypted/{stem}.p12").write_bytes(text("i2d_PKCS12_bio", store))


for serial, name in enumerate(["128s", "128f", "192s", "192f", "256s", "256f"], 0x1050):
    issue(f"slh-dsa-sha2-{name}", f"SLH-DSA-SHA2-{name}", f"SLH-DSA {name}", serial)
issue("ml-dsa-44", "ML-DSA-44", "ML-DSA 44", 0x1056)
for stem in ["slh-dsa-sha2-128f", "ml-dsa-44"]:
    if not Path(f"encrypted/{stem}.p12").exists():
        encrypt(stem)
