"""python-xmlsec on the messages our own benchmark measures: harness.py OPERATION FOLDER KEYS.

c14n, verify, sign, encrypt, decrypt as in xmlsec1.c: from text to text, with the tree of lxml between.
Prints the median of the runs in nanoseconds.
"""
import sys
import time

import xmlsec
from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)

operation, folder, keys = sys.argv[1:]


def message(name):
    with open(f"{folder}/{name}.xml", "rb") as file:
        return file.read()


def key(name, form):
    return xmlsec.Key.from_file(f"{keys}/{name}", form)


def manager(one):
    found = xmlsec.KeysManager()
    found.add_key(one)
    return found


def parse(octets):
    return etree.fromstring(octets, PARSER)


def canonicalise(octets):
    return etree.tostring(parse(octets), method="c14n", exclusive=True, with_comments=False)


def signature(root, context):
    """The signature, with the Ids of the document known."""
    for element in root.iter("{*}Body", "{*}Timestamp"):
        context.register_id(element, "Id", WSU)
    return next(root.iter("{http://www.w3.org/2000/09/xmldsig#}Signature"))


def verify(octets, one):
    root = parse(octets)
    context = xmlsec.SignatureContext()
    context.key = one
    context.verify(signature(root, context))


def sign(octets, one):
    root = parse(octets)
    context = xmlsec.SignatureContext()
    context.key = one
    context.sign(signature(root, context))
    return etree.tostring(root, encoding="UTF-8")


def encrypt(octets, holder):
    root = parse(octets)
    data = xmlsec.template.encrypted_data_create(
        root, xmlsec.Transform.AES128_GCM, type=xmlsec.EncryptionType.CONTENT, ns="xenc")
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    wrapped = xmlsec.template.add_encrypted_key(info, xmlsec.Transform.RSA_OAEP)
    xmlsec.template.encrypted_data_ensure_cipher_value(wrapped)
    context = xmlsec.EncryptionContext(holder)
    context.key = xmlsec.Key.generate(xmlsec.KeyData.AES, 128, xmlsec.KeyDataType.SESSION)
    context.encrypt_xml(data, root.find(f"{{{SOAP}}}Body"))
    return etree.tostring(root, encoding="UTF-8")


def decrypt(octets, holder):
    root = parse(octets)
    xmlsec.EncryptionContext(holder).decrypt(next(root.iter("{http://www.w3.org/2001/04/xmlenc#}EncryptedData")))
    return etree.tostring(root, encoding="UTF-8")


if operation == "c14n":
    task, subject = canonicalise, (message("envelope"),)
elif operation == "verify":
    task, subject = verify, (message("signed"), key("alice.pem", xmlsec.KeyFormat.CERT_PEM))
elif operation == "sign":
    task, subject = sign, (message("template"), key("alice.key", xmlsec.KeyFormat.PEM))
elif operation in ("encrypt", "decrypt"):
    task, subject = encrypt, (message("envelope"), manager(key("bob.pem", xmlsec.KeyFormat.CERT_PEM)))
    if operation == "decrypt":
        task, subject = decrypt, (encrypt(*subject), manager(key("bob.key", xmlsec.KeyFormat.PEM)))
else:
    sys.exit(3)

times = []
started = time.perf_counter_ns()
while len(times) < 20_000 and (len(times) < 5 or time.perf_counter_ns() - started < 1_000_000_000):
    before = time.perf_counter_ns()
    task(*subject)
    times.append(time.perf_counter_ns() - before)
times.sort()
print(times[len(times) // 2])
