"""HTTPS on a network of one's own: the certificates, who takes them, and the plain page."""

import base64
import hashlib
import json
import ssl
import stat
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import expect
from tests.cli.test_run import Running, assert_one_sentence, yihu
from tests.conftest import CHROMIUM_FLAGS
from tests.support import machine
from tests.support.apart import run_apart
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from yihu.certificates import SERVER, AuthorityEnded, BadHost, Certificates, NotPermitted
from yihu.cli import health
from yihu.keyring import Keyring

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LAN = "yihu.lan"
TOWN = """
from tests.support.net import talkgroup
from tests.support.town import build
town = build()
talkgroup(town, "station", "station", on=("chief",))
town.people["chief"].set_password("a long enough pass phrase")
town.people["chief"].save()
"""


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(Keyring(tmp_path / "keys"))


def shakes_hands(certificates: Certificates, host: str) -> bool:
    """A TLS handshake in memory: whether a strict client that trusts the authority takes it."""
    trust = ssl.create_default_context(cadata=certificates.authority().public_bytes(Encoding.DER))
    trust.verify_flags |= ssl.VERIFY_X509_STRICT
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificates.server_file)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trust.wrap_bio(back, there, server_hostname=host)
    server = serving.wrap_bio(there, back, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError:
                return False
    return client.version() is not None


# --- the certificates -----------------------------------------------------------------------------


@pytest.mark.parametrize("host", [LAN, "192.168.1.5", "localhost", "127.0.0.1", "::1"])
def test_a_strict_client_takes_it_for_each_host(certificates: Certificates, host: str) -> None:
    certificates.make([LAN, "192.168.1.5"], now=datetime.now(UTC))
    assert shakes_hands(certificates, host)
    assert not shakes_hands(certificates, "bank.example")
    assert not shakes_hands(certificates, "192.168.1.6")


def test_the_keys_are_for_their_owner_alone(certificates: Certificates) -> None:
    certificates.make([LAN], now=NOW)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in certificates.keyring.folder.iterdir()}
    assert modes == {0o600}


def test_it_lives_within_what_browsers_allow(certificates: Certificates) -> None:
    certificates.make([LAN], now=NOW)
    made = certificates.server()
    assert made.not_valid_before_utc < NOW
    assert made.not_valid_after_utc - made.not_valid_before_utc <= timedelta(days=398)


def test_a_renewal_keeps_the_authority(certificates: Certificates) -> None:
    certificates.make([LAN], now=NOW)
    known, first = certificates.fingerprint(), certificates.server()
    certificates.make([LAN], now=NOW + timedelta(days=300))
    assert certificates.fingerprint() == known
    assert certificates.server().not_valid_after_utc > first.not_valid_after_utc
    assert certificates.server().public_key() != first.public_key()


def test_the_authority_vouches_for_nothing_it_was_not_made_for(certificates: Certificates) -> None:
    certificates.make([LAN, "192.168.1.5"], now=NOW)
    limits = certificates.authority().extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    before = certificates.server_file.read_bytes()
    for other in ("bank.example", "192.168.1.6", f"not{LAN}"):
        with pytest.raises(NotPermitted, match=other):
            certificates.make([LAN, other], now=NOW)
    assert certificates.server_file.read_bytes() == before
    certificates.make([f"radio.{LAN}"], now=NOW)
    certificates.make(["bank.example"], now=NOW, new_authority=True)
    assert certificates.hosts()[0] == "bank.example"


def test_an_authority_whose_years_are_over_signs_no_more(certificates: Certificates) -> None:
    certificates.make([LAN], now=NOW)
    with pytest.raises(AuthorityEnded):
        certificates.make([LAN], now=NOW + timedelta(days=3650))


@pytest.mark.parametrize("host", ["", "a_b", "-a", "192.168.1", "https://a", "一呼.cn", "a..b"])
def test_what_is_no_host_is_refused_before_anything_is_made(
    certificates: Certificates, host: str
) -> None:
    with pytest.raises(BadHost):
        certificates.make([host], now=NOW)
    assert not certificates.keyring.names()


@pytest.mark.parametrize(("days", "found"), [(360, []), (370, [False]), (400, [True])])
def test_doctor_says_when_it_is_about_to_end(
    certificates: Certificates, settings, days: int, found: list[bool]
) -> None:
    certificates.make([LAN], now=datetime.now(UTC) - timedelta(days=days))
    settings.CERTIFICATES = certificates
    ends = [f.grave for f in health._certificate() if f.code == "certificate_ends"]
    assert ends == found


# --- the command ----------------------------------------------------------------------------------


def test_the_command_makes_renews_and_explains(tmp_path: Path) -> None:
    made = json.loads(yihu(tmp_path, "certs", "--name", LAN, "--json").stdout)
    assert made["hosts"] == [LAN, "localhost", "127.0.0.1", "::1"]
    again = json.loads(yihu(tmp_path, "certs", "--json").stdout)
    assert again["hosts"] == made["hosts"]
    assert again["authority_sha256"] == made["authority_sha256"]
    assert_one_sentence(yihu(tmp_path, "certs", "--name", "other.lan"), "--new-ca")
    assert_one_sentence(yihu(tmp_path, "certs", "--name", "a_b"), "a_b")
    assert again["authority_sha256"] in yihu(tmp_path, "certs").stdout


# --- served ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`yihu run` with certificates."""
    home = tmp_path_factory.mktemp("lan")
    assert yihu(home, "certs", "--name", LAN).returncode == 0
    running = Running(home)
    running.wait_for("信任证书")
    made = yihu(home, "shell", "--no-imports", "-c", TOWN, PYTHONPATH=str(ROOT))
    assert made.returncode == 0, made.stderr
    yield running
    running.process.terminate()
    running.process.communicate(timeout=20)


@pytest.fixture(scope="module")
def trust(lan: Running) -> ssl.SSLContext:
    """A client's, with the authority as the plain page hands it out."""
    plain = f"http://127.0.0.1:{lan.port + 2}/trust/yihu-ca.crt"
    with urllib.request.urlopen(plain, timeout=10) as answer:
        return ssl.create_default_context(cadata=answer.read())


def test_who_trusts_the_authority_reaches_the_site(lan: Running, trust: ssl.SSLContext) -> None:
    site = f"https://localhost:{lan.port}"
    with urllib.request.urlopen(f"{site}/prefer/?size=large", context=trust, timeout=10) as answer:
        assert answer.url.startswith(site)
    with urllib.request.urlopen(f"{site}/accounts/login/", context=trust, timeout=10) as answer:
        assert "Secure" in answer.headers["Set-Cookie"]
        assert "Strict-Transport-Security" not in answer.headers  # it would close the plain page
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(site, timeout=10)


def test_and_the_relay(lan: Running, trust: ssl.SSLContext) -> None:
    async def knock(origin: str) -> int:
        address = f"wss://localhost:{lan.port + 1}/"
        async with connect(address, ssl=trust, origin=origin) as line:
            await line.send('{"ticket": "none"}')
            with pytest.raises(ConnectionClosed) as closed:
                await line.recv()
        return closed.value.rcvd.code

    assert run_apart(knock(f"https://{LAN}:{lan.port}")) == 1008  # heard, and no ticket
    with pytest.raises(InvalidStatus):
        run_apart(knock(f"http://{LAN}:{lan.port}"))


def test_the_plain_page_shows_how_to_trust_and_nothing_else(lan: Running) -> None:
    plain = f"http://127.0.0.1:{lan.port + 2}"
    with urllib.request.urlopen(plain, timeout=10) as answer:
        page = answer.read().decode()
        assert answer.url == f"{plain}/trust/"
    with urllib.request.urlopen(f"{plain}/trust/yihu-ca.crt", timeout=10) as answer:
        assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
        assert hashlib.sha256(answer.read()).digest().hex(" ").upper() in page
    assert f"https://{LAN}:{lan.port}/" in page  # other devices cannot come by 127.0.0.1
    assert 'href="tel:110"' in page
    for other in ("/accounts/login/", "/d/x/", "/prefer/", "/static/web/mark.svg", "/trust/x"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(plain + other, timeout=10)
    with pytest.raises(urllib.error.HTTPError, match="405"):
        urllib.request.urlopen(f"{plain}/trust/", data=b"x", timeout=10)


def test_by_a_name_of_the_network_a_browser_gives_the_set_its_microphone(
    browser: "Browser", lan: Running
) -> None:
    """At 127.0.0.1 it would do so anyway; at this name it does so for our certificate alone."""
    pem = (lan.home / "keys" / f"{SERVER}.key").read_bytes()
    key = x509.load_pem_x509_certificate(pem).public_key()
    spki = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    trusting = browser.browser_type.launch(
        executable_path=machine.chromium(),
        args=[
            *CHROMIUM_FLAGS,
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--host-resolver-rules=MAP {LAN} 127.0.0.1",
            f"--ignore-certificate-errors-spki-list={base64.b64encode(spki.digest()).decode()}",
        ],
    )
    try:
        page = trusting.new_context(locale="zh-CN", permissions=["microphone"]).new_page()
        page.goto(f"http://{LAN}:{lan.port + 2}/trust/")
        assert not page.evaluate("isSecureContext")
        page.get_by_role("link", name=f"https://{LAN}:{lan.port}/").click()
        page.wait_for_url(f"https://{LAN}:{lan.port}/")
        page.goto(f"https://{LAN}:{lan.port}/accounts/login/?next=/radio/")
        page.get_by_label("用户名").fill("chief")
        page.get_by_label("密码").fill("a long enough pass phrase")
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_text("已连上")).to_be_visible()  # wss, to the relay
        expect(page.locator("#talk")).to_be_enabled()
        assert page.evaluate("isSecureContext && !!navigator.mediaDevices && !!window.AudioEncoder")
    finally:
        trusting.close()
