"""References to speak and secrets to keep, in Crockford's base 32. Pure.

No I, L, O or U: what is read out over a telephone comes back as it was.
"""

import hashlib
import hmac
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SECRET_BYTES = 10
_MISHEARD = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "-": None, " ": None})


def encode(data: bytes) -> str:
    """Base 32, most significant first; whole groups of five bytes only."""
    if len(data) % 5:
        raise ValueError("five bytes make eight characters")
    number = int.from_bytes(data)
    length = len(data) * 8 // 5
    return "".join(ALPHABET[number >> 5 * (length - 1 - i) & 31] for i in range(length))


def grouped(text: str) -> str:
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def new_reference() -> str:
    """A public reference such as 7F3K-9Q2M; 40 random bits."""
    return grouped(encode(secrets.token_bytes(5)))


def new_code() -> str:
    """A short address to type off a wall, such as k3f7m2qd; 40 random bits."""
    return encode(secrets.token_bytes(5)).lower()


def tidy(spoken: str) -> str:
    """A reference or secret as typed by hand, in the form it was given out, without hyphens."""
    return spoken.strip().upper().translate(_MISHEARD)


def receipt_secret(pepper: bytes, client_key: bytes) -> str:
    """The 80-bit secret of a receipt, the same for every retry with the same client key."""
    return encode(hmac.digest(pepper, b"secret" + client_key, "sha256")[:SECRET_BYTES])


def secret_hash(pepper: bytes, secret: str) -> bytes:
    """What the database keeps of a secret. 80 random bits need no slow hash."""
    return hmac.digest(pepper, b"hash" + tidy(secret).encode(), "sha256")


def key_hash(scope: str, client_key: bytes) -> bytes:
    """What is kept of a client's own key: a retry is recognised, the key cannot be read back."""
    return hashlib.sha256(scope.encode() + b"\x00" + client_key).digest()


def fingerprint(client_key: bytes, *content: bytes) -> bytes:
    """Tells a retry from other content under the same key.

    Keyed with what only the client has, so that nobody can later try words against it.
    """
    digest = hmac.new(client_key, digestmod="sha256")
    for piece in content:
        digest.update(len(piece).to_bytes(8) + piece)
    return digest.digest()
