"""The relay without a web process or a database; every burst is recorded in a folder.

python -m bench.relay_alone PORT FOLDER [CERTIFICATE KEY]
"""

import asyncio
import secrets
import ssl
import sys
from dataclasses import dataclass, field
from pathlib import Path

import django

ORIGIN = "http://bench.test"


def main() -> None:
    django.setup()
    from yihu.live.relay import Relay
    from yihu.radio.recording import Recording
    from yihu.radio.tickets import Ticket

    @dataclass
    class Folder:
        folder: Path
        key: bytes = field(default_factory=lambda: secrets.token_bytes(32))

        def begin(self, group: str, talker: Ticket, level: str) -> Recording:
            return Recording(self.folder / secrets.token_hex(8), self.key)

    port, folder, *pair = sys.argv[1:]
    tls = None
    if pair:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*pair)
    asyncio.run(Relay(Folder(Path(folder)), [ORIGIN]).run("127.0.0.1", int(port), tls=tls))


if __name__ == "__main__":
    main()
