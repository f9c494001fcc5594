"""Drives zeep over stdin and stdout, a line each way: VERB TAB base64.

sign MESSAGE      signs Body and Timestamp with alice's key
verify MESSAGE    verifies with alice's certificate
digest MESSAGE    adds a username token with a digest
"""
import base64
import sys
from pathlib import Path

from lxml import etree
from zeep.wsse.signature import BinarySignature, Signature
from zeep.wsse.username import UsernameToken
from zeep.wsse.utils import WSU, get_security_header

keys = Path(sys.argv[1])
paths = [str(keys / "alice.key"), str(keys / "alice.pem")]
methods = {}
try:
    import xmlsec

    methods = {"signature_method": xmlsec.Transform.RSA_SHA256, "digest_method": xmlsec.Transform.SHA256}
except ImportError as error:
    print(error, file=sys.stderr)


def run(verb, message):
    envelope = etree.fromstring(message)
    if verb == "sign":
        security = get_security_header(envelope)
        import datetime

        now = datetime.datetime.now(datetime.timezone.utc)
        stamp = lambda when: when.strftime("%Y-%m-%dT%H:%M:%SZ")
        timestamp = WSU.Timestamp(WSU.Created(stamp(now)), WSU.Expires(stamp(now + datetime.timedelta(minutes=5))))
        security.append(timestamp)
        BinarySignature(*paths, **methods).apply(envelope, {})
    elif verb == "verify":
        Signature(*paths, **methods).verify(envelope)
    elif verb == "digest":
        UsernameToken("alice", "s3cret", use_digest=True).apply(envelope, {})
    else:
        raise ValueError(verb)
    return etree.tostring(envelope)


for line in sys.stdin:
    verb, message = line.rstrip("\n").split("\t")
    try:
        answer = "OK " + base64.b64encode(run(verb, base64.b64decode(message))).decode()
    except Exception as error:  # every failure is an answer
        answer = "ERR " + " ".join(f"{type(error).__name__}: {error}".split())
    print(answer, flush=True)
