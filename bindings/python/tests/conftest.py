"""What the tests share: keys, an envelope, and profiles of both sides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ws_security import Profile

KEYS = Path(__file__).parents[3] / "vectors" / "keys"

ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    '<pay xmlns="urn:example"><to>Ann</to><amount>1499.90</amount></pay></s:Body></s:Envelope>'
)


def both(me: str, peer: str, **more: Any) -> Profile:
    """Signs and encrypts as `me` for `peer`, and accepts the same from `peer`."""
    secure = {"key": f"{me}.key", "cert": f"{me}.pem", "to": f"{peer}.pem", "timestamp": 300}
    verify = {
        "pin": [f"{peer}.pem"],
        "decrypt-key": [f"{me}.key"],
        "decrypt-cert": [f"{me}.pem"],
        "require": ["signed:Body", "signed:Timestamp", "encrypted:Body"],
    }
    return Profile.from_dict({"secure": secure, "verify": {**verify, **more}}, KEYS)


@pytest.fixture
def envelope() -> str:
    return ENVELOPE
