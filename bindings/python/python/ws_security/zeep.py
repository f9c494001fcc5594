"""A plugin for zeep: requests are secured, and replies are opened before zeep reads them."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from lxml import etree
from zeep import Plugin

from . import Misuse, Opened, Profile, Receiver, Sender

__all__ = ["SecurityPlugin"]


class SecurityPlugin(Plugin):
    """``zeep.Client(wsdl, plugins=[SecurityPlugin(Profile.read("partner.toml"))])``.

    What zeep reads of a reply is an envelope with the opened Body alone. An unsigned fault is refused like any other reply
    that the profile does not accept, and so is a reply with attachments: zeep would hand them out beside what was opened. The
    HTTP headers are those of the network, and prove nothing.
    """

    def __init__(self, profile: Profile) -> None:
        self._sender = Sender(profile)
        self._receiver = Receiver(profile)
        self._request: ContextVar[str | None] = ContextVar("ws_security_request", default=None)
        self._opened: ContextVar[Opened | None] = ContextVar("ws_security_opened", default=None)

    @property
    def opened(self) -> Opened | None:
        """What the last reply of this thread or task proved."""
        return self._opened.get()

    def egress(self, envelope: Any, http_headers: Any, operation: Any, binding_options: Any) -> tuple[Any, Any]:
        """Secures a request."""
        self._opened.set(None)
        secured = self._sender.secure(etree.tostring(envelope, encoding="utf-8"))
        self._request.set(secured.correlation)
        return etree.fromstring(secured.message, _parser()), http_headers

    def ingress(self, envelope: Any, http_headers: Any, operation: Any) -> tuple[Any, Any]:
        """Opens a reply."""
        request = self._request.get()
        self._request.set(None)
        self._opened.set(None)
        if _is_package(http_headers):
            raise Misuse(
                "the reply is a multipart package, whose attachments zeep hands out unopened: open it with Receiver.open_package"
            )
        opened = self._receiver.open(etree.tostring(envelope, encoding="utf-8"), request=request)
        body = etree.fromstring(opened.body.encode("utf-8"), _parser())
        if body.tag != f"{{{etree.QName(envelope).namespace}}}Body":
            raise Misuse("what was opened is not the Body of this envelope")
        clean = etree.Element(envelope.tag, nsmap={"soap-env": etree.QName(envelope).namespace})
        clean.append(body)
        self._opened.set(opened)
        return clean, http_headers


def _is_package(http_headers: Any) -> bool:
    names = {str(name).lower(): str(value) for name, value in dict(http_headers or {}).items()}
    return names.get("content-type", "").strip().lower().startswith("multipart/")


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=False)
