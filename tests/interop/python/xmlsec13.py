"""Drives libxmlsec1 1.3 over stdin and stdout, a line each way: words between tabs, the last one in base64.

sign KEY DOCUMENT                      computes the document's first signature, a template; the answer is the document
verify KEY DOCUMENT                    verifies it; the answer is how many references there are
encrypt KEYS SESSION TEMPLATE DOCUMENT encrypts the element whose xml:id is "part"; the template is in base64, too
decrypt KEYS DOCUMENT                  decrypts the first EncryptedData in place

KEY is a file of the folder (a private key, or a certificate), hmac, or aes128, aes192, aes256, or fresh: and a public key in
base64; KEYS are separated by commas.
SESSION is the kind of the content key and its bits, as aes-128 and des-192.
"""
import base64
import io
import sys
from pathlib import Path

import xmlsec
from lxml import etree

keys = Path(sys.argv[1])
DS, XENC = "http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2001/04/xmlenc#"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"


def key(word):
    if word == "hmac":
        return xmlsec.Key.from_binary_data(xmlsec.KeyData.HMAC, b"\7" * 64)
    if word.startswith("fresh:"):
        pem = f"-----BEGIN PUBLIC KEY-----\n{word[6:]}\n-----END PUBLIC KEY-----\n"
        found = xmlsec.Key.from_memory(pem.encode(), xmlsec.KeyFormat.PEM)
        found.name = "fresh"
        return found
    if word.startswith("aes"):
        return xmlsec.Key.from_binary_data(xmlsec.KeyData.AES, b"\7" * (int(word[3:]) // 8))
    form = xmlsec.KeyFormat.PEM if word.endswith(".key") else xmlsec.KeyFormat.CERT_PEM
    found = xmlsec.Key.from_file(str(keys / word), form)
    found.name = word.rpartition(".")[0]
    return found


def manager(words):
    found = xmlsec.KeysManager()
    for word in words.split(","):
        found.add_key(key(word))
    return found


def parse(octets):
    # Nothing is stripped or merged, and no comment beside the root is lost.
    return etree.parse(io.BytesIO(octets), etree.XMLParser(strip_cdata=False, resolve_entities=False))


def first(tree, namespace, local):
    return next(tree.getroot().iter(etree.QName(namespace, local)))


def serialise(tree):
    return etree.tostring(tree, encoding="utf-8")


def sign(octets, word):
    tree, context = parse(octets), xmlsec.SignatureContext()
    context.key = key(word)
    context.sign(first(tree, DS, "Signature"))
    return serialise(tree)


def verify(octets, word):
    tree, context = parse(octets), xmlsec.SignatureContext()
    context.key = key(word)
    signature = first(tree, DS, "Signature")
    context.verify(signature)
    return str(len(list(signature.iter(etree.QName(DS, "Reference"))))).encode()


def encrypt(octets, words, session, template):
    tree, context = parse(octets), xmlsec.EncryptionContext(manager(words))
    kind, bits = session.split("-")
    kind = {"aes": xmlsec.KeyData.AES, "des": xmlsec.KeyData.DES}[kind]
    context.key = xmlsec.Key.generate(kind, int(bits), xmlsec.KeyDataType.SESSION)
    part = next(element for element in tree.getroot().iter(etree.Element) if element.get(XML_ID) == "part")
    try:
        context.encrypt_xml(etree.fromstring(base64.b64decode(template)), part)
    except (AssertionError, AttributeError):
        # The binding cannot wrap replaced nodes that are no elements, when they are encrypted already.
        first(tree, XENC, "CipherValue")
    return serialise(tree)


def decrypt(octets, words):
    tree, context = parse(octets), xmlsec.EncryptionContext(manager(words))
    context.decrypt(first(tree, XENC, "EncryptedData"))
    return serialise(tree)


VERBS = {"sign": sign, "verify": verify, "encrypt": encrypt, "decrypt": decrypt}

for line in sys.stdin:
    verb, *words, message = line.rstrip("\n").split("\t")
    try:
        answer = "OK " + base64.b64encode(VERBS[verb](base64.b64decode(message), *words)).decode()
    except Exception as error:  # every failure is an answer
        answer = "ERR " + " ".join(f"{type(error).__name__}: {error}".split())
    print(answer, flush=True)
