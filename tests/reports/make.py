"""Makes the messages of this folder with lxml and python-xmlsec, not with our own code. Argument: the folder of keys.

Each is like what a public report describes; which report is in tests/reports.rs.
"""
import base64
import hashlib
import hmac
import re
import subprocess
import sys
from pathlib import Path

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from lxml import etree

keys, here = Path(sys.argv[1]), Path(__file__).parent
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSU = OASIS + "wssecurity-utility-1.0.xsd"
WSSE = OASIS + "wssecurity-secext-1.0.xsd"
USERNAME, BASE64 = OASIS + "username-token-profile-1.0#", OASIS + "soap-message-security-1.0#Base64Binary"
X509 = OASIS + "x509-token-profile-1.0#X509v3"
EXCLUSIVE, MORE = "http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2001/04/xmldsig-more#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
CREATED, EXPIRES = "2026-11-27T12:00:00Z", "2026-11-27T12:05:00Z"
PREFIXES = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="s shop"/>'


def envelope(header, body):
    return (
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:shop="urn:shop"><s:Header>'
        f'<wsse:Security xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}">{header}</wsse:Security></s:Header>'
        f'<s:Body wsu:Id="Body" xmlns:wsu="{WSU}">{body}</s:Body></s:Envelope>'
    )


TOKEN = '<wsse:Reference URI="#Token" ValueType="%s"/>' % X509
TRANSFORM = '<ds:Transform Algorithm="%s">%s</ds:Transform>'
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
DS, SOAP11 = "http://www.w3.org/2000/09/xmldsig#", "http://schemas.xmlsoap.org/soap/envelope/"
pem = lambda name: "".join((keys / f"{name}.pem").read_text().split("-----")[2].split())


def signed(body="<shop:parcel><shop:weight>42</shop:weight></shop:parcel>", prefixes="", gap="", **other):
    """Signed by Alice. `other`: times, transforms, uris, ids, types of the token, digest, and what the STR has."""
    times = other.get("times", (CREATED, EXPIRES))
    if isinstance(times, tuple):
        times = f"<wsu:Created>{times[0]}</wsu:Created><wsu:Expires>{times[1]}</wsu:Expires>"
    transforms = other.get("transforms", TRANSFORM % (EXCLUSIVE, prefixes))
    reference = lambda uri: (
        f'<ds:Reference URI="{uri}">{gap}<ds:Transforms>{gap}{transforms}'
        f'{gap}</ds:Transforms>{gap}<ds:DigestMethod Algorithm="{SHA256}"/>{gap}<ds:DigestValue/>{gap}</ds:Reference>{gap}'
    )
    references = "".join(reference(uri) for uri in other.get("uris", ("#Body", "#Time")))
    types = other.get("types", f' EncodingType="{BASE64}" ValueType="{X509}"')
    token = f'<wsse:BinarySecurityToken wsu:Id="Token"{types}>{pem("alice")}</wsse:BinarySecurityToken>'
    header = (
        f'<wsu:Timestamp wsu:Id="Time">{times}</wsu:Timestamp>'
        f'{other.get("token", token)}<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">{gap}<ds:SignedInfo>{gap}'
        f'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}">{prefixes}</ds:CanonicalizationMethod>{gap}'
        f'<ds:SignatureMethod Algorithm="{MORE}rsa-sha256"/>{gap}{references}</ds:SignedInfo>{gap}'
        f'<ds:SignatureValue/>{gap}<ds:KeyInfo>{gap}<wsse:SecurityTokenReference{other.get("attributes", "")}>'
        f'{other.get("named", TOKEN)}</wsse:SecurityTokenReference>{gap}</ds:KeyInfo>{gap}</ds:Signature>'
    )
    root = etree.fromstring(other.get("change", lambda text: text)(envelope(header, body)))
    context = xmlsec.SignatureContext()
    alice = xmlsec.Key.from_file(str(keys / "alice.key"), xmlsec.KeyFormat.PEM)
    context.key = other.get("key", alice)
    for element in root.iter():
        for name, value in element.attrib.items():
            attribute = etree.QName(name)
            if attribute.localname.lower() == "id" and element.tag != etree.QName(DS, "Signature"):
                context.register_id(element, attribute.localname, attribute.namespace)
    context.sign(next(root.iter("{http://www.w3.org/2000/09/xmldsig#}Signature")))
    return etree.tostring(root).decode()


def issuer_serial(name):
    return (
        f"<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>{name}</ds:X509IssuerName><ds:X509SerialNumber>"
        f"SERIAL</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>"
    )


def value_on_lines(message, line_end):
    """The SignatureValue in lines of 64 characters."""
    (value,) = re.findall("<ds:SignatureValue>([^<]*)<", message)
    octets = "".join(value.split())
    lines = line_end.join(octets[at : at + 64] for at in range(0, len(octets), 64))
    return message.replace(value, lines)


def username(password, nonce=None, created=CREATED, kind="PasswordDigest"):
    fields = f'<wsse:Username>ann</wsse:Username><wsse:Password Type="{USERNAME}{kind}">{password}</wsse:Password>'
    if nonce is not None:
        fields += f'<wsse:Nonce EncodingType="{BASE64}">{nonce}</wsse:Nonce>'
    if created:
        fields += f"<wsu:Created>{created}</wsu:Created>"
    return envelope(f"<wsse:UsernameToken>{fields}</wsse:UsernameToken>", "<shop:list/>")


def digest(nonce):
    return hashlib.sha1(nonce + CREATED.encode() + b"s3cret")


NONCE = b"sixteen octets.."
NONCE64 = base64.b64encode(NONCE).decode()
RIGHT = base64.b64encode(digest(NONCE).digest()).decode()
SOAP_SEC = (
    '<sec:Signature xmlns:sec="http://schemas.xmlsoap.org/soap/security/2000-12"><ds:Signature '
    'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/></sec:Signature>'
)
plain = signed()
crlf = signed("<shop:note>two\nlines</shop:note>")
MESSAGES = {
    "prefix-list": signed(prefixes=PREFIXES),
    "pretty-printed": etree.tostring(etree.fromstring(plain), pretty_print=True).decode(),
    "white-space-in-signature": signed(gap="\n  "),
    "signature-value-on-lines": value_on_lines(plain, "\n"),
    "signature-value-with-cr": value_on_lines(plain, "&#13;\n"),
    "crlf-on-the-way": crlf.replace("two\nlines", "two\r\nlines"),
    "digest-of-encoded-nonce": username(base64.b64encode(digest(NONCE64.encode()).digest()).decode(), NONCE64),
    "digest-in-hexadecimal": username(base64.b64encode(digest(NONCE).hexdigest().encode()).decode(), NONCE64),
    "digest-without-nonce": username(base64.b64encode(digest(b"").digest()).decode()),
    "nonce-with-line-end": username(RIGHT, NONCE64 + "\n"),
    "text-with-nonce-alone": username("s3cret", NONCE64, created=None, kind="PasswordText"),
}
# The serial number of Alice's certificate, in decimal.
SERIAL = str(int(subprocess.check_output(["openssl", "x509", "-noout", "-serial", "-in", keys / "alice.pem"]).decode().split("=")[1], 16))
BY_ISSUER = issuer_serial("CN=Example CA,O=Example Trust,C=DE").replace("SERIAL", SERIAL)
BY_SUBJECT = issuer_serial('CN=Alice,O="Example, Inc",C=DE').replace("SERIAL", SERIAL)
BY_VALUE = f'<wsse:KeyIdentifier EncodingType="{BASE64}" ValueType="{X509}">{pem("alice")}</wsse:KeyIdentifier>'
ARMOUR = f"-----BEGIN CERTIFICATE-----{pem('alice')}-----END CERTIFICATE-----"
XMLNS = f'xmlns="{WSU}"'
TIME = f"<wsu:Timestamp><wsu:Created>{CREATED}</wsu:Created><wsu:Expires>2026-11-29T12:00:00Z</wsu:Expires></wsu:Timestamp>"
TEXT = "<wsse:UsernameToken><wsse:Username>ann</wsse:Username><wsse:Password>s3cret</wsse:Password>%s</wsse:UsernameToken>"
ONVIF = (
    f'<UsernameToken xmlns="{WSSE}">\n <Username>ann</Username>\n <Password Type="{USERNAME}PasswordDigest">\n  {RIGHT}'
    f'\n </Password>\n <Nonce EncodingType="{BASE64}">\n  {NONCE64}\n </Nonce>\n <Created {XMLNS}>{CREATED}</Created>\n'
    f"</UsernameToken>"
)
typed = lambda message, kind: message.replace(f'Type="{USERNAME}PasswordDigest"', f'Type="{kind}"')
declared = plain.replace("<ds:Signature ", f'<ds:Signature xmlns:wsse="{WSSE}" ')
LATE = "2026-11-27T15:00:00Z"
MESSAGES |= {
    "created-without-zone": signed(times=(CREATED[:-1], EXPIRES[:-1])),
    "reference-without-value-type": signed(named='<wsse:Reference URI="#Token"/>'),
    "issuer-and-serial": signed(token="", named=BY_ISSUER),
    "issuer-that-is-the-subject": signed(token="", named=BY_SUBJECT),
    "key-identifier-x509v3": signed(token="", named=BY_VALUE, attributes=' wsu:Id="STR"'),
    "token-without-types": signed(types=""),
    "token-without-encoding": signed(types=f' ValueType="{X509}"'),
    "token-with-armour": plain.replace(pem("alice"), ARMOUR),
    "prefix-for-no-namespace": plain.replace("<wsse:SecurityTokenReference>", '<wsse:SecurityTokenReference xmlns:wsse="">'),
    "signed-token": signed(uris=("#Body", "#Time", "#Token")),
    "body-alone-signed": signed(uris=("#Body",)),
    "one-id-twice": plain.replace('Id="Time"', 'Id="Body"').replace("#Time", "#Body"),
    "enveloped-alone": signed(transforms=TRANSFORM % (ENVELOPED, "")),
    # xmlsec does not make it, and its shape is refused before its digest is.
    "enveloped-after-canonicalisation": plain.replace(
        "</ds:Transforms>", f'<ds:Transform Algorithm="{ENVELOPED}"/></ds:Transforms>'
    ),
    "whole-document": signed(uris=("",), transforms=TRANSFORM % (ENVELOPED, "") + TRANSFORM % (EXCLUSIVE, "")),
    "signature-outside-any-header": re.sub(
        "<wsse:Security .*(<ds:Signature .*</ds:Signature>)</wsse:Security>", r"\1", declared, flags=re.S
    ),
    "signature-outside-the-header": re.sub(r"(<ds:Signature.*</ds:Signature>)(</wsse:Security>)", r"\2\1", declared, flags=re.S),
    "header-of-a-draft": plain.replace(WSSE, "http://schemas.xmlsoap.org/ws/2003/06/secext"),
    "soap-sec": re.sub("<wsse:Security .*</wsse:Security>", SOAP_SEC, plain, flags=re.S),
    "digest-in-default-namespaces": envelope(ONVIF, "<shop:list/>"),
    "digest-with-broken-encoding-type": username(RIGHT, NONCE64).replace("#Base64Binary", "#\nBase64Binary"),
    "digest-of-local-time": username(
        base64.b64encode(hashlib.sha1(NONCE + LATE.encode() + b"s3cret").digest()).decode(), NONCE64, created=LATE
    ),
    "password-type-as-a-qname": typed(username(RIGHT, NONCE64), "wsse:PasswordDigest"),
    "text-without-type": envelope(TEXT % f'<wsse:Nonce EncodingType="{BASE64}">{NONCE64}</wsse:Nonce>', "<shop:list/>"),
    "text-with-timestamp": envelope(TIME + TEXT % "", "<shop:list/>"),
    "text-with-nonce-and-created": username("s3cret", NONCE64, kind="PasswordText"),
    "must-understand-in-no-namespace": username("s3cret", kind="PasswordText", created=None).replace(
        "<wsse:Security", '<wsse:Security mustUnderstand="true"'
    ),
    "timestamp-alone": envelope(TIME, "<shop:list/>"),
}
digested = username(RIGHT, NONCE64)
TIMES = f"<wsu:Created>{CREATED}</wsu:Created><wsu:Expires>{EXPIRES}</wsu:Expires>"
BACKWARDS = f"<wsu:Expires>{EXPIRES}</wsu:Expires><wsu:Created>{CREATED}</wsu:Created>"
RECEIVED = "<wsu:Received>2026-11-27T12:00:01Z</wsu:Received>"
MESSAGES |= {
    "password-type-of-the-header": typed(digested, f"{WSSE}#PasswordDigest"),
    "password-type-behind-a-slash": typed(digested, f"{USERNAME[:-1]}/PasswordDigest"),
    "nonce-encoding-of-the-header": digested.replace(BASE64, f"{WSSE}#Base64Binary"),
    "created-in-wsse": digested.replace("wsu:Created", "wsse:Created"),
    "nonce-in-wsu": digested.replace("wsse:Nonce", "wsu:Nonce"),
    "timestamp-in-wsse": signed(times=TIMES.replace("wsu:", "wsse:")),
    "timestamp-backwards": signed(times=BACKWARDS),
    "timestamp-received": signed(times=TIMES + RECEIVED),
    "expires-with-created": signed(times=(CREATED, CREATED)),
}


def signed_again(message, old, new):
    """With a change in SignedInfo, and a signature value for that, by another library."""
    root = etree.fromstring(message.replace(old, new).encode())
    info = next(root.iter(f"{{{DS}}}SignedInfo"))
    octets = etree.tostring(info, method="c14n", exclusive=True)
    key = serialization.load_pem_private_key((keys / "alice.key").read_bytes(), None)
    value = key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
    next(root.iter(f"{{{DS}}}SignatureValue")).text = base64.b64encode(value).decode()
    return etree.tostring(root).decode()


certificate = x509.load_pem_x509_certificate((keys / "alice.pem").read_bytes())
SKI_OCTETS = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
SKI = base64.b64encode(SKI_OCTETS).decode()
X509_1_0 = OASIS + "x509-token-profile-1.0"
identifier = lambda kind: f'<wsse:KeyIdentifier ValueType="{kind}">{SKI}</wsse:KeyIdentifier>'
body_id = lambda attribute: lambda text: text.replace('<s:Body wsu:Id="Body"', f"<s:Body {attribute}")
SOAP_SEC_ID = 'xmlns:SOAP-SEC="http://schemas.xmlsoap.org/soap/security/2000-12" SOAP-SEC:id="Body"'
DRAFT_ID = 'xmlns:d="http://schemas.xmlsoap.org/ws/2003/06/utility" d:Id="Body"'
without_str = lambda text: re.sub("</?wsse:SecurityTokenReference>", "", text)
key_info = lambda new: lambda text: re.sub("<wsse:SecurityTokenReference>.*</wsse:SecurityTokenReference>", new, text)
ONE_STR = f"<wsse:SecurityTokenReference>{TOKEN}</wsse:SecurityTokenReference>"
TOKEN_ELEMENT = f'<wsse:BinarySecurityToken EncodingType="{BASE64}" ValueType="{X509}">{pem("alice")}</wsse:BinarySecurityToken>'
pointed = signed(uris=("#xpointer(id('Body'))", "#Time"))
MESSAGES |= {
    "digest-in-no-namespace": signed_again(plain, SHA256, "http://www.w3.org/2000/09/xmldsig#sha256"),
    "id-in-capitals": signed(change=body_id('ID="Body"')),
    "id-in-lower-case": signed(change=body_id('id="Body"')),
    "id-of-the-envelope": signed(change=body_id('s:Id="Body"')),
    "id-of-soap-sec": signed(change=body_id(SOAP_SEC_ID)),
    "id-of-a-draft": signed(change=body_id(DRAFT_ID)),
    "reference-by-xpointer": pointed,
    "reference-by-absolute-uri": signed_again(plain, '"#Body"', '"http://shop.example/parcels#Body"'),
    "identifier-by-name": signed(token="", named=identifier("wsse:X509SubjectKeyIdentifier")),
    "identifier-of-a-slip": signed(token="", named=identifier(f"{X509_1_0}#X509v3SubjectKeyIdentifier")),
    "ski-without-data": signed(token="", named=f"<ds:X509SKI>{SKI}</ds:X509SKI>"),
    "issuer-without-data": signed(token="", named=re.sub("</?ds:X509Data>", "", BY_ISSUER)),
    "ski-and-reference": signed(named=TOKEN + identifier(f"{X509_1_0}#X509SubjectKeyIdentifier")),
    "references-in-a-row": signed(change=key_info(ONE_STR * 2)),
    "reference-in-key-info": signed(change=without_str),
    "token-in-key-info": signed(token="", change=key_info(TOKEN_ELEMENT)),
    "key-info-empty": signed(token="", change=key_info("")),
    "key-info-of-text": signed(token="", change=key_info("alice")),
}
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
SECURITY = f'<wsse:Security xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}"'
# Prefixes that the sender's document bound, as a console of IBM lists all that it knows.
UNBOUND = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="#default code ds kind rw saml samlp typens"/>'
role = lambda uri: lambda text: text.replace(SOAP11, SOAP12).replace(SECURITY, f'{SECURITY} s:role="{SOAP12}/role/{uri}"')
user = lambda rest: envelope(f"<wsse:UsernameToken><wsse:Username>ann</wsse:Username>{rest}</wsse:UsernameToken>", "<shop:list/>")
CLEAR = f'<wsse:Password Type="{USERNAME}PasswordText">s3cret</wsse:Password>'


def redigested(message, uri, octets):
    """With the digest of other octets in one reference."""
    references = etree.fromstring(message.encode()).iter(f"{{{DS}}}Reference")
    (old,) = [reference.findtext(f"{{{DS}}}DigestValue") for reference in references if reference.get("URI") == uri]
    return signed_again(message, old, base64.b64encode(hashlib.sha256(octets).digest()).decode())


compared = signed("<shop:note>42 > 41</shop:note><shop:weight>42</shop:weight>")
COMPARED = etree.tostring(etree.fromstring(compared.encode())[1], method="c14n", exclusive=True)
# The password that the gateway knows is base64 of the MD5 of the user's.
HASHED = base64.b64encode(hashlib.md5(b"s3cret").digest())
BY_HASHED = base64.b64encode(hashlib.sha1(NONCE + CREATED.encode() + HASHED).digest()).decode()
on_lines = "\n" + "\n".join(re.findall(".{1,76}", pem("alice"))) + "\n"
(whole,) = re.findall("<wsse:Security .*</wsse:Security>", plain, flags=re.S)
beheaded = plain.replace(f"<s:Header>{whole}</s:Header>", "")
MESSAGES |= {
    "prefix-list-unbound": signed(prefixes=UNBOUND),
    "greater-than-not-escaped": redigested(compared, "#Body", COMPARED.replace(b"&gt;", b">")),
    "role-of-the-ultimate-receiver": signed(change=role("ultimateReceiver")),
    "role-of-the-next": signed(change=role("next")),
    # A header that is inserted one character before the end.
    "header-inside-an-end-tag": beheaded[:-1] + whole + beheaded[-1:],
    "token-on-lines": plain.replace(pem("alice"), on_lines),
    "timestamp-of-the-header": signed(change=lambda text: text.replace("wsu:Timestamp", "wsse:Timestamp")),
    "id-of-no-namespace": user(CLEAR).replace("<wsse:UsernameToken>", '<wsse:UsernameToken wssu:Id="U">'),
    "user-of-a-draft": user(CLEAR).replace(WSSE, "http://schemas.xmlsoap.org/ws/2002/07/secext"),
    "nonce-without-encoding": digested.replace(f' EncodingType="{BASE64}"', ""),
    "nonce-empty": user(f"{CLEAR}<wsse:Nonce/>"),
    "digest-of-hashed-password": username(BY_HASHED, NONCE64),
    "user-without-password": user(""),
    "path-of-one-certificate": plain.replace(X509, f"{X509_1_0}#X509PKIPathv1"),
    "timestamp-without-declarations": redigested(plain, "#Time", f'<wsu:Timestamp wsu:Id="Time">{TIMES}</wsu:Timestamp>'.encode()),
}


def signed_by_ec(message, written):
    """By the EC key of 256 bits, with r and s written in another way. RFC 6979: the value is the same each time."""
    message = message.replace(pem("alice"), pem("ec256")).replace("#rsa-sha256", "#ecdsa-sha256")
    root = etree.fromstring(message.encode())
    octets = etree.tostring(next(root.iter(f"{{{DS}}}SignedInfo")), method="c14n", exclusive=True)
    key = serialization.load_pem_private_key((keys / "ec256.key").read_bytes(), None)
    der = key.sign(octets, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    next(root.iter(f"{{{DS}}}SignatureValue")).text = base64.b64encode(written(der)).decode()
    return etree.tostring(root).decode()


halves = lambda width: lambda der: b"".join(half.to_bytes(width, "big") for half in utils.decode_dss_signature(der))
security = lambda content: f'<wsse:Security xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}">{content}</wsse:Security>'
ANN = f"<wsse:UsernameToken><wsse:Username>ann</wsse:Username>{CLEAR}</wsse:UsernameToken>"
BESIDE = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="s shop"/>'
# The name of the organisation as UTF8String and as PrintableString.
as_octets = lambda tag: f"CN=Example CA,O=#{tag}0d{'Example Trust'.encode().hex()},C=DE"
by_name = lambda name: signed(token="", named=issuer_serial(name).replace("SERIAL", SERIAL))
OTHER_TOKEN = f'<wsse:BinarySecurityToken wsu:Id="Other" EncodingType="{BASE64}" ValueType="{X509}">{pem("bob")}</wsse:BinarySecurityToken>'
MESSAGES |= {
    "ecdsa-in-der": signed_by_ec(plain, lambda der: der),
    "ecdsa-with-zeros": signed_by_ec(plain, halves(33)),
    "security-header-for-each-token": plain.replace("<s:Header>", f"<s:Header>{security(ANN)}"),
    "timestamp-of-nothing": signed(times=""),
    "id-of-digits": signed(
        uris=("#4312518550351640530", "#Time"), change=lambda text: text.replace('"Body"', '"4312518550351640530"')
    ),
    "prefix-list-empty": signed(prefixes=PREFIXES.replace("s shop", "")),
    # Behind the ds:Transform that it is for, and not in it.
    "prefix-list-beside": signed_again(plain, "</ds:Transforms>", BESIDE + "</ds:Transforms>"),
    "several-tokens": plain.replace("<wsse:BinarySecurityToken", OTHER_TOKEN + "<wsse:BinarySecurityToken", 1),
    "issuer-as-utf8": by_name(as_octets("0c")),
    "issuer-as-printable": by_name(as_octets("13")),
    "issuer-in-quotation-marks": by_name('CN=Example CA, O="Example Trust", C=DE'),
    "header-blocks-on-lines": plain.replace("<s:Header>", "<s:Header>\n").replace("</s:Header>", "\n</s:Header>"),
    "password-in-cdata": user(CLEAR.replace("s3cret", "<![CDATA[s3cret]]>")),
}
xml_ids = lambda text: text.replace('wsu:Id="Body"', 'xml:id="Body"').replace('wsu:Id="Time"', 'xml:id="Time"')
# A reference to an attachment that is not there, as a receipt has it that repeats the references of its request.
ABSENT = (
    '<ds:Reference URI="cid:parcel@shop"><ds:Transforms><ds:Transform Algorithm="http://docs.oasis-open.org/wss/oasis-wss-'
    f'SwAProfile-1.1#Attachment-Content-Signature-Transform"/></ds:Transforms><ds:DigestMethod Algorithm="{SHA256}"/>'
    f'<ds:DigestValue>{base64.b64encode(hashlib.sha256(b"parcel").digest()).decode()}</ds:DigestValue></ds:Reference>'
)
two_prefixes = lambda text: text.replace("<s:Envelope ", f'<s:Envelope xmlns:env="{SOAP11}" ').replace("s:Header", "env:Header")
EBXML = "http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd"
block = lambda text: f'<s:Header><eb:MessageHeader xmlns:eb="{EBXML}" eb:version="2.0" s:mustUnderstand="{text}"/>'
CRLF = etree.tostring(etree.fromstring(crlf.encode())[1], method="c14n", exclusive=True).replace(b"\n", b"\r\n")
by_number = lambda text: text.replace("xmlns:shop", "xmlns:ns0").replace("<shop:", "<ns0:").replace("</shop:", "</ns0:")
MESSAGES |= {
    "id-of-xml": signed(change=xml_ids),
    "reference-with-the-id-of-its-target": signed_again(plain, '<ds:Reference URI="#Body"', '<ds:Reference Id="Body" URI="#Body"'),
    "reference-named-and-not-pointed": signed_again(plain, '<ds:Reference URI="#Body"', '<ds:Reference Id="Body-1"'),
    "letter-lost-on-the-way": signed("<shop:city>Bogot\u00e1</shop:city><shop:weight>42</shop:weight>").replace("&#225;", "?"),
    "letters-read-as-latin-1": signed("<shop:city>Sm\u00f8rum</shop:city>").replace("&#248;", "\u00c3\u00b8"),
    "prefixes-by-number": by_number(plain),
    "lines-of-the-template": redigested(crlf, "#Body", CRLF),
    "template-not-filled": re.sub("<ds:(DigestValue|SignatureValue)>[^<]*<", r"<ds:\1><", plain),
    "attachment-of-the-request": signed_again(plain, '<ds:Reference URI="#Time">', f'{ABSENT}<ds:Reference URI="#Time">'),
    "ski-of-one-zero": signed(token="", named=identifier(f"{X509_1_0}#X509SubjectKeyIdentifier").replace(SKI, "AA==")),
    # Each octet above 127 became a question mark.
    "token-through-ascii": plain.replace(
        pem("alice"), base64.b64encode(base64.b64decode(pem("alice")).decode("ascii", "replace").replace("\ufffd", "?").encode()).decode()
    ),
    "two-prefixes-of-soap": signed(change=two_prefixes),
    "must-understand-in-small": signed(
        "<!-- more --><shop:list>42</shop:list>", change=lambda text: text.replace(SECURITY, f'{SECURITY} mustunderstand="true"')
    ),
    "must-understand-false": signed(change=lambda text: text.replace("<s:Header>", block("0"))),
    "block-not-understood": signed(change=lambda text: text.replace("<s:Header>", block("1"))),
    "nonce-of-letters": username(RIGHT, "a nonce!"),
    "identifier-without-type": signed(
        token="", named=f'<wsse:KeyIdentifier EncodingType="{BASE64}">{pem("alice")}</wsse:KeyIdentifier>'
    ),
}
for name, message in MESSAGES.items():
    (here / f"{name}.xml").write_bytes(message.encode())


def p_sha1(secret, seed, length):
    """RFC 2246 section 5."""
    mac = lambda octets: hmac.new(secret, octets, hashlib.sha1).digest()
    stream, step = b"", seed
    while len(stream) < length:
        step = mac(step)
        stream += mac(step + seed)
    return stream[:length]


def implied_key():
    """A MAC under a key that a reference implies by its wsc:Nonce; the EncryptedKey is for Bob."""
    secret, nonce = bytes(range(32)), bytes(range(100, 116))
    bob = x509.load_pem_x509_certificate((keys / "bob.pem").read_bytes())
    oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)
    wrapped = base64.b64encode(bob.public_key().encrypt(secret, oaep)).decode()
    serial = BY_ISSUER.replace(SERIAL, str(bob.serial_number))
    enc = "http://www.w3.org/2001/04/xmlenc#"
    encrypted = (
        f'<xenc:EncryptedKey Id="Key" xmlns:xenc="{enc}"><xenc:EncryptionMethod Algorithm="{enc}rsa-oaep-mgf1p"/>'
        f'<ds:KeyInfo xmlns:ds="{DS}"><wsse:SecurityTokenReference>{serial}</wsse:SecurityTokenReference></ds:KeyInfo>'
        f"<xenc:CipherData><xenc:CipherValue>{wrapped}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>"
    )
    wsc = "http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512"
    kind = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKey"
    attributes = f' xmlns:wsc="{wsc}" wsc:Nonce="{base64.b64encode(nonce).decode()}" wsc:Length="32"'
    label = b"WS-SecureConversation" * 2
    return signed(
        token=encrypted,
        named=f'<wsse:Reference URI="#Key" ValueType="{kind}"/>',
        attributes=attributes,
        change=lambda text: text.replace("#rsa-sha256", "#hmac-sha256"),
        key=xmlsec.Key.from_binary_data(xmlsec.KeyData.HMAC, p_sha1(secret, label + nonce, 32)),
    )


# OAEP is random: it is made once.
implied = here.parent / "peers/implied-derived-key.xml"
if not implied.exists():
    implied.write_text(implied_key())
