"""What is pushed to a browser: as the standard's own example, and readable by nobody else."""

import json
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st
from tests.support.pushes import Phone

from yihu.kernel import webpush
from yihu.kernel.webpush import BadSubscription, Browser, encrypted, unpadded

SERVICES = ["push.example.org"]
ENDPOINT = "https://eu.push.example.org/a/b"
# RFC 8291, section 5 and appendix A
PLAIN = b"When I grow up, I want to be a watermelon"
SALT, AUTH = "DGv6ra1nlYgDCS1FRnbzlw", "BTBZMqHH6r4Tts7J_aSIgg"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RECEIVER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
RECEIVER_POINT = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
    "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def own(scalar: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unpadded(scalar)), webpush.CURVE)


def test_the_standard_s_example_comes_out_byte_by_byte() -> None:
    browser = Browser.of(ENDPOINT, RECEIVER_POINT, AUTH, SERVICES)
    assert encrypted(PLAIN, browser, own(SENDER), unpadded(SALT)) == unpadded(BODY)
    assert Phone(own(RECEIVER), unpadded(AUTH)).reads(unpadded(BODY)) == PLAIN


@given(st.binary(max_size=3000))
def test_a_browser_reads_what_was_sent_to_it_and_no_other_does(text: bytes) -> None:
    phone, other = Phone(), Phone()
    body = encrypted(text, phone.browser(ENDPOINT))
    assert phone.reads(body) == text
    with pytest.raises(InvalidTag):
        other.reads(body)


def test_the_permission_is_for_one_service_and_a_while_and_signed_by_our_key() -> None:
    key = webpush.key_of(bytes(range(32)))
    now = datetime(2026, 7, 3, 12, tzinfo=UTC)
    said = webpush.permission(ENDPOINT, key, "mailto:post@example.org", now)
    scheme, token, shown = said.replace(",", "").split(" ")
    header, claims, signature = token.removeprefix("t=").split(".")
    assert (scheme, json.loads(unpadded(header))["alg"]) == ("vapid", "ES256")
    assert json.loads(unpadded(claims)) == {
        "aud": "https://eu.push.example.org",
        "exp": int((now + webpush.GOOD_FOR).timestamp()),
        "sub": "mailto:post@example.org",
    }
    point = unpadded(shown.removeprefix("k="))
    public = ec.EllipticCurvePublicKey.from_encoded_point(webpush.CURVE, point)
    r, s = (int.from_bytes(half) for half in (unpadded(signature)[:32], unpadded(signature)[32:]))
    public.verify(encode_dss_signature(r, s), f"{header}.{claims}".encode(), ec.ECDSA(SHA256()))


@pytest.mark.parametrize(
    ("endpoint", "p256dh", "auth"),
    [
        ("https://example.com/a", RECEIVER_POINT, AUTH),
        ("https://push.example.org.evil.example/a", RECEIVER_POINT, AUTH),
        ("https://notpush.example.org/a", RECEIVER_POINT, AUTH),
        ("ftp://push.example.org/a", RECEIVER_POINT, AUTH),
        ("https://push.example.org:x/a", RECEIVER_POINT, "AAAA"),
        ("http://[", RECEIVER_POINT, AUTH),
        (ENDPOINT, "BCVx", AUTH),
        (ENDPOINT, RECEIVER_POINT[:-4] + "AAAA", AUTH),
        (ENDPOINT, "不是", AUTH),
        (ENDPOINT, RECEIVER_POINT, ""),
    ],
)
def test_what_is_no_subscription_at_a_known_service_is_refused(
    endpoint: str, p256dh: str, auth: str
) -> None:
    with pytest.raises(BadSubscription):
        Browser.of(endpoint, p256dh, auth, SERVICES)
