"""Signed deliveries as Standard Webhooks has them (https://www.standardwebhooks.com). Pure."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

PREFIX = "whsec_"
TOLERANCE = 300
"""Seconds that a receiver lets the timestamp be old, or ahead."""


def spoken(secret: bytes) -> str:
    """The secret as it is handed to whoever checks signatures."""
    return PREFIX + base64.b64encode(secret).decode()


def signature(secret: bytes, message: str, timestamp: int, body: bytes) -> str:
    """v1: HMAC-SHA256 over id, time and body, so that none of them can be swapped."""
    signed = f"{message}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()


def headers(secret: bytes, message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """What goes with a delivery. `message` is the same for every attempt."""
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, message, timestamp, body),
    }


def holds(secret: str, told: Mapping[str, str], body: bytes, now: int) -> bool:
    """Whether a delivery is ours and fresh: what a receiver does, here for tests and examples."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    moment = told.get("webhook-timestamp", "")
    if not moment.isdecimal() or abs(now - int(moment)) > TOLERANCE:
        return False
    expected = signature(key, told.get("webhook-id", ""), int(moment), body)
    given = told.get("webhook-signature", "").split()
    return any(hmac.compare_digest(expected, one) for one in given)
