"""Where a webhook may go: out into the world, and nowhere inside."""

import contextlib
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.api import receivers
from yihu.kernel.webhook import NotTaken

INSIDE = (
    "https://localhost/",
    "https://LOCALHOST:8000/",
    "https://127.0.0.1/",
    "https://127.1.2.3:443/x",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://224.0.0.1/",
    "https://[::1]/",
    "https://[::]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://printer.local/",
    "https://db.internal/",
)
NO_ADDRESS = (
    "",
    "example.org",
    "ftp://example.org/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https:///path",
    "https://user:word@example.org/",
    "https://example.org:port/",
    "https://[::1/",
)


@pytest.mark.parametrize("url", INSIDE + NO_ADDRESS)
def test_an_address_that_must_not_be_called(url: str) -> None:
    with pytest.raises(receivers.NotAllowed):
        receivers.check(url, private=False)


def test_in_production_only_https() -> None:
    receivers.check("https://example.org/hear", private=False)
    with pytest.raises(receivers.NotAllowed):
        receivers.check("http://example.org/hear", private=False)
    receivers.check("http://127.0.0.1:9/hear", private=True)
    for url in NO_ADDRESS:
        with pytest.raises(receivers.NotAllowed):
            receivers.check(url, private=True)


@given(st.text())
def test_any_text_is_an_address_or_is_refused(url: str) -> None:
    with contextlib.suppress(receivers.NotAllowed):
        receivers.check(url, private=True)


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=6, network="fc00::/7"))
def test_no_private_address_is_public(address: Any) -> None:
    assert not receivers._is_public(str(address))


def test_a_public_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judged when it is called, by the very address that is called."""

    def inside(host: str, port: int, **more: object) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    with socket.create_server(("127.0.0.1", 0)) as door:
        monkeypatch.setattr(socket, "getaddrinfo", inside)
        url = f"https://hooks.example.org:{door.getsockname()[1]}/"
        with pytest.raises(NotTaken, match="address not public"):
            receivers.post(url, b"{}", {}, private=False)
        door.settimeout(0.2)
        with pytest.raises(TimeoutError):
            door.accept()
