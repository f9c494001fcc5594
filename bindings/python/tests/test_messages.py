"""Messages there and back, each with a twin that is refused."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import ws_security
from conftest import ENVELOPE, KEYS, both
from ws_security import Attachment, Misuse, Profile, Receiver, Refused, Sender, WsSecurityError


def test_a_message_is_opened_once_and_says_who_signed() -> None:
    sent = Sender(both("alice", "bob")).secure(ENVELOPE)
    assert sent.content_type is None and b"1499.90" not in sent.message
    receiver = Receiver(both("bob", "alice"))
    opened = receiver.open(sent.message)
    assert "<amount>1499.90</amount>" in opened.body and opened.unauthenticated_body is None
    assert opened.signer is not None and "Alice" in opened.signer
    evidence = opened.evidence
    assert evidence["accepted"] and evidence["signatures"][0]["kind"] and evidence["decrypted"]
    with pytest.raises(Refused) as again:
        receiver.open(sent.message)
    assert again.value.kind == "FailedAuthentication"


def test_a_changed_message_and_a_stranger_are_refused_by_kind() -> None:
    only = {"key": "alice.key", "cert": "alice.pem", "only": "sign", "timestamp": 300}
    sent = Sender(Profile.from_dict({"secure": only}, KEYS)).secure(ENVELOPE)
    verify = {"pin": ["alice.pem"], "require": ["signed:Body", "signed:Timestamp"]}
    with pytest.raises(Refused) as changed:
        Receiver(Profile.from_dict({"verify": verify}, KEYS)).open(sent.message.replace(b"1499.90", b"9499.90"))
    assert changed.value.kind == "FailedCheck" and "digest" in str(changed.value)
    with pytest.raises(Refused) as stranger:
        Receiver(Profile.from_dict({"verify": {**verify, "pin": ["bob.pem"]}}, KEYS)).open(sent.message)
    assert stranger.value.kind in ("FailedAuthentication", "SecurityTokenUnavailable")
    with pytest.raises(Refused) as plain:
        Receiver(Profile.from_dict({"verify": verify}, KEYS)).open(ENVELOPE.encode())
    assert plain.value.kind == "InvalidSecurity" and isinstance(plain.value, WsSecurityError)
    # Without keys, `explain` says what does not fit, and accepts nothing.
    receiver = Receiver(Profile.from_dict({"verify": verify}, KEYS))
    explained = receiver.explain(sent.message.replace(b"<to>Ann</to>", b"\n<to>Ann</to>"))
    assert explained["fits"] is False and explained["authenticated"] is False
    references = explained["signatures"][0]["references"]
    assert any("white space" in cause["why"] for row in references for cause in row["digest"].get("causes", []))


def test_a_reply_is_tied_to_its_request() -> None:
    alice, bob = both("alice", "bob"), both("bob", "alice")
    request = Sender(alice).secure(ENVELOPE)
    opened = Receiver(bob).open(request.message)
    reply = Sender(bob).secure(ENVELOPE, answering=opened.correlation)
    confirming = both("alice", "bob", require=["signed:Body", "signed:Timestamp", "encrypted:Body", "confirmation"])
    assert "1499.90" in Receiver(confirming).open(reply.message, request=request.correlation).body
    # A reply to another request is refused.
    other = Sender(alice).secure(ENVELOPE)
    with pytest.raises(Refused):
        Receiver(confirming).open(reply.message, request=other.correlation)


def test_attachments_are_signed_and_encrypted_with_the_message() -> None:
    attachment = Attachment("bill@example", "text/plain", b"1499.90 EUR\r\n")
    secure = {"key": "alice.key", "cert": "alice.pem", "to": "bob.pem", "timestamp": 300}
    complete = Profile.from_dict({"secure": {**secure, "attachments": True, "attach-complete": True}}, KEYS)
    sent = Sender(complete).secure(ENVELOPE, attachments=[attachment])
    assert sent.content_type is not None and sent.content_type.startswith("multipart/related")
    receiver = Receiver(both("bob", "alice", require=["signed:Body", "signed:Timestamp", "signed:Attachments"]))
    opened = receiver.open(sent.message, content_type=sent.content_type)
    assert opened.attachments == [attachment]
    # Without `attach-complete`, nobody vouches for the type.
    content = Sender(both("alice", "bob")).secure(ENVELOPE, attachments=[attachment])
    (found,) = receiver.open(content.message, content_type=content.content_type).attachments
    assert (found.content, found.content_type) == (attachment.content, "")
    with pytest.raises(Refused):
        Receiver(both("bob", "alice")).open(sent.message[: len(sent.message) // 2], content_type=sent.content_type)


def test_misuse_says_which_key_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="perhaps timestamp is meant") as unknown:
        Profile.from_dict({"secure": {"timstamp": 300}})
    assert unknown.value.kind == "Misuse"
    with pytest.raises(Misuse, match="no table `verify`"):
        Receiver(Profile.from_toml('[secure]\nonly = "sign"\n'))
    with pytest.raises(Misuse, match="nowhere.key"):
        Sender(Profile.from_toml('[secure]\nkey = "nowhere.key"\ncert = "alice.pem"\nonly = "sign"\n', KEYS))
    with pytest.raises(Misuse, match="UTF-8"):
        Sender(both("alice", "bob")).secure(b"\xff\xfe")
    with pytest.raises(Misuse):
        Receiver(both("bob", "alice")).open(b"<a/>", request="not a correlation")
    with pytest.raises(Misuse):
        Profile.read(tmp_path / "none.toml")


def test_elements_are_opened_where_the_body_is_not_demanded() -> None:
    path = "Body/{urn:example}pay/{urn:example}amount"
    secure = {"key": "alice.key", "cert": "alice.pem", "only": "sign", "timestamp": 300}
    signs = Profile.from_dict({"secure": {**secure, "part": [f"element:{path}", "Timestamp"]}}, KEYS)
    verify = {"pin": ["alice.pem"], "require": [f"signed:element:{path}", "signed:Timestamp"]}
    opened = Receiver(Profile.from_dict({"verify": verify}, KEYS)).open(Sender(signs).secure(ENVELOPE).message)
    assert [re.sub(r" [^>]*", "", xml) for xml in opened.elements(path)] == ["<amount>1499.90</amount>"]
    assert opened.elements("Body/{urn:example}pay") == []
    with pytest.raises(Misuse, match="signed:Body"):
        opened.body  # noqa: B018


def test_processes_share_what_was_opened(tmp_path: Path) -> None:
    sent = Sender(both("alice", "bob")).secure(ENVELOPE)
    store = tmp_path / "replays.sqlite"
    Receiver(both("bob", "alice"), replay_store=store).open(sent.message)
    with pytest.raises(Refused):
        Receiver(both("bob", "alice"), replay_store=store).open(sent.message)
    assert Receiver(both("bob", "alice")).open(sent.message).body


def test_threads_share_a_sender_and_a_receiver() -> None:
    sender, receiver = Sender(both("alice", "bob")), Receiver(both("bob", "alice"))

    def once(_: int) -> bool:
        return "1499.90" in receiver.open(sender.secure(ENVELOPE).message).body

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(once, range(40)))


def test_a_message_is_looked_at_without_keys() -> None:
    sent = Sender(both("alice", "bob")).secure(ENVELOPE).message
    report = ws_security.lint(sent)
    assert report["conforms"] and len(report["rules"]) == 207
    assert not ws_security.lint(sent, as_written=True)["conforms"]
    picture = ws_security.inspect(sent)
    assert picture["verified"] is False and picture["headers"][0]["items"]
    assert ws_security.inspect_text(sent).startswith("Nothing below is verified")
    for page in (ws_security.inspect_html(sent), ws_security.lint_html(sent)):
        assert page.startswith("<!DOCTYPE html>")
    with pytest.raises(Refused, match="JSON"):
        ws_security.inspect(b'{"a": 1}')


def test_a_user_message_is_held_to_its_network_and_to_who_signed_it() -> None:
    eb = "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/"
    kind = "urn:fdc:peppol.eu:2017:identifiers:ap"

    def envelope(sender: str) -> str:
        def party(name: str, party_id: str, role: str) -> str:
            inner = f'<e:PartyId type="{kind}">{party_id}</e:PartyId><e:Role>{eb}{role}</e:Role>'
            return f"<e:{name}>{inner}</e:{name}>"

        agreement = "urn:fdc:peppol.eu:2017:agreements:tia:ap_provider"
        properties = [f'<e:Property name="{name}">9:1</e:Property>' for name in ("originalSender", "finalRecipient")]
        return (
            f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:e="{eb}"><s:Header>'
            '<e:Messaging s:mustUnderstand="true"><e:UserMessage><e:MessageInfo>'
            "<e:Timestamp>2026-11-28T09:30:00Z</e:Timestamp><e:MessageId>1@example.org</e:MessageId></e:MessageInfo>"
            f"<e:PartyInfo>{party('From', sender, 'initiator')}{party('To', 'Bob', 'responder')}</e:PartyInfo>"
            f"<e:CollaborationInfo><e:AgreementRef>{agreement}</e:AgreementRef><e:Service>urn:s</e:Service>"
            "<e:Action>submit</e:Action><e:ConversationId>1</e:ConversationId></e:CollaborationInfo>"
            f"<e:MessageProperties>{''.join(properties)}</e:MessageProperties>"
            "</e:UserMessage></e:Messaging></s:Header><s:Body/></s:Envelope>"
        )

    network = {"network": "peppol_as4_2"}
    secure = {**network, "key": "alice.key", "cert": "alice.pem", "to": "bob.pem", "attachments": True}
    verify = {**network, "pin": ["alice.pem"], "decrypt-key": ["bob.key"], "decrypt-cert": ["bob.pem"]}
    sender = Sender(Profile.from_dict({"secure": secure}, KEYS))
    receiver = Receiver(Profile.from_dict({"verify": verify}, KEYS))
    invoice = [Attachment("invoice@example", "application/gzip", b"\x1f\x8b")]
    sent = sender.secure(envelope("Alice"), attachments=invoice)
    assert receiver.open(sent.message, content_type=sent.content_type).signer is not None
    other = sender.secure(envelope("Mallory"), attachments=invoice)
    with pytest.raises(Refused, match="Mallory") as refused:
        receiver.open(other.message, content_type=other.content_type)
    assert refused.value.kind == "FailedAuthentication"


def test_a_fault_tells_a_stranger_nothing() -> None:
    opaque, status = ws_security.fault(ENVELOPE.encode())
    assert "The message was refused" in opaque and status == 500
    telling, _ = ws_security.fault(ENVELOPE.encode(), "FailedCheck")
    assert "FailedCheck" in telling and "FailedCheck" not in opaque


def test_the_readme_runs() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert len(blocks) == 2
    exec(blocks[0], {"KEYS": KEYS, "ENVELOPE": ENVELOPE})


WSA = "http://www.w3.org/2005/08/addressing"


def test_a_signed_header_block_is_returned_and_another_is_not() -> None:
    block = f'<a:To xmlns:a="{WSA}">urn:bank</a:To><a:From xmlns:a="{WSA}"><a:Address>urn:x</a:Address></a:From>'
    envelope = ENVELOPE.replace("<s:Body>", f"<s:Header>{block}</s:Header><s:Body>")
    to = f"{{{WSA}}}To"
    only = {"key": "alice.key", "cert": "alice.pem", "only": "sign", "timestamp": 300}
    sent = Sender(Profile.from_dict({"secure": {**only, "part": ["Body", "Timestamp", to]}}, KEYS)).secure(envelope)
    verify = {"pin": ["alice.pem"], "require": ["signed:Body", "signed:Timestamp", f"signed:{to}"]}
    receiver = Receiver(Profile.from_dict({"verify": verify}, KEYS))
    with pytest.raises(Refused):
        receiver.open(sent.message.replace(b"urn:bank", b"urn:evil"))
    opened = receiver.open(sent.message)
    told = opened.header_block(WSA, "To")
    assert told is not None and "urn:bank" in told
    # Nobody signed it.
    assert opened.header_block(WSA, "From") is None
    assert opened.user is None


def test_a_user_is_known_over_tls_alone(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret")
    (tmp_path / "users").write_text("ann\ts3cret\n")
    secure = {"only": "sign", "user": "ann", "password-file": ["password"], "password-text": True}
    sent = Sender(Profile.from_dict({"secure": {**secure, "timestamp": 300}}, tmp_path)).secure(ENVELOPE)
    verify = {"user-file": "users", "require": ["token:username"], "print-unauthenticated": True}
    receiver = Receiver(Profile.from_dict({"verify": verify}, tmp_path))
    with pytest.raises(Refused):
        receiver.open(sent.message)
    opened = receiver.open(sent.message, over_tls=True)
    assert opened.user == "ann" and opened.signer is None
    assert opened.unauthenticated_body is not None and "1499.90" in opened.unauthenticated_body


def test_a_receiver_says_which_certificates_it_skipped(tmp_path: Path) -> None:
    assert Receiver(both("bob", "alice")).notes == []
    (tmp_path / "all.pem").write_text((KEYS / "ca.pem").read_text() + (KEYS / "unsupported.pem").read_text())
    verify = {"trust": ["all.pem"], "signer": ["CN=Bob, O=Exemple, C=FR"], "require": ["signed:Body"]}
    notes = Receiver(Profile.from_dict({"verify": verify}, tmp_path)).notes
    assert len(notes) == 1 and "all.pem" in notes[0], notes
