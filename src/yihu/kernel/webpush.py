"""A message to a browser whose page is closed, by way of its maker's push service. Pure.

The service passes on what only the browser can read (RFC 8291, a single record of RFC 8188), and
takes it from nobody but whoever holds the key that the browser subscribed with (RFC 8292).
"""

import base64
import json
import secrets
import struct
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
RECORD = 4096
"""Bytes of one record; services take no more."""
SALT, AUTH = 16, 16
"""Bytes."""
GOOD_FOR = timedelta(hours=12)
"""How long a signed permission holds; services refuse more than a day."""


class BadSubscription(ValueError):
    """This is no browser that can be pushed to."""


@dataclass(frozen=True, slots=True)
class Browser:
    """One subscription: where its service takes messages, and the keys that it reads with."""

    endpoint: str
    p256dh: bytes
    auth: bytes

    @classmethod
    def of(cls, endpoint: str, p256dh: str, auth: str, services: Collection[str]) -> "Browser":
        """As a page says it. `services`: the hosts that may be called, each with its subdomains:
        any other address would let a page make this machine knock where only it can reach.

        Raises BadSubscription.
        """
        try:
            host = urlsplit(endpoint).hostname or ""
            scheme = urlsplit(endpoint).scheme
            browser = cls(endpoint, unpadded(p256dh), unpadded(auth))
            browser.public_key()
        except ValueError:
            raise BadSubscription("not a subscription") from None
        known = any(host == one or host.endswith(f".{one}") for one in services)
        if not known or scheme not in ("https", "http") or len(browser.auth) != AUTH:
            raise BadSubscription("not a push service that is known")
        return browser

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, self.p256dh)


def encrypted(
    text: bytes,
    browser: Browser,
    sender: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The body of a push. Sender and salt are made for this one, unless a test brings its own."""
    sender, salt = sender or ec.generate_private_key(CURVE), salt or secrets.token_bytes(SALT)
    ours, theirs = point(sender.public_key()), browser.p256dh
    shared = sender.exchange(ec.ECDH(), browser.public_key())
    secret = _derived(browser.auth, shared, b"WebPush: info\0" + theirs + ours, 32)
    key = _derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, secret, b"Content-Encoding: nonce\0", 12)
    header = salt + struct.pack("!IB", RECORD, len(ours)) + ours
    return header + AESGCM(key).encrypt(nonce, text + b"\x02", None)


def permission(endpoint: str, key: ec.EllipticCurvePrivateKey, contact: str, now: datetime) -> str:
    """The Authorization header for one service. `contact`: mailto: or https:, of who runs this."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + GOOD_FOR).timestamp()),
        "sub": contact,
    }
    said = ".".join(
        padless(json.dumps(part, separators=(",", ":")).encode())
        for part in ({"typ": "JWT", "alg": "ES256"}, claims)
    )
    r, s = decode_dss_signature(key.sign(said.encode(), ec.ECDSA(SHA256())))
    signature = padless(r.to_bytes(32) + s.to_bytes(32))
    return f"vapid t={said}.{signature}, k={padless(point(key.public_key()))}"


def key_of(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """The signing key that a secret of 32 random bytes stands for."""
    return ec.derive_private_key(int.from_bytes(seed) % (ORDER - 1) + 1, CURVE)


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def padless(data: bytes) -> str:
    """base64url without its padding, as the Web writes keys."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unpadded(text: str) -> bytes:
    """The bytes of that. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
