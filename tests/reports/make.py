"""Makes the messages of this folder with lxml and python-xmlsec, not with our own code. Argument: the folder of keys.

Each is like what a public report describes; which report is in tests/reports.rs.
"""
import base64
import hashlib
import re
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


def signed(body="<shop:parcel><shop:weight>42</shop:weight></shop:parcel>", prefixes="", gap=""):
    certificate = "".join((keys / "alice.pem").read_text().split("-----")[2].split())
    reference = lambda uri: (
        f'<ds:Reference URI="#{uri}">{gap}<ds:Transforms>{gap}<ds:Transform Algorithm="{EXCLUSIVE}">{prefixes}</ds:Transform>'
        f'{gap}</ds:Transforms>{gap}<ds:DigestMethod Algorithm="{SHA256}"/>{gap}<ds:DigestValue/>{gap}</ds:Reference>{gap}'
    )
    header = (
        f'<wsu:Timestamp wsu:Id="Time"><wsu:Created>{CREATED}</wsu:Created><wsu:Expires>{EXPIRES}</wsu:Expires></wsu:Timestamp>'
        f'<wsse:BinarySecurityToken wsu:Id="Token" EncodingType="{BASE64}" ValueType="{X509}">{certificate}'
        f'</wsse:BinarySecurityToken><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">{gap}<ds:SignedInfo>{gap}'
        f'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}">{prefixes}</ds:CanonicalizationMethod>{gap}'
        f'<ds:SignatureMethod Algorithm="{MORE}rsa-sha256"/>{gap}{reference("Body")}{reference("Time")}</ds:SignedInfo>{gap}'
        f'<ds:SignatureValue/>{gap}<ds:KeyInfo>{gap}<wsse:SecurityTokenReference><wsse:Reference URI="#Token" '
        f'ValueType="{X509}"/></wsse:SecurityTokenReference>{gap}</ds:KeyInfo>{gap}</ds:Signature>'
    )
    root = etree.fromstring(envelope(header, body))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(str(keys / "alice.key"), xmlsec.KeyFormat.PEM)
    for element in root.iter():
        if element.get(f"{{{WSU}}}Id"):
            context.register_id(element, "Id", WSU)
    context.sign(next(root.iter("{http://www.w3.org/2000/09/xmldsig#}Signature")))
    return etree.tostring(root).decode()


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
for name, message in MESSAGES.items():
    (here / f"{name}.xml").write_bytes(message.encode())
