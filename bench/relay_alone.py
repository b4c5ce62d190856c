"""The relay without a web process or a database; every burst is recorded in a folder.

python -m bench.relay_alone PORT FOLDER [--supervised] [CERTIFICATE KEY]

Supervised it is a child of this process, as in `yihu run`: killed, it is started again.
"""

import asyncio
import gc
import secrets
import ssl
import sys
from dataclasses import dataclass, field
from pathlib import Path

import django

ORIGIN = "http://bench.test"
SUPERVISED = "--supervised"


def main() -> None:
    django.setup()
    from bench.killable import Silent
    from yihu.cli.supervisor import Program, Supervisor
    from yihu.live.relay import Relay
    from yihu.radio.recording import Recording
    from yihu.radio.tickets import Ticket

    @dataclass
    class Folder:
        folder: Path
        key: bytes = field(default_factory=lambda: secrets.token_bytes(32))

        def begin(self, group: str, talker: Ticket, level: str) -> Recording:
            return Recording(self.folder / secrets.token_hex(8), self.key)

    supervised = SUPERVISED in sys.argv
    port, folder, *pair = (said for said in sys.argv[1:] if said != SUPERVISED)
    tls = None
    if pair:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*pair)

    def serve() -> None:
        gc.freeze()  # as serve_relay does
        asyncio.run(Relay(Folder(Path(folder)), [ORIGIN]).run("127.0.0.1", int(port), tls=tls))

    if supervised:
        Supervisor([Program("relay", serve)], Silent()).run()
    else:
        serve()


if __name__ == "__main__":
    main()
