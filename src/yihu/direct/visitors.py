"""Who asks, as far as we want to know: never an address, only a hash that is of no use tomorrow.

It is keyed with what this process alone holds, for this day alone, and lives in its memory
alone: not in the database, a log or another process. A village may come through one
address of its carrier, so an address only ever raises a flag; what is slowed down is one
phone at one address.
"""

import hashlib
import hmac
import secrets
import time
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.utils import timezone

type Address = IPv4Address | IPv6Address

MINUTE, TEN_MINUTES, DAY = 60, 600, 86_400
BURST = 40
"""Messages a minute from one visitor; what comes beyond is asked to come again in a minute."""
FLOOD_OF_ADDRESS, FLOOD_OF_CODE = 30, 60
"""Messages in ten minutes from one address, or through one code: beyond, they are flagged."""
BULK = 10
"""Scans of one code by one visitor in a minute: beyond, they are counted as bulk."""
OF_A_NETWORK = 64
"""Bits of an IPv6 address that a provider gives to one household."""


# --- who it is -----------------------------------------------------------------------------------


def address(request: HttpRequest) -> Address | None:
    """Where the request comes from, as the nearest proxy that we trust says; None if it does not
    say."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    said = request.META.get("REMOTE_ADDR", "")
    if proxies:
        passed = request.headers.get("X-Forwarded-For", "").split(",")
        said = passed[-proxies].strip() if len(passed) >= proxies else ""
    try:
        found = ip_address(said)
    except ValueError:
        return None
    return (found.ipv4_mapped if isinstance(found, IPv6Address) else None) or found


def at_the_station(request: HttpRequest) -> bool:
    """Whether the request comes from one of the station's own networks."""
    found = address(request)
    return found is not None and any(found in network for network in settings.STATION_NETWORKS)


def visitor(request: HttpRequest) -> str:
    """One phone at one address, today."""
    return _hashed(f"{address(request)} {request.headers.get('User-Agent', '')}")


def household(request: HttpRequest) -> str:
    """One address today; of IPv6 the part that a provider gives to one household."""
    found = address(request)
    if isinstance(found, IPv6Address):
        return _hashed(str(ip_network((found, OF_A_NETWORK), strict=False)))
    return _hashed(str(found))


def _hashed(text: str) -> str:
    key = _key(timezone.localdate().toordinal())
    return hmac.new(key, text.encode(errors="replace"), hashlib.sha256).hexdigest()[:32]


@lru_cache(maxsize=1)
def _key(day: int) -> bytes:
    return secrets.token_bytes(32)


# --- how often -----------------------------------------------------------------------------------


def first_today(name: str) -> bool:
    return bool(caches["visitors"].add(name, True, DAY))


def count(name: str, seconds: int) -> int:
    """How often this was counted in the present span of so many seconds, this time included."""
    counters = caches["visitors"]
    key = f"{name}:{seconds}:{int(time.time()) // seconds}"
    counters.add(key, 0, seconds)
    try:
        return int(counters.incr(key))
    except ValueError:  # its span ended, or it had to make room, just now
        return 1


def too_many(request: HttpRequest) -> bool:
    return count(f"burst:{visitor(request)}", MINUTE) > BURST


def floods(request: HttpRequest, code: str) -> bool:
    """Whether this message comes while very many come, from one address or through one code."""
    from_address = count(f"address:{household(request)}", TEN_MINUTES)
    through_code = count(f"code:{code}", TEN_MINUTES)
    return from_address > FLOOD_OF_ADDRESS or through_code > FLOOD_OF_CODE
