"""Makes the keys of SLH-DSA, and certificates for them by the authority `ca`, with OpenSSL from 3.5 on.

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
for serial, name in enumerate(["128s", "128f", "192s", "192f", "256s", "256f"], 0x1050):
    key = pointer("EVP_PKEY_Q_keygen", None, None, f"SLH-DSA-SHA2-{name}".encode())
    certificate = pointer("X509_new")
    call("X509_set_version", certificate, 2, result=ctypes.c_int)
    call("ASN1_INTEGER_set", pointer("X509_get_serialNumber", certificate), serial, result=ctypes.c_int)
    call("X509_gmtime_adj", pointer("X509_getm_notBefore", certificate), ctypes.c_long(0))
    call("X509_gmtime_adj", pointer("X509_getm_notAfter", certificate), ctypes.c_long(36500 * 86400))
    call("X509_set_issuer_name", certificate, pointer("X509_get_subject_name", ca), result=ctypes.c_int)
    subject = pointer("X509_get_subject_name", certificate)
    for part, value in [(b"C", b"DE"), (b"O", b"Example, Inc"), (SUBJECT, f"SLH-DSA {name}".encode())]:
        call("X509_NAME_add_entry_by_txt", subject, part, UTF8, value, -1, -1, 0, result=ctypes.c_int)
    call("X509_set_pubkey", certificate, key, result=ctypes.c_int)
    extension(certificate, BASIC_CONSTRAINTS, b"CA:FALSE")
    extension(certificate, KEY_USAGE, b"critical,digitalSignature")
    call("X509_sign", certificate, ca_key, pointer("EVP_sha256"), result=ctypes.c_int)
    stem = f"slh-dsa-sha2-{name}"
    Path(f"{stem}.pem").write_bytes(text("PEM_write_bio_X509", certificate))
    Path(f"{stem}.key").write_bytes(text("PEM_write_bio_PKCS8PrivateKey", key, None, None, 0, None, None))
