"""Calling an address that somebody typed in: only over HTTPS and only out into the world.

Pure, beside the call itself. An address inside our own network would let whoever can
subscribe make this machine knock at doors that only it can reach. So the name is looked up
here and the very address found is called, whatever a second look-up would say.
"""

import http.client
import ipaddress
import socket
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from yihu.kernel import webhook


class NotAllowed(ValueError):
    """This is no address to call."""


def check(url: str, *, private: bool) -> None:
    """Raises NotAllowed unless it may be called; `private`: also this machine and its network.

    Nothing is looked up: what a name leads to is judged at each call.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise NotAllowed("not an address") from None
    if parts.scheme not in (("https", "http") if private else ("https",)) or not host:
        raise NotAllowed("the address begins with https://")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed("the address holds a password")
    if not private and _is_inside(host):
        raise NotAllowed("the address is inside a network")


def _is_inside(host: str) -> bool:
    try:
        return not _is_public(host)
    except ValueError:  # a name
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_global and not found.is_multicast


def _connect(
    address: tuple[str, int], timeout: Any = None, source_address: Any = None
) -> socket.socket:
    """In the place of socket.create_connection: to the first public address of the name."""
    host, port = address
    fault: OSError = webhook.NotTaken("address not public")
    for *_kind, found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if not _is_public(str(found[0])):
            continue
        try:
            return socket.create_connection((str(found[0]), port), timeout, source_address)
        except OSError as error:
            fault = error
    raise fault


class _Connection(http.client.HTTPSConnection):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._create_connection = _connect


class _Handler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Connection, req)


_public = urllib.request.build_opener(_Handler, webhook.NoRedirect, urllib.request.ProxyHandler({}))


def post(url: str, body: bytes, headers: Mapping[str, str], *, private: bool) -> None:
    """Send the body once. Raises NotAllowed, or webhook.NotTaken where it was not taken."""
    check(url, private=private)
    webhook.send(url, body, headers, opener=webhook.opener if private else _public)
