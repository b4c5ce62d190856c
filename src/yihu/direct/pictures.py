"""Photos as people send them, made fit to keep: small, upright, and without hidden data. Pure."""

import warnings
from enum import StrEnum
from io import BytesIO

from PIL import Image, ImageOps

warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limits below are our own

LARGEST = 12 * 1024 * 1024
"""Bytes of one photo as sent; a phone's largest camera files lie below."""
LONGEST_SIDE = 1600
"""Pixels of the longer side as kept: enough to read a number plate, about 300 KB."""
MOST_PIXELS = 24_000_000
"""What may be decoded at once: some 100 MB of memory. A baseline JPEG decodes at a smaller scale
in little memory; for it only Pillow's own limit holds (178 megapixels)."""

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
MEDIA_TYPE = "image/jpeg"
_QUALITY = 82
_PAPER = "white"


class Fault(StrEnum):
    """Why a file cannot be taken as a photo."""

    NOT_A_PICTURE = "not_a_picture"
    TOO_LARGE = "too_large"


class BadPicture(ValueError):
    """A file that is not a photo we can keep; `fault` says in which way."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def fit_to_keep(data: bytes) -> bytes:
    """The photo as JPEG, at most 1600 px, turned upright, on white where it was transparent.

    Nothing but the pixels is carried over: no EXIF, no place, no comment, no colour
    profile. The same bytes always give the same bytes, so that a retry is recognised.
    Raises BadPicture, and nothing else whatever the bytes hold.
    """
    if len(data) > LARGEST:
        raise BadPicture(Fault.TOO_LARGE)
    try:
        return _rewritten(data)
    except BadPicture:
        raise
    except Image.DecompressionBombError as error:
        raise BadPicture(Fault.TOO_LARGE) from error
    except Exception as error:  # hostile bytes make Pillow's decoders raise anything at all
        raise BadPicture(Fault.NOT_A_PICTURE) from error


def _rewritten(data: bytes) -> bytes:
    with Image.open(BytesIO(data), formats=FORMATS) as opened:
        _refuse_bombs(opened)
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG's own quick, smaller scales
        if opened.width * opened.height > MOST_PIXELS:
            raise BadPicture(Fault.TOO_LARGE)
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        kept = Image.new("RGB", upright.size, _PAPER)
        if upright.has_transparency_data:
            layered = upright.convert("RGBA")
            kept.paste(layered, mask=layered)
        else:
            kept.paste(upright.convert("RGB"))
    written = BytesIO()
    kept.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()


def _refuse_bombs(opened: Image.Image) -> None:
    """Judge by the header alone, before a pixel is decoded."""
    scales_down = opened.format in ("JPEG", "MPO") and not opened.info.get("progressive")
    if not scales_down and opened.width * opened.height > MOST_PIXELS:
        raise BadPicture(Fault.TOO_LARGE)
