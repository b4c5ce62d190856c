"""Photos: what is kept of them, and what never gets through."""

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from yihu.direct.pictures import LARGEST, BadPicture, Fault, fit_to_keep

PLACE = "30.4186,120.2982"


def picture(
    size: tuple[int, int] = (40, 30), kind: str = "JPEG", mode: str = "RGB", **saved: object
) -> bytes:
    written = BytesIO()
    Image.new(mode, size, "red" if mode != "1" else 1).save(written, kind, **saved)
    return written.getvalue()


def with_everything_hidden() -> bytes:
    """A JPEG with a place, a camera's name, a comment and XMP."""
    exif = Image.Exif()
    exif[0x010F] = "CameraOfSomeone"
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (30.0, 25.0, 6.0)
    exif[0x9286] = PLACE
    return picture((2400, 1200), exif=exif, comment=b"secret comment", xmp=b"<x:xmpmeta>secret xmp")


def test_nothing_but_the_pixels_is_kept() -> None:
    before = with_everything_hidden()
    assert b"CameraOfSomeone" in before
    assert b"secret comment" in before
    after = fit_to_keep(before)
    for hidden in (b"CameraOfSomeone", b"secret comment", b"secret xmp", b"Exif", PLACE.encode()):
        assert hidden not in after
    with Image.open(BytesIO(after)) as kept:
        assert not kept.getexif()
        assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_text_in_a_png_does_not_survive() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", PLACE)
    assert PLACE.encode() not in fit_to_keep(picture(kind="PNG", pnginfo=text))


def test_a_photo_is_turned_upright_and_made_small() -> None:
    with Image.open(BytesIO(fit_to_keep(with_everything_hidden()))) as kept:
        assert kept.format == "JPEG"
        assert kept.size == (800, 1600)


def test_a_small_photo_is_not_blown_up() -> None:
    with Image.open(BytesIO(fit_to_keep(picture((40, 30))))) as kept:
        assert kept.size == (40, 30)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_formats_of_phones_are_taken(kind: str, mode: str) -> None:
    with Image.open(BytesIO(fit_to_keep(picture(kind=kind, mode=mode)))) as kept:
        assert kept.format == "JPEG"


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "1", "I;16"])
def test_every_png_mode_becomes_plain_colour(mode: str) -> None:
    written = BytesIO()
    Image.new(mode, (8, 8)).save(written, "PNG")
    with Image.open(BytesIO(fit_to_keep(written.getvalue()))) as kept:
        assert kept.mode == "RGB"


def test_what_was_transparent_is_white() -> None:
    written = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(written, "PNG")
    with Image.open(BytesIO(fit_to_keep(written.getvalue()))) as kept:
        assert kept.getpixel((4, 4)) == (255, 255, 255)


def test_the_same_photo_gives_the_same_bytes() -> None:
    photo = with_everything_hidden()
    assert fit_to_keep(photo) == fit_to_keep(photo)


def test_a_large_phone_photo_is_taken() -> None:
    with Image.open(BytesIO(fit_to_keep(picture((9000, 6000))))) as kept:
        assert kept.size == (1600, 1067)


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims this size and holds next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.NOT_A_PICTURE),
        (b"not a picture", Fault.NOT_A_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Fault.NOT_A_PICTURE),
        (picture((400, 300))[:300], Fault.NOT_A_PICTURE),
        (picture(kind="GIF"), Fault.NOT_A_PICTURE),
        (b"\xff\xd8\xff" + b"\0" * LARGEST, Fault.TOO_LARGE),
        (png_of(60_000, 60_000), Fault.TOO_LARGE),
        (png_of(6_000, 5_000), Fault.TOO_LARGE),
        (picture((5_000, 5_000), progressive=True, quality=1), Fault.TOO_LARGE),
    ],
    ids=[
        "empty", "text", "svg", "cut off", "gif", "too many bytes", "bomb", "large png",
        "large progressive",
    ],
)  # fmt: skip
def test_what_is_no_photo_is_refused_in_one_way(data: bytes, fault: Fault) -> None:
    with pytest.raises(BadPicture) as refused:
        fit_to_keep(data)
    assert refused.value.fault == fault


WHOLE = picture((64, 64), kind="WEBP"), picture((64, 64)), picture((64, 64), kind="PNG")


@settings(max_examples=150, deadline=None)
@given(
    whole=st.sampled_from(WHOLE),
    at=st.floats(0, 1),
    instead=st.binary(min_size=1, max_size=12),
)
def test_damaged_bytes_are_a_photo_or_refused(whole: bytes, at: float, instead: bytes) -> None:
    place = int(at * (len(whole) - 1))
    damaged = whole[:place] + instead + whole[place + len(instead) :]
    try:
        kept = fit_to_keep(damaged)
    except BadPicture:
        return
    with Image.open(BytesIO(kept)) as image:
        assert image.format == "JPEG"
