"""As much of Mumble's protocol as it takes to listen and to talk, over TCP and TLS alone.

A message is its type (2 bytes), its length (4), and its content; of the protocol buffers inside
two are written by hand, and none is read. https://mumble-protocol.readthedocs.io
"""

import getpass
import shutil
import struct
from pathlib import Path

from bench.wires import Wire

PROGRAM = shutil.which("murmurd") or shutil.which("mumble-server")
HEAD = struct.Struct(">HI")
VERSION, TUNNEL, AUTHENTICATE, SERVER_SYNC = 0, 1, 2, 5
OPUS = 4 << 5


def settings(folder: Path, port: int, people: int) -> Path:
    """A server without a database of its own, its limits out of the way."""
    (folder / "mumble.sqlite").unlink(missing_ok=True)
    place = folder / "mumble.ini"
    place.write_text(
        f"uname={getpass.getuser()}\ndatabase={folder}/mumble.sqlite\nlogfile={folder}/mumble.log\nhost=127.0.0.1\n"
        f"port={port}\nusers={people}\nbandwidth=558000\nautobanAttempts=0\nbonjour=False\n"
        "timeout=120\nmessagelimit=10000\nmessageburst=10000\n"
    )
    return place


def login(wire: Wire, name: str) -> Wire:
    """Waits until the server has told everything."""
    user = name.encode()
    wire.send(_message(VERSION, b"\x08" + _number(0x010300)))
    wire.send(_message(AUTHENTICATE, b"\x0a" + _number(len(user)) + user + b"\x28\x01"))
    data = b""
    while True:
        data += wire.receive()
        while len(data) >= HEAD.size:
            kind, length = HEAD.unpack_from(data)
            if len(data) < HEAD.size + length:
                break
            data = data[HEAD.size + length :]
            if kind == SERVER_SYNC:
                return wire


def speech(sequence: int, opus: bytes) -> bytes:
    head = bytes([OPUS]) + _varint(sequence) + _varint(len(opus))
    return _message(TUNNEL, head + opus)


def _message(kind: int, content: bytes) -> bytes:
    return HEAD.pack(kind, len(content)) + content


def _number(value: int) -> bytes:
    """As protocol buffers have it: seven bits a byte, the lowest first."""
    low = b""
    while value > 0x7F:
        low += bytes([value & 0x7F | 0x80])
        value >>= 7
    return low + bytes([value])


def _varint(value: int) -> bytes:
    """As Mumble's audio has it: to 14 bits."""
    return bytes([value]) if value < 0x80 else bytes([0x80 | value >> 8, value & 0xFF])
