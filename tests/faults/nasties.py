"""What people, broken phones and attackers send to a public form. Pure."""

import secrets
import struct
import zlib
from collections.abc import Iterable
from io import BytesIO

from PIL import Image

BOUNDARY = b"x-boundary-x"
MULTIPART = "multipart/form-data; boundary=x-boundary-x"
URLENCODED = "application/x-www-form-urlencoded"

type Field = tuple[bytes, bytes]
type File = tuple[bytes, bytes, bytes]
"""The name of the file, its media type, its content."""

TEXTS: dict[str, bytes] = {
    "empty": b"",
    "spaces": " \u3000\t ".encode(),
    "one huge word": b"a" * 100_000,
    "one huge Chinese word": "灯".encode() * 100_000,
    "megabyte": b"word " * 200_000,
    "NUL": b"a\x00b",
    "only NULs": b"\x00" * 50,
    "lone surrogate": b"\xed\xa0\x80 \xed\xbf\xbf",
    "surrogate pair as CESU-8": b"\xed\xa0\xbd\xed\xb8\x80",
    "overlong": b"\xc0\xaf\xe0\x80\xaf",
    "half a character": "灯".encode()[:2],
    "not UTF-8": bytes(range(128, 256)),
    "GBK": "楼道灯坏了".encode("gbk"),
    "UTF-16": "楼道灯坏了".encode("utf-16"),
    "control characters": bytes(range(1, 32)) + b"\x7f\xc2\x85",
    "line ends": "一\r二\n三\r\n四\u2028五\u2029六\v七\f八".encode(),
    "right to left": "\u202eزجاج\u202c \u2066x\u2069".encode(),
    "combining": ("e" + "\u0301" * 2000).encode(),
    "family": ("👩‍👩‍👧‍👦" * 300).encode(),
    "invisible": "\u200b\u200c\u200d\u2060\ufeff\u00ad".encode(),
    "beyond the plane": "\U0010ffff\U000e0001\ufdd0\ufffe".encode(),
    "full-width": "ＡＢＣ１２３".encode(),
    "markup": b"<script>alert(1)</script>{% load x %}{{ form }}</textarea>",
    "SQL": b"'); DROP TABLE kernel_entry; --",
    "format": b"%s %(name)s {0} {x} %n",
    "JSON": b'{"a": NaN, "b": [[[[]]]]}',
    "number": b"9" * 5000,
    "minus": b"-1",
    "float": b"1e999",
}


KEYS: dict[str, bytes] = {
    "none": b"",
    "short": b"abc",
    "31 digits": b"a" * 31,
    "33 digits": b"a" * 33,
    "upper case": b"A" * 32,
    "not hex": b"g" * 32,
    "full-width digits": "１".encode() * 32,
    "Arabic digits": "٣".encode() * 32,
    "line end": b"a" * 32 + b"\n",
    "NUL": b"a" * 31 + b"\x00",
    "surrogate": b"a" * 30 + b"\xed\xa0\x80",
    "huge": b"a" * 200_000,
}


# --- bodies --------------------------------------------------------------------------------------


def good() -> list[Field]:
    return [(b"key", secrets.token_hex(16).encode()), (b"kind", b"help"), (b"words", b"x")]


def changed(name: bytes, value: bytes) -> list[Field]:
    """A good form in which one field holds something else."""
    fields = dict(good())
    if name == b"about":
        fields[b"kind"] = b"complaint"
    return list((fields | {name: value}).items())


def multipart(fields: Iterable[Field], files: Iterable[File] = ()) -> bytes:
    lines = []
    for name, value in fields:
        disposition = b'Content-Disposition: form-data; name="' + name + b'"'
        lines += [b"--" + BOUNDARY, disposition, b"", value]
    for name, kind, content in files:
        disposition = b'Content-Disposition: form-data; name="photos"; filename="' + name + b'"'
        lines += [b"--" + BOUNDARY, disposition, b"Content-Type: " + kind, b"", content]
    return b"\r\n".join([*lines, b"--" + BOUNDARY + b"--", b""])


def broken_bodies() -> dict[str, tuple[str, bytes]]:
    """Bodies that are not what their content type says: that type, and the body."""
    whole = multipart(good())
    part = b"--" + BOUNDARY + b"\r\n"
    name = b'Content-Disposition: form-data; name="words"'
    many = [(b"words", b"x")] * 3000
    return {
        "nothing": (MULTIPART, b""),
        "cut off": (MULTIPART, whole[: len(whole) // 2]),
        "no last line": (MULTIPART, whole[: -len(BOUNDARY) - 6]),
        "another boundary": ("multipart/form-data; boundary=y", whole),
        "no boundary": ("multipart/form-data", whole),
        "empty boundary": ("multipart/form-data; boundary=", whole),
        "boundary not ASCII": ("multipart/form-data; boundary=\xff\xfe", whole),
        "endless boundary": ("multipart/form-data; boundary=" + "b" * 5000, whole),
        "boundary with quotes": ('multipart/form-data; boundary="x"y"', whole),
        "only boundaries": (MULTIPART, part * 500),
        "part without header": (MULTIPART, part + b"\r\n\r\nx\r\n" + whole),
        "header without end": (MULTIPART, part + name),
        "endless header": (MULTIPART, part + name + b"; x=" + b"y" * 100_000 + b"\r\n\r\nz"),
        "no name": (MULTIPART, part + b"Content-Disposition: form-data\r\n\r\nx\r\n" + whole),
        "empty name": (MULTIPART, multipart([(b"", b"x"), *good()])),
        "name not UTF-8": (MULTIPART, multipart([(b"\xff\xfe", b"x"), *good()])),
        "RFC 2231 name": (MULTIPART, part + name + b"*0*=x''%\r\n\r\nx\r\n" + whole),
        "bad base64": (
            MULTIPART,
            part + name + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!=\r\n" + whole,
        ),
        "bad base64 file": (
            MULTIPART,
            part
            + b'Content-Disposition: form-data; name="photos"; filename="a"\r\n'
            + b"Content-Transfer-Encoding: base64\r\n\r\n=A=\r\n"
            + whole,
        ),
        "nested": (MULTIPART, part + b"Content-Type: multipart/mixed\r\n\r\n" + whole + whole),
        "too many fields": (MULTIPART, multipart([*good(), *many])),
        "too many files": (MULTIPART, multipart(good(), [(b"a", b"image/png", b"x")] * 400)),
        "every field twice": (MULTIPART, multipart(good() + good())),
        "key as a file": (MULTIPART, whole.replace(b'name="key"', b'name="key"; filename="k"')),
        "photo as a field": (MULTIPART, multipart([*good(), (b"photos", b"x")])),
        "JSON": ("application/json", b'{"words": "x"}'),
        "plain text": ("text/plain", b"words=x"),
        "no type": ("", b"words=x"),
        "nonsense type": (";;;=", b"words=x"),
        "mixed": ("multipart/mixed; boundary=x-boundary-x", whole),
        "UTF-16 said": (MULTIPART + "; charset=utf-16", whole),
        "unknown charset": (MULTIPART + "; charset=klingon", whole),
        "codec that is none": (URLENCODED + "; charset=hex", b"words=x"),
        "urlencoded UTF-7": (URLENCODED + "; charset=utf-7", b"words=%2BAGE-"),
        "bad percent": (URLENCODED, b"key=%&kind=%zz&words=%ED%A0%80&=&&;=%00"),
        "urlencoded, many": (URLENCODED, b"&".join([b"a=b"] * 5000)),
        "urlencoded, huge": (URLENCODED, b"words=" + b"x" * 3_000_000),
        "urlencoded name not UTF-8": (URLENCODED, b"%ff%fe=x&words=x"),
    }


# --- pictures ------------------------------------------------------------------------------------


def _png(width: int, height: int, rows: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def _encoded(kind: str, mode: str = "RGB", **options: object) -> bytes:
    written = BytesIO()
    Image.new(mode, (40, 30)).save(written, kind, **options)
    return written.getvalue()


def pictures() -> dict[str, bytes]:
    """Contents of files that are no good photo; the last few are good, if unusual."""
    jpeg = _encoded("JPEG")
    png = _encoded("PNG")
    text = zlib.compress(b"x" * 60_000_000, 9)
    return {
        "empty": b"",
        "text": b"not a picture",
        "NULs": bytes(1000),
        "JPEG's first bytes": jpeg[:3],
        "half a JPEG": jpeg[: len(jpeg) // 2],
        "JPEG with rubbish in it": jpeg[:200] + b"\xff\xda" * 50 + jpeg[200:],
        "half a PNG": png[: len(png) // 2],
        "bomb in a PNG": _png(30_000, 30_000, bytes(30_001 * 1000)),
        "PNG of no size": _png(0, 0, b""),
        "PNG of 2**31": _png(2**31 - 1, 2**31 - 1, b"\x00"),
        "bomb in a PNG's text": png[:33] + _chunk(b"zTXt", b"k\x00\x00" + text) + png[33:],
        "bomb in a PNG's profile": png[:33] + _chunk(b"iCCP", b"k\x00\x00" + text) + png[33:],
        "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "GIF": _encoded("GIF", "P"),
        "TIFF": _encoded("TIFF"),
        "PDF": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>",
        "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file",
        "ICO": _encoded("ICO"),
        "bad EXIF": _encoded("JPEG", exif=b"Exif\x00\x00II*\x00" + b"\xff" * 40),
        "orientation 99": _encoded("JPEG", exif=_turned(99)),
        "CMYK": _encoded("JPEG", "CMYK"),
        "one bit": _encoded("PNG", "1"),
        "sixteen bits": _encoded("PNG", "I;16"),
        "palette": _encoded("PNG", "P"),
        "WebP": _encoded("WEBP"),
        "one huge megabyte of noise": secrets.token_bytes(1_000_000),
    }


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


FILE_NAMES: dict[str, bytes] = {
    "path": b"../../../../etc/passwd",
    "windows path": b"C:\\\\photos\\\\a.jpg",
    "NUL": b"a\x00.jpg",
    "dots": b"..",
    "endless": b"a" * 20_000 + b".jpg",
    "not UTF-8": b"\xff\xfe.jpg",
    "Chinese": "楼道的灯.jpg".encode(),
    "markup": b"<img src=x onerror=alert(1)>.jpg",
    "entities": b"&#0;&#x110000;&lt;.jpg",
    "percent": b"%00%s.jpg",
}


# --- headers -------------------------------------------------------------------------------------

HEADERS: dict[str, dict[str, str]] = {
    "no IPv6": {"origin": "http://[::1"},
    "origin of brackets": {"origin": "http://]["},
    "origin not ASCII": {"origin": "http://所长.example"},
    "origin of a port": {"origin": "http://localhost:99999999"},
    "origin null": {"origin": "null"},
    "origin empty": {"origin": ""},
    "another site": {"sec-fetch-site": "cross-site"},
    "language": {"accept-language": "zh-" + "x" * 5000},
    "languages": {"accept-language": ",".join(["zh;q=0.5"] * 500)},
    "language not ASCII": {"accept-language": "\xff\xfe"},
    "language of no locale": {"accept-language": "../../etc;q=NaN"},
    "cookie of no form": {"cookie": ";;;=;a;=b;sessionid"},
    "cookie of preferences": {"cookie": "yihu_size=huge; yihu_theme=%00; django_language=../.."},
    "cookie of a session": {"cookie": "sessionid=" + "x" * 200 + "; csrftoken=\x01"},
    "cookie of messages": {"cookie": 'messages=[["__json_message"'},
    "length not a number": {"content-length": "abc"},
    "length below zero": {"content-length": "-5"},
    "no length": {"content-length": ""},
    "htmx": {"hx-request": "true", "hx-current-url": "http://[", "hx-target": "\xff"},
    "forwarded": {"x-forwarded-for": "'; --", "x-forwarded-proto": "gopher"},
    "range": {"range": "bytes=0-0,-1,5-"},
    "condition": {"if-modified-since": "never", "if-none-match": 'W/"', "if-match": "*"},
    "host not allowed": {"host": "evil.example"},
    "host of nonsense": {"host": "a b\x01[:"},
    "expectation": {"accept": "\x00", "accept-encoding": "gzip;q=-1,*;q=abc"},
}

METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "gEt")

ADDRESSES = (
    "/d/demo/?new&lang=%FF&%00=%ED%A0%80",
    "/d/DEMO/",
    "/d/no-such-code/",
    "/d/" + "a" * 3000 + "/",
    "/d/demo",
    "/d/%00/",
    "/d/%E6%89%80%E9%95%BF/",
    "/r/",
    "/r/%00/",
    "/r/%ED%A0%80/",
    "/r/" + "A" * 5000 + "/",
    "/r/ILOU-ILOU-ILOU-ILOU/receipt.json",
    "/r/" + "0" * 16 + "/receipt.png",
    "/r/" + "0" * 16 + "/photo/00000000-0000-0000-0000-000000000000/",
    "/r/" + "0" * 16 + "/photo/nonsense/",
    "/r/" + "0" * 16 + "/no-such-deed/",
    "/verify/?%00",
    "/log/checkpoint",
    "/log/key",
    "/prefer/?next=//evil.example&size=huge&lang=" + "x" * 3000,
    "/prefer/?next=http://[::1&theme=%00",
    "/prefer/?lang=%00",
    "/styles/public.%00.css",
    "/static/../../etc/passwd",
    "/static/%00",
    "/%FF%FE",
    "/no/such/page/",
)
