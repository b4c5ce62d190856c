"""HTTPS where no public authority reaches: an authority of one's own, and the server's certificate.

Browsers give a page the microphone over HTTPS only. Both files lie among the keys, each with its
private key and its certificate in one PEM: they change together, and a backup holds them.
The authority is good for the names and addresses it was made for, so that a stolen key
cannot vouch for a bank. Limits: RFC 5280 (4.2.1.10), and 398 days at most, as Apple asks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from yihu.keyring import Keyring

AUTHORITY, SERVER = "lan-ca", "lan-server"
AUTHORITY_LIVES, SERVER_LIVES = timedelta(days=3650), timedelta(days=397)
SLOW_CLOCKS = timedelta(days=1)
"""Good from so long before now: a tablet's clock may lag."""
HERE = ("localhost", "127.0.0.1", "::1")
"""Always in the certificate, for the machine itself."""
PLAIN = 2
"""The port of the plain page that says how to trust us, counted from the web server's."""

_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_NAME = re.compile(rf"(?:{_LABEL}\.)*(?=[0-9-]*[a-z]){_LABEL}")


class BadHost(ValueError):
    """Neither a host name nor an IP address; `args[0]` is what was given."""


class NotPermitted(ValueError):
    """The authority was not made for these; `args` are the hosts."""


class AuthorityEnded(Exception):
    """The authority's ten years are over."""


@dataclass(frozen=True)
class Certificates:
    """The authority and the server's certificate, as they lie in a keyring."""

    keyring: Keyring

    @property
    def exist(self) -> bool:
        return self.server_file.exists()

    @property
    def server_file(self) -> Path:
        """Private key and certificate, for whoever serves."""
        return self.keyring.path(SERVER)

    def authority(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.keyring.existing(AUTHORITY))

    def server(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.keyring.existing(SERVER))

    def hosts(self) -> list[str]:
        """What the server's certificate is good for, in the order given; none without one."""
        if not self.exist:
            return []
        names = self.server().extensions.get_extension_for_class(x509.SubjectAlternativeName)
        return [str(name.value) for name in names.value]

    def fingerprint(self) -> str:
        """SHA-256 of the authority's certificate, in pairs of hex digits."""
        return self.authority().fingerprint(hashes.SHA256()).hex(" ").upper()

    def make(self, hosts: Sequence[str], *, now: datetime, new_authority: bool = False) -> None:
        """A server certificate for `hosts`, signed by the authority, which is made if need be.

        Raises BadHost; NotPermitted where the authority was made for others; AuthorityEnded.
        """
        wanted = [_general(host) for host in dict.fromkeys((*hosts, *HERE))]
        if new_authority or not self.keyring.path(AUTHORITY).exists():
            self.keyring.store(AUTHORITY, _authority(wanted, now), replace=True)
        signer = self.keyring.existing(AUTHORITY)
        issuer = x509.load_pem_x509_certificate(signer)
        if issuer.not_valid_after_utc - now <= SLOW_CLOCKS:
            raise AuthorityEnded
        refused = [str(one.value) for one in wanted if not _permits(issuer, one)]
        if refused:
            raise NotPermitted(*refused)
        self.keyring.store(SERVER, _server(wanted, issuer, _private(signer), now), replace=True)


def _general(host: str) -> x509.DNSName | x509.IPAddress:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        pass
    name = host.lower()
    if not _NAME.fullmatch(name) or len(name) > 253:
        raise BadHost(host)
    return x509.DNSName(name)


def _authority(permitted: list[x509.DNSName | x509.IPAddress], now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _called(f"Yihu {permitted[0].value} {now:%Y-%m-%d}")
    subtrees = [
        x509.IPAddress(ip_network(one.value)) if isinstance(one, x509.IPAddress) else one
        for one in permitted
    ]
    made = (
        _drawn_up(key.public_key(), now, AUTHORITY_LIVES)
        .subject_name(name)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints(subtrees, None), critical=True)
    )
    return _pem(key, made.sign(key, hashes.SHA256()))


def _server(
    hosts: list[x509.DNSName | x509.IPAddress],
    issuer: x509.Certificate,
    signer: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    known = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    lives = min(SERVER_LIVES, issuer.not_valid_after_utc - now)
    made = (
        _drawn_up(key.public_key(), now, lives)
        .subject_name(_called(str(hosts[0].value)))
        .issuer_name(issuer.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(known), critical=False
        )
    )
    return _pem(key, made.sign(signer, hashes.SHA256()))


def _drawn_up(
    key: ec.EllipticCurvePublicKey, now: datetime, lives: timedelta
) -> x509.CertificateBuilder:
    """What both have in common. For web servers only: not for mail, not for programs."""
    since = now - SLOW_CLOCKS
    return (
        x509.CertificateBuilder()
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + lives)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, name[:64])])


def _permits(authority: x509.Certificate, host: x509.DNSName | x509.IPAddress) -> bool:
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = [one.value for one in limits.permitted_subtrees or ()]
    if isinstance(host, x509.IPAddress):
        networks = [one for one in permitted if isinstance(one, IPv4Network | IPv6Network)]
        return any(host.value in network for network in networks)
    return any(f".{host.value}".endswith(f".{one}") for one in permitted)


def _private(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 -- we made it
    return key


def _pem(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
