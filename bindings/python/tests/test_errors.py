"""Errors speak of keys of the profile and of arguments, never of calls of the library below, which no Python can make."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import ws_security
from conftest import ENVELOPE, KEYS, both
from ws_security import Profile, Receiver, Sender, WsSecurityError

SCHEMA = json.loads((KEYS.parents[1] / "crates/profile/src/profile.schema.json").read_text(encoding="utf-8"))
TABLES: dict[str, dict[str, Any]] = {name: SCHEMA["$defs"][name]["properties"] for name in ("Sending", "Receiving")}
ARGUMENTS = {"request", "answering", "correlation", "content_type", "attachments"}


def keys_of(text: str) -> set[str]:
    """The keys that a text names. Nothing else in it is quoted, and nothing in it is a call."""
    assert not re.search(r"[A-Za-z_]+::[A-Za-z_]", text), text
    words = [re.split("[ :]", word)[0] for word in re.findall("`([^`]+)`", text)]
    known = ARGUMENTS.union(*TABLES.values())
    assert all(word in known or word == "wss" for word in words), text
    assert "--" not in text or "`wss" in text, text
    return set(words)


SIGNS = {"key": "alice.key", "cert": "alice.pem", "only": "sign", "timestamp": 300}
WANTS = {"pin": ["alice.pem"], "require": ["signed:Body", "signed:Timestamp"]}
UNDERSTAND = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>'
    '<h:a xmlns:h="urn:h" s:mustUnderstand="1"/></s:Header><s:Body/></s:Envelope>'
)


def signed(envelope: str = ENVELOPE, /, **more: Any) -> bytes:
    return Sender(Profile.from_dict({"secure": {**SIGNS, **more}}, KEYS)).secure(envelope).message


def opened(message: bytes, **more: Any) -> None:
    Receiver(Profile.from_dict({"verify": {**WANTS, **more}}, KEYS)).open(message)


def secured(**more: Any) -> None:
    signed(**more)


def package_as_envelope() -> None:
    sender = Sender(Profile.from_dict({"secure": {**SIGNS, "attachments": True}}, KEYS))
    sent = sender.secure(ENVELOPE, attachments=[ws_security.Attachment("a@b", "text/plain", b"1")])
    opened(sent.message)


DEEP = (ENVELOPE.replace("<to>", "<to>" + "<a>" * 120).replace("</to>", "</a>" * 120 + "</to>")).encode()

LEGACY: dict[str, Any] = {"signature-method": "rsa-sha1"}
LEGACY_ADMITTED: dict[str, Any] = {**LEGACY, "allow-legacy": True}
TOKEN_LAST: dict[str, Any] = {"token-after-signature": True, "waive": ["R5205"]}
AT_ONCE: dict[str, Any] = {"max-age": 0, "clock-skew": 0}

CASES: list[tuple[str, Callable[[], object]]] = [
    ("pin", lambda: opened(signed(reference="ski"), pin=["bob.pem"])),
    ("known-cert", lambda: opened(signed(reference="ski"), pin=["bob.pem"])),
    ("trust", lambda: opened(signed(), pin=["bob.pem"])),
    ("allow", lambda: opened(signed(**LEGACY_ADMITTED))),
    ("to", lambda: secured(only=None)),
    ("limit", lambda: opened(DEEP)),
    ("understand", lambda: opened(signed(UNDERSTAND))),
    ("actor", lambda: opened(signed(actor="urn:x"))),
    ("accept-forward-references", lambda: opened(signed(**TOKEN_LAST))),
    ("max-age", lambda: opened(signed(timestamp=3000), **AT_ONCE)),
    ("require", lambda: opened(signed(), require=[])),
    ("content_type", package_as_envelope),
    ("allow-legacy", lambda: secured(**LEGACY)),
    ("waive", lambda: secured(c14n="inclusive")),
    ("layout", lambda: secured(layout="lax-timestamp-first", timestamp=None)),
    ("timestamp", lambda: secured(part=["Timestamp"], timestamp=None)),
]


@pytest.mark.parametrize(("key", "provoked"), CASES, ids=[f"{at}-{key}" for at, (key, _) in enumerate(CASES)])
def test_an_error_names_the_key_that_helps(key: str, provoked: Callable[[], object]) -> None:
    with pytest.raises(WsSecurityError) as raised:
        provoked()
    assert key in keys_of(str(raised.value)), raised.value


def test_what_is_shown_without_a_profile_names_the_options_of_the_command() -> None:
    with pytest.raises(WsSecurityError, match="--limit depth=… of `wss`"):
        ws_security.inspect(DEEP)
    with pytest.raises(WsSecurityError, match="--limit depth=… of `wss`"):
        ws_security.lint(DEEP)


def test_explanations_speak_of_keys() -> None:
    receiver = Receiver(Profile.from_dict({"verify": {**WANTS, "limit": ["cause-octets=1"]}}, KEYS))
    message = signed(ENVELOPE.replace("Ann", "x y " * 4000)).replace(b"1499.90", b"9499.90")
    explained = json.dumps(receiver.explain(message), ensure_ascii=False)
    assert "`limit = [" in explained.replace("\\", "") and "::" not in explained.replace("urn:", "")


def test_messages_are_octets_and_text_is_told_so() -> None:
    message = signed()
    text: Any = message.decode()
    receiver = Receiver(Profile.from_dict({"verify": WANTS}, KEYS))
    calls: list[Callable[[Any], object]] = [
        receiver.open,
        receiver.explain,
        ws_security.lint,
        ws_security.inspect,
        ws_security.fault,
    ]
    for call in calls:
        with pytest.raises(TypeError, match="content of the response"):
            call(text)
    assert receiver.open(bytearray(message)).signer == opened_signer(message)  # type: ignore[arg-type]


def opened_signer(message: bytes) -> str | None:
    return Receiver(Profile.from_dict({"verify": WANTS}, KEYS)).open(memoryview(message)).signer  # type: ignore[arg-type]


def test_a_kind_that_is_none_is_an_error() -> None:
    with pytest.raises(ws_security.Misuse, match="no kind"):
        ws_security.fault(signed(), "FailedChekc")
    assert "FailedCheck" in ws_security.fault(signed(), "FailedCheck")[0]


def test_what_is_sent_is_not_printed() -> None:
    secure = {"key": "alice.key", "cert": "alice.pem", "symmetric": True, "to": "bob.pem", "derive-keys": "1.3"}
    sent = Sender(Profile.from_dict({"secure": secure}, KEYS)).secure(ENVELOPE)
    assert "correlation" not in repr(sent)
    assert "Envelope" not in repr(sent)
    assert "hunter2" not in repr(ws_security.Attachment("a@b", "text/plain", b"hunter2"))
