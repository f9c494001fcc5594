"""WS-Security for SOAP: sign, encrypt, verify and decrypt messages.

A profile says whom to trust and what to demand, and what to make of an envelope: its keys are those of the command
``wss``. ``Sender`` secures envelopes, and ``Receiver`` opens messages; neither accepts what the profile does not.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import _native
from ._native import Misuse, Refused, WsSecurityError

__all__ = [
    "Attachment",
    "Misuse",
    "Opened",
    "Profile",
    "Receiver",
    "Refused",
    "Secured",
    "Sender",
    "WsSecurityError",
    "fault",
    "inspect",
    "inspect_html",
    "inspect_text",
    "lint",
    "lint_html",
]


@dataclass(frozen=True)
class Attachment:
    """An attachment: one to send, or one that the signature of a message covers."""

    content_id: str
    content_type: str
    """Of an opened one: empty if the signature covers the content alone, as without `attach-complete`."""
    content: bytes = field(repr=False)


class Profile:
    """The tables ``secure`` and ``verify``. Nothing in a profile is ignored."""

    def __init__(self, native: str) -> None:
        self._json = native

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Profile:
        """Reads a file: JSON if its name ends so, and TOML otherwise. Relative files in it are in its folder."""
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise _misuse(f"{path}: {error}") from error
        return cls(_native.profile_json(text, path.suffix.lower() != ".json", path.parent))

    @classmethod
    def from_toml(cls, text: str, folder: str | os.PathLike[str] | None = None) -> Profile:
        """Reads TOML. Relative files are in ``folder``, or in the working folder."""
        return cls(_native.profile_json(text, True, folder))

    @classmethod
    def from_dict(cls, tables: Mapping[str, Any], folder: str | os.PathLike[str] | None = None) -> Profile:
        """Takes tables of keys: ``{"secure": {"key": "alice.key", "cert": "alice.pem"}}``."""
        return cls(_native.profile_json(json.dumps(tables), False, folder))


@dataclass(frozen=True)
class Secured:
    """A message for the wire."""

    message: bytes = field(repr=False)
    content_type: str | None
    """The ``Content-Type`` of a package; ``None`` for an envelope."""
    correlation: str = field(repr=False)
    """For ``Receiver.open(request=…)`` of the reply. It may have keys: keep it as one."""


class Sender:
    """Secures envelopes as the table ``secure`` says. It can be used by several threads."""

    def __init__(self, profile: Profile) -> None:
        self._native = _native.Sender(profile._json)

    def secure(
        self,
        envelope: str | bytes,
        *,
        attachments: Iterable[Attachment] | None = None,
        answering: str | None = None,
    ) -> Secured:
        """Secures an envelope. ``answering`` is ``Opened.correlation`` of the request that it answers."""
        parts = None
        if attachments is not None:
            parts = [(part.content_id, part.content_type, part.content) for part in attachments]
        try:
            text = envelope if isinstance(envelope, str) else envelope.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _misuse("the envelope is not UTF-8: give text, or octets in UTF-8") from error
        return Secured(*self._native.secure(text, parts, answering))


class Opened:
    """What a message proves. Only what is signed is here, but for what has ``unauthenticated`` in its name."""

    def __init__(self, native: _native.Opened) -> None:
        self._native = native
        self._said = native.said

    @property
    def body(self) -> str:
        """The Body element. ``Misuse`` if the profile does not demand that it is signed."""
        if self._said.body is None:
            raise _misuse("the profile does not demand a signed Body: add signed:Body to `require`, or read `elements`")
        return self._said.body

    @property
    def unauthenticated_body(self) -> str | None:
        """The Body that nobody answers for, of a profile that admits that; else ``None``."""
        return self._said.unauthenticated_body

    @property
    def signer(self) -> str | None:
        """Who signed, in words for a log. Two signers may have one text: decide by ``evidence["signer"]``, which has the
        subject with its qualifiers, the issuer, and the SHA-256 of the certificate."""
        return self._said.signer

    @property
    def user(self) -> str | None:
        """The user that a username token proves."""
        return self._said.user

    @property
    def evidence(self) -> dict[str, Any]:
        """What was proven, as ``wss verify --format json`` has it."""
        evidence: dict[str, Any] = json.loads(self._said.evidence_json)
        return evidence

    @property
    def correlation(self) -> str:
        """For ``Sender.secure(answering=…)`` of the reply. It may have keys: keep it as one."""
        return self._said.correlation

    @property
    def attachments(self) -> list[Attachment]:
        """The attachments that the same signature covers."""
        return [Attachment(name, kind or "", octets) for name, kind, octets in self._said.attachments]

    def elements(self, path: str) -> list[str]:
        """The signed elements of this path that the profile demands, as ``Body/{urn:example}order``."""
        return self._native.parts.elements(path)

    def header_block(self, namespace: str, local: str) -> str | None:
        """The signed header block of this name."""
        return self._native.parts.header_block(namespace, local)


class Receiver:
    """Opens messages as the table ``verify`` says, each of them once.

    It remembers what it opened: make one, and keep it. Several processes share a ``replay_store``, a file of SQLite.
    """

    def __init__(self, profile: Profile, *, replay_store: str | os.PathLike[str] | None = None) -> None:
        self._native = _native.Receiver(profile._json, replay_store)

    @property
    def notes(self) -> list[str]:
        """Certificates of the profile that were skipped, and why."""
        return self._native.notes

    def open(
        self,
        message: bytes,
        *,
        content_type: str | None = None,
        request: str | None = None,
        over_tls: bool = False,
    ) -> Opened:
        """Opens a message, or raises ``Refused``.

        ``content_type`` is that of HTTP, and needed for attachments. ``request`` is ``Secured.correlation`` of the request
        that the message answers. ``over_tls`` vouches that the message came over TLS, for profiles without a signature.
        """
        return Opened(self._native.open(_octets(message), content_type, request, over_tls))

    def explain(self, message: bytes, *, content_type: str | None = None) -> dict[str, Any]:
        """What is in a message, and why it does not fit. It accepts nothing."""
        explained: dict[str, Any] = json.loads(self._native.explain(_octets(message), content_type))
        return explained


def lint(message: bytes, *, as_written: bool = False) -> dict[str, Any]:
    """A verdict on each requirement of the Basic Security Profile 1.1, as it is deployed or as it is written."""
    report: dict[str, Any] = json.loads(_native.lint(_octets(message), as_written))
    return report


def lint_html(message: bytes, *, as_written: bool = False) -> str:
    """The report as a page that loads nothing."""
    return _native.lint(_octets(message), as_written, True)


def inspect(message: bytes) -> dict[str, Any]:
    """What a message has for security. Nothing in it is verified."""
    picture: dict[str, Any] = json.loads(_native.inspect(_octets(message), "json"))
    return picture


def inspect_text(message: bytes) -> str:
    """As ``inspect``, in lines for people."""
    return _native.inspect(_octets(message), "text")


def inspect_html(message: bytes) -> str:
    """As ``inspect``, as a page that loads nothing."""
    return _native.inspect(_octets(message), "html")


def fault(message: bytes, kind: str | None = None) -> tuple[str, int]:
    """A SOAP fault that answers a message, and its HTTP status.

    Without ``kind`` it says only that the message was refused. ``Refused.kind`` tells a trusted peer more; ``Misuse`` if it is
    no such word.
    """
    return _native.fault(_octets(message), kind)


def _octets(message: object) -> bytes:
    if isinstance(message, bytes):
        return message
    if isinstance(message, bytearray | memoryview):
        return bytes(message)
    raise TypeError("a message is octets, as they arrived: give the content of the response, and not its text")


def _misuse(text: str) -> Misuse:
    error = Misuse(text)
    error.kind = "Misuse"
    return error
