"""A message to a gateway (SMS, a chat robot): JSON over HTTP. Pure, beside the one request.

A template is the JSON that the gateway wants; {to}, {title} and {text} stand for
themselves inside its strings.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import urlsplit

PLAIN_TEMPLATE = '{"to": "{to}", "title": "{title}", "text": "{text}"}'
TIMEOUT = 15
"""Seconds."""
MOST_READ = 65_536


class BadWebhook(ValueError):
    """The address or the template is not one."""


class NotTaken(OSError):
    """The gateway did not take the message; the text says what it answered, as a code."""


def fill(template: str, values: Mapping[str, str]) -> bytes:
    """The template with its placeholders replaced, whatever the values hold.

    Raises BadWebhook unless it is JSON. The template is parsed before it is filled,
    so that no value can break out of its string.
    """
    try:
        parsed = json.loads(template)
    except ValueError as error:
        raise BadWebhook(f"the template is not JSON: {error}") from error
    return json.dumps(_filled(parsed, values), ensure_ascii=False).encode()


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _once(value, values)
    if isinstance(value, list):
        return [_filled(item, values) for item in value]
    if isinstance(value, dict):
        return {key: _filled(item, values) for key, item in value.items()}
    return value


def _once(text: str, values: Mapping[str, str]) -> str:
    """Replaces in one pass, so that a placeholder inside a value stays as it is."""
    pieces = []
    while text:
        found = [(text.find(f"{{{name}}}"), name) for name in values]
        at, name = min((pair for pair in found if pair[0] >= 0), default=(len(text), ""))
        pieces.append(text[:at])
        if name:
            pieces.append(values[name])
        text = text[at + len(name) + 2 :]
    return "".join(pieces)


def check_address(url: str) -> None:
    """Raises BadWebhook unless it is an address of http or https."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadWebhook("a webhook's address begins with https:// or http://")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Following one would turn the message into an empty GET."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> None:
        return None


opener = urllib.request.build_opener(NoRedirect)
"""Calls what it is told to, and follows nothing."""


def post(url: str, body: bytes, key: str) -> None:
    """Send the body once; `key` is the same for every attempt, so that a gateway can tell.

    Raises BadWebhook, or NotTaken (or another OSError) where it was not taken.
    """
    check_address(url)
    _refused_inside(send(url, body, {"Idempotency-Key": key}))


def send(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    opener: urllib.request.OpenerDirector = opener,
) -> bytes:
    """POST JSON; the beginning of what came back. Raises NotTaken (or another OSError) unless it
    was taken. The address must have been checked."""
    request = urllib.request.Request(  # noqa: S310 (http or https, as checked)
        url, data=body, headers={"Content-Type": "application/json; charset=utf-8", **headers}
    )
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            said: bytes = answer.read(MOST_READ)
    except urllib.error.HTTPError as error:
        error.close()
        raise NotTaken(f"HTTP {error.code}") from None
    except urllib.error.URLError as error:
        raise NotTaken(_kind(error.reason)) from None
    except HTTPException as error:
        raise NotTaken(type(error).__name__) from None
    return said


def _kind(reason: object) -> str:
    """A fault's kind; what we ourselves said of one, as it is."""
    return str(reason) if isinstance(reason, NotTaken) else type(reason).__name__


def _refused_inside(said: bytes) -> None:
    """Chat robots answer 200 to what they refuse, with a code in the body."""
    try:
        answer = json.loads(said)
    except ValueError:
        return
    if not isinstance(answer, dict):
        return
    for name in ("errcode", "StatusCode", "code"):
        code = answer.get(name)
        if isinstance(code, int) and not isinstance(code, bool) and code not in (0, 200):
            raise NotTaken(f"{name} {code}")
