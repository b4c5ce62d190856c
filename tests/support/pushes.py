"""A browser that takes pushes, and a push service that really speaks HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from yihu.kernel.webpush import AUTH, CURVE, SALT, Browser, padless, point

POINT = 65


@dataclass
class Phone:
    """The browser's end, written by the standard and not from ours."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    auth: bytes = b"0123456789abcdef"[:AUTH]

    def browser(self, endpoint: str) -> Browser:
        return Browser(endpoint, point(self.key.public_key()), self.auth)

    def subscription(self, endpoint: str) -> dict[str, str]:
        mine = self.browser(endpoint)
        return {"endpoint": endpoint, "p256dh": padless(mine.p256dh), "auth": padless(mine.auth)}

    def reads(self, body: bytes) -> bytes:
        salt, sender = body[:SALT], body[SALT + 5 : SALT + 5 + POINT]
        shared = self.key.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender)
        )
        mine = point(self.key.public_key())
        secret = HKDF(SHA256(), 32, self.auth, b"WebPush: info\0" + mine + sender).derive(shared)
        key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
        text = AESGCM(key).decrypt(nonce, body[SALT + 5 + POINT :], None)
        return text.rstrip(b"\0")[:-1]  # what ends the only record


@dataclass
class Service:
    """`taken`: the path, headers and body of each push. `status`: what it answers, by path."""

    url: str = ""
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    status: dict[str, int] = field(default_factory=dict)


@contextmanager
def service() -> Iterator[Service]:
    """A push service on 127.0.0.1 while the block runs."""
    told = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.taken.append((self.path, dict(self.headers), body))
            self.send_response(told.status.get(self.path, 201))
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join(20)
