"""Drives signxml and python-xmlsec over stdin and stdout, a line each way: words between tabs, the last one in base64.

LIBRARY sign METHOD NAME MESSAGE   signs Body and Timestamp with the key of NAME, whose certificate is a binary token
LIBRARY verify NAME MESSAGE        verifies with the certificate of NAME; the answer is how many references there are
"""
import base64
import datetime
import sys
from pathlib import Path

import signxml
import xmlsec
from lxml import etree
from signxml.util import strip_pem_header

keys = Path(sys.argv[1])
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE, WSU = OASIS + "wssecurity-secext-1.0.xsd", OASIS + "wssecurity-utility-1.0.xsd"
X509 = OASIS + "x509-token-profile-1.0#X509v3"
DS, SHA256 = "http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2001/04/xmlenc#sha256"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


def add(parent, namespace, local, text=None, **attributes):
    element = etree.SubElement(parent, etree.QName(namespace, local), attributes)
    element.text = text
    return element


def with_id(element, value):
    element.set(etree.QName(WSU, "Id"), value)
    return element


def prepared(message, name):
    """The envelope with a header that has a token and a timestamp, and that header."""
    envelope = etree.fromstring(message)
    soap = etree.QName(envelope).namespace
    header = envelope.find(etree.QName(soap, "Header"))
    security = etree.SubElement(header, etree.QName(WSSE, "Security"), nsmap={"wsse": WSSE, "wsu": WSU})
    encoding = OASIS + "soap-message-security-1.0#Base64Binary"
    certificate = strip_pem_header((keys / f"{name}.pem").read_text()).replace("\n", "")
    with_id(add(security, WSSE, "BinarySecurityToken", certificate, ValueType=X509, EncodingType=encoding), "Token")
    time, now = with_id(add(security, WSU, "Timestamp"), "Time"), datetime.datetime.now(datetime.timezone.utc)
    for local, when in (("Created", now), ("Expires", now + datetime.timedelta(minutes=5))):
        add(time, WSU, local, when.strftime("%Y-%m-%dT%H:%M:%SZ"))
    with_id(envelope.find(etree.QName(soap, "Body")), "Body")
    return envelope, security


def key_info(parent):
    info = parent if parent.tag == etree.QName(DS, "KeyInfo") else add(parent, DS, "KeyInfo")
    add(add(info, WSSE, "SecurityTokenReference"), WSSE, "Reference", URI="#Token", ValueType=X509)
    return info


def elements_with_ids(root):
    return [element for element in root.iter(etree.Element) if element.get(etree.QName(WSU, "Id"))]


class Signxml:
    @staticmethod
    def sign(message, method, name):
        envelope, security = prepared(message, name)
        signer = signxml.XMLSigner(signxml.methods.detached, method, SHA256, EXCLUSIVE)
        info = key_info(etree.Element(etree.QName(DS, "KeyInfo")))
        key = (keys / f"{name}.key").read_bytes()
        security.append(signer.sign(envelope, key=key, key_info=info, reference_uri=["#Body", "#Time"]))
        return etree.tostring(envelope)

    @staticmethod
    def verify(message, name):
        envelope = etree.fromstring(message)
        count = len(list(envelope.iter(etree.QName(DS, "Reference"))))
        config = signxml.SignatureConfiguration(expect_references=count, location=".//")
        certificate = (keys / f"{name}.pem").read_text()
        verified = signxml.XMLVerifier().verify(envelope, x509_cert=certificate, id_attribute="Id", expect_config=config)
        return len(verified)


class Xmlsec:
    @staticmethod
    def sign(message, method, name):
        envelope, security = prepared(message, name)
        methods = {t.href: t for t in vars(xmlsec.Transform).values() if getattr(t, "href", None)}
        signature = xmlsec.template.create(envelope, xmlsec.Transform.EXCL_C14N, methods[method], ns="ds")
        security.append(signature)
        for uri in ("#Body", "#Time"):
            reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri=uri)
            xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
        key_info(xmlsec.template.ensure_key_info(signature))
        Xmlsec.context(envelope, str(keys / f"{name}.key"), xmlsec.KeyFormat.PEM).sign(signature)
        return etree.tostring(envelope)

    @staticmethod
    def verify(message, name):
        envelope = etree.fromstring(message)
        signature = next(envelope.iter(etree.QName(DS, "Signature")))
        Xmlsec.context(envelope, str(keys / f"{name}.pem"), xmlsec.KeyFormat.CERT_PEM).verify(signature)
        return len(list(signature.iter(etree.QName(DS, "Reference"))))

    @staticmethod
    def context(envelope, key, form):
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(key, form)
        for element in elements_with_ids(envelope):
            context.register_id(element, "Id", WSU)
        return context


LIBRARIES = {"signxml": Signxml, "python-xmlsec": Xmlsec}

for line in sys.stdin:
    library, verb, *words, message = line.rstrip("\n").split("\t")
    try:
        result = getattr(LIBRARIES[library], verb)(base64.b64decode(message), *words)
        result = result if isinstance(result, bytes) else str(result).encode()
        answer = "OK " + base64.b64encode(result).decode()
    except Exception as error:  # every failure is an answer
        answer = "ERR " + " ".join(f"{type(error).__name__}: {error}".split())
    print(answer, flush=True)
