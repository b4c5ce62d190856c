"""A receipt as an image to save: what stays readable wherever phones put their pictures. Pure.

A server need not have Chinese fonts: the two Chinese captions lie in `captions/` as masks, drawn
once with Noto Sans CJK SC; everything else is Latin letters and digits.
"""

from io import BytesIO
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

WIDTH = 720
MARGIN = 48
QUIET = 4
"""Modules of white around a QR code, as its standard asks."""
CAPTIONS = Path(__file__).with_name("captions")
INK, MUTED, JADE, PAPER = "#1C2321", "#5E6762", "#1F6F5C", "#FFFFFF"


def qr_svg(address: str) -> str:
    """The QR of an address for a page: black on white whatever the theme, sized by CSS."""
    code = segno.make(address, error="m", micro=False)
    return code.svg_inline(border=QUIET, dark="#000", light="#fff", omitsize=True, svgclass="qr")


def png(*, reference: str, address: str, secret: str, fingerprint: str) -> bytes:
    """The card as PNG, 720 px wide; `fingerprint` is that of the log's key."""
    qr = _qr(address, WIDTH - 2 * MARGIN)
    lines: list[tuple[str | Image.Image, int, str]] = [
        (reference, 64, INK),
        (_caption("keep"), 24, MUTED),  # 请保存这张图：它能打开您的回执
        ("keep this picture: it opens your receipt", 24, MUTED),
        (secret, 36, JADE),
        *((piece, 24, MUTED) for piece in _wrapped(address, 48)),
        (_caption("key"), 24, MUTED),  # 台账公钥的指纹
        ("key of the log", 24, MUTED),
        (fingerprint, 24, INK),
    ]
    height = MARGIN + qr.height + sum(_height(size) for _, size, _ in lines) + MARGIN
    card = Image.new("RGB", (WIDTH, height), PAPER)
    card.paste(qr, ((WIDTH - qr.width) // 2, MARGIN))
    drawing, top = ImageDraw.Draw(card), MARGIN + qr.height
    for said, size, colour in lines:
        if isinstance(said, str):
            font = ImageFont.load_default(size)
            drawing.text((WIDTH // 2, top), said, font=font, fill=colour, anchor="ma")
        else:
            drawing.bitmap(((WIDTH - said.width) // 2, top), said, fill=colour)
        top += _height(size)
    written = BytesIO()
    card.save(written, "PNG", optimize=True)
    return written.getvalue()


def _qr(address: str, widest: int) -> Image.Image:
    code = segno.make(address, error="m", micro=False)
    scale = max(1, widest // code.symbol_size(border=QUIET)[0])
    drawn = BytesIO()
    code.save(drawn, kind="png", scale=scale, border=QUIET)
    return Image.open(drawn).convert("RGB")


def _caption(name: str) -> Image.Image:
    with Image.open(CAPTIONS / f"{name}.png") as mask:
        return mask.convert("L")


def _wrapped(text: str, width: int) -> list[str]:
    return [text[start : start + width] for start in range(0, len(text), width)]


def _height(size: int) -> int:
    return size * 3 // 2
