"""Makes the messages of this folder with lxml and python-xmlsec, not with our own code. Argument: the folder of keys.

Each is like what a public report describes; which report is in tests/reports.rs.
"""
import base64
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import xmlsec
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
    root = etree.fromstring(envelope(header, body))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(str(keys / "alice.key"), xmlsec.KeyFormat.PEM)
    for element in root.iter():
        if element.get(f"{{{WSU}}}Id"):
            context.register_id(element, "Id", WSU)
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
    "digest-in-no-namespace": plain.replace(SHA256, "http://www.w3.org/2000/09/xmldsig#sha256"),
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
for name, message in MESSAGES.items():
    (here / f"{name}.xml").write_bytes(message.encode())
