"""zeep as the client of a service that listens, and its own signatures both ways."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import ws_security
from conftest import ENVELOPE, KEYS, both
from lxml import etree
from ws_security import Profile, Receiver, Refused, Sender
from ws_security.zeep import SecurityPlugin

# They have no types of their own.
zeep: Any = importlib.import_module("zeep")
xmlsec: Any = importlib.import_module("xmlsec")
signature: Any = importlib.import_module("zeep.wsse.signature")
BinarySignature, Signature = signature.BinarySignature, signature.Signature

WSDL = """<definitions name="Pay" targetNamespace="urn:example" xmlns="http://schemas.xmlsoap.org/wsdl/"
 xmlns:t="urn:example" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:x="http://www.w3.org/2001/XMLSchema">
 <types><x:schema targetNamespace="urn:example" elementFormDefault="qualified">
  <x:element name="pay"><x:complexType><x:sequence><x:element name="amount" type="x:decimal"/></x:sequence></x:complexType></x:element>
  <x:element name="paid"><x:complexType><x:sequence><x:element name="amount" type="x:decimal"/></x:sequence></x:complexType></x:element>
 </x:schema></types>
 <message name="in"><part name="p" element="t:pay"/></message><message name="out"><part name="p" element="t:paid"/></message>
 <portType name="PT"><operation name="Pay"><input message="t:in"/><output message="t:out"/></operation></portType>
 <binding name="B" type="t:PT"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
  <operation name="Pay"><soap:operation soapAction=""/><input><soap:body use="literal"/></input>
  <output><soap:body use="literal"/></output></operation></binding>
 <service name="S"><port name="P" binding="t:B"><soap:address location="ADDRESS"/></port></service>
</definitions>"""


class Service(BaseHTTPRequestHandler):
    """Opens requests, and answers with the amount that it read, secured to the requester."""

    server: Any

    def do_POST(self) -> None:
        message = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            opened = self.server.receiver.open(message, content_type=self.headers["Content-Type"])
        except Refused as error:
            self.server.refused.append(error.kind)
            text, status = ws_security.fault(message)
            return self.answer(status, text.encode())
        amount = etree.fromstring(opened.body).findtext(".//{urn:example}amount")
        reply = ENVELOPE.split("<s:Body>")[0] + f'<s:Body><paid xmlns="urn:example"><amount>{amount}</amount></paid></s:Body></s:Envelope>'
        secured = self.server.sender.secure(reply, answering=opened.correlation).message
        if self.server.changes:
            secured = secured.replace(b"<wsu:Created", b"<wsu:Created x='1'", 1)
        self.answer(200, secured)

    def answer(self, status: int, octets: bytes) -> None:
        content_type = "text/xml; charset=utf-8"
        if self.server.package:
            head = b"--b\r\nContent-Type: text/xml; charset=utf-8\r\nContent-ID: <root>\r\n\r\n"
            other = b"\r\n--b\r\nContent-Type: text/plain\r\nContent-ID: <note>\r\n\r\npay to Mallory\r\n--b--\r\n"
            octets, content_type = head + octets + other, 'multipart/related; boundary=b; type="text/xml"; start="<root>"'
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.receiver, server.sender = Receiver(both("bob", "alice")), Sender(both("bob", "alice"))
    server.refused, server.changes, server.package = [], False, False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def client(service: Any, folder: Path, plugins: list[Any]) -> Any:
    wsdl = folder / "service.wsdl"
    wsdl.write_text(WSDL.replace("ADDRESS", f"http://127.0.0.1:{service.server_port}/"))
    return zeep.Client(str(wsdl), plugins=plugins)


def test_zeep_talks_to_a_service_through_the_plugin(service: Any, tmp_path: Path) -> None:
    confirming = ["signed:Body", "signed:Timestamp", "encrypted:Body", "confirmation"]
    plugin = SecurityPlugin(both("alice", "bob", require=confirming))
    calls = client(service, tmp_path, [plugin])
    for amount in ("1499.90", "0.10"):
        assert str(calls.service.Pay(amount=amount)) == amount
        assert plugin.opened is not None and "Bob" in str(plugin.opened.signer)
    assert service.refused == []


def test_zeep_without_the_plugin_and_a_changed_reply_are_refused(service: Any, tmp_path: Path) -> None:
    with pytest.raises(zeep.exceptions.Fault, match="The message was refused"):
        client(service, tmp_path, []).service.Pay(amount="1")
    assert service.refused == ["InvalidSecurity"]
    service.changes = True
    plugin = SecurityPlugin(both("alice", "bob"))
    with pytest.raises(Refused):
        client(service, tmp_path, [plugin]).service.Pay(amount="1")
    assert plugin.opened is None
    # An unsigned fault is no reply that the profile accepts.
    stranger = SecurityPlugin(both("carol", "bob"))
    with pytest.raises(Refused):
        client(service, tmp_path, [stranger]).service.Pay(amount="1")


def test_a_reply_with_attachments_is_refused(service: Any, tmp_path: Path) -> None:
    # Whoever is on the way puts a genuine reply into a package, beside an attachment of his own.
    service.package = True
    plugin = SecurityPlugin(both("alice", "bob"))
    with pytest.raises(ws_security.Misuse, match="multipart"):
        client(service, tmp_path, [plugin]).service.Pay(amount="1")
    assert plugin.opened is None


METHODS = {"signature_method": xmlsec.Transform.RSA_SHA256, "digest_method": xmlsec.Transform.SHA256}
PAIR = (str(KEYS / "alice.key"), str(KEYS / "alice.pem"))
VERIFY = {"pin": ["alice.pem"], "require": ["signed:Body"], "accept-forward-references": True}


@pytest.mark.parametrize("kind", [Signature, BinarySignature])
def test_what_zeep_signs_is_opened(kind: Any) -> None:
    envelope, _ = kind(*PAIR, **METHODS).apply(etree.fromstring(ENVELOPE), {})
    message = etree.tostring(envelope)
    profile = Profile.from_dict({"verify": VERIFY}, KEYS)
    assert "1499.90" in Receiver(profile).open(message).body
    with pytest.raises(Refused) as changed:
        Receiver(profile).open(message.replace(b"1499.90", b"9499.90"))
    assert changed.value.kind == "FailedCheck"


def test_what_is_secured_verifies_in_zeep() -> None:
    secure = {"key": "alice.key", "cert": "alice.pem", "only": "sign", "timestamp": 300}
    signed = Sender(Profile.from_dict({"secure": secure}, KEYS)).secure(ENVELOPE).message
    BinarySignature(*PAIR, **METHODS).verify(etree.fromstring(signed))
    with pytest.raises(zeep.exceptions.SignatureVerificationFailed):
        BinarySignature(*PAIR, **METHODS).verify(etree.fromstring(signed.replace(b"1499.90", b"9499.90")))
