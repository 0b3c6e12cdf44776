"""
Pictures that begin with a picture: the words of the instruction decide what happens to it.

What is not understood becomes a painting with birds and flowers on it, so that something always shows. Several
inputs become one sheet first.
"""

from __future__ import annotations

import io
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from studio.sandbox.painting.canvas import Canvas
from studio.sandbox.painting.colours import PALETTES, Palette, palette_for
from studio.sandbox.painting.commission import Commission
from studio.sandbox.painting.placing import place
from studio.sandbox.painting.treatments import TREATMENTS, painting, tinted
from studio.sandbox.painting.words import Reading, read

DETAIL = {"low": 0, "medium": 1, "high": 2}
PAPER = (246, 242, 233)
DRAWN_LAST = ("snow", "rain")
KEY = (255, 0, 254)
CUT_SIDE_PX, CUT_TOLERANCE = 160, 42
LEAST_SHARE, MOST_SHARE = 0.04, 0.97


def edited(commission: Commission) -> Image.Image:
    """The changed picture, RGB or RGBA. Raises whatever Pillow meets when an input is no picture."""
    reading = read(commission.prompt)
    size = commission.width_px, commission.height_px
    before = _sheet([_opened(data) for data in commission.inputs], size)
    dice = Random(f"{commission.seed}:{' '.join(reading.words)}")
    changed, is_touched = _treated(before, reading, dice)
    canvas = Canvas(*size, dice, detail=DETAIL.get(commission.quality, 1))
    canvas.put(changed)
    _add(
        canvas,
        palette_for(reading, dice) if reading.hues or reading.mood else PALETTES["day"],
        reading,
        is_touched,
    )
    after = canvas.finished(grain=False)
    if reading.says("frame", "framed", "polaroid"):
        after = _framed(after)
    if commission.mask is not None:
        after = _where_masked(before, after, commission.mask)
    if commission.is_transparent:
        after.putalpha(_cut_out(before))
    return after


def _opened(data: bytes) -> Image.Image:
    """The right way up, on paper where it was transparent."""
    with Image.open(io.BytesIO(data)) as file:
        file.draft("RGB", (2048, 2048))
        upright = ImageOps.exif_transpose(file)
        rgba = upright.convert("RGBA")
    sheet = Image.new("RGBA", rgba.size, (*PAPER, 255))
    return Image.alpha_composite(sheet, rgba).convert("RGB")


def _sheet(pictures: list[Image.Image], size: tuple[int, int]) -> Image.Image:
    """One picture fills the size; two are a diptych; of more, the first is large and the others stand beside it."""
    if len(pictures) == 1:
        return ImageOps.fit(pictures[0], size, Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", size, PAPER)
    gap = max(2, round(min(size) * 0.018))
    for picture, (left, top, right, bottom) in zip(pictures, _places(len(pictures), size, gap), strict=False):
        fitted = ImageOps.fit(picture, (max(1, right - left), max(1, bottom - top)), Image.Resampling.LANCZOS)
        sheet.paste(fitted, (left, top))
    return sheet


def _places(count: int, size: tuple[int, int], gap: int) -> list[tuple[int, int, int, int]]:
    width, height = size
    if width < height:
        return [
            (top, left, bottom, right) for left, top, right, bottom in _places(count, (height, width), gap)
        ]
    split = width // 2 if count == 2 else width * 3 // 5
    column = [(split + gap // 2, width - gap)]
    places = [(gap, gap, split - gap // 2, height - gap)]
    rest = count - 1
    for number in range(rest):
        top, bottom = height * number // rest, height * (number + 1) // rest
        (left, right) = column[0]
        places.append(
            (
                left,
                top + (gap if number == 0 else gap // 2),
                right,
                bottom - (gap if number == rest - 1 else gap // 2),
            )
        )
    return places


def _treated(picture: Image.Image, reading: Reading, dice: Random) -> tuple[Image.Image, bool]:
    """All treatments whose words were said, in the order of the table; and whether there was any."""
    wanted = [treatment for words, treatment in TREATMENTS if reading.says(*words.split())]
    for treatment in wanted:
        picture = treatment(picture)
    if reading.hues:
        picture = tinted(picture, reading.hues)
    is_touched = bool(wanted or reading.hues or reading.motifs or reading.says("frame", "framed", "polaroid"))
    return (picture if is_touched else painting(picture)), is_touched


def _add(canvas: Canvas, palette: Palette, reading: Reading, is_touched: bool) -> None:
    wanted = [*reading.motifs]
    if reading.says("night", "midnight", "starry"):
        wanted = ["stars", "moon", *wanted]
    if reading.mood == "winter":
        wanted.append("snow")
    if not is_touched:
        wanted = ["birds", "flowers"]
    for name in sorted(dict.fromkeys(wanted), key=lambda name: (name in DRAWN_LAST, name != "stars")):
        place(canvas, palette, name)


def _framed(picture: Image.Image) -> Image.Image:
    """A passe-partout in a thin dark frame; the picture keeps its size."""
    width, height = picture.size
    unit = min(picture.size)
    edge, mount = round(unit * 0.03), round(unit * 0.085)
    inner = ImageOps.fit(
        picture, (width - 2 * (edge + mount), height - 2 * (edge + mount)), Image.Resampling.LANCZOS
    )
    framed = Image.new("RGB", picture.size, (54, 38, 28))
    pen = ImageDraw.Draw(framed)
    pen.rectangle((edge, edge, width - edge - 1, height - edge - 1), fill=PAPER)
    pen.rectangle(
        (edge, edge, width - edge - 1, height - edge - 1), outline=(120, 92, 66), width=max(1, edge // 6)
    )
    line = edge + mount - max(2, unit // 200)
    pen.rectangle(
        (line, line, width - line - 1, height - line - 1), outline=(196, 186, 168), width=max(1, unit // 300)
    )
    framed.paste(inner, (edge + mount, edge + mount))
    return framed


def _where_masked(before: Image.Image, after: Image.Image, mask: bytes) -> Image.Image:
    """The change shows where the mask is transparent, the input everywhere else."""
    with Image.open(io.BytesIO(mask)) as file:
        kept = file.convert("RGBA").getchannel("A").resize(before.size, Image.Resampling.BILINEAR)
    return Image.composite(before, after, kept)


def _cut_out(picture: Image.Image) -> Image.Image:
    """
    Alpha that leaves out the ground, as far as one gets to it from the edges without crossing an outline; a
    rounded sheet when that is all or nothing.
    """
    small = picture.resize((CUT_SIDE_PX, CUT_SIDE_PX), Image.Resampling.BOX).filter(
        ImageFilter.MedianFilter(3)
    )
    last = CUT_SIDE_PX - 1
    for corner in ((0, 0), (last, 0), (0, last), (last, last), (last // 2, 0)):
        if small.getpixel(corner) != KEY:
            ImageDraw.floodfill(small, corner, KEY, thresh=CUT_TOLERANCE)
    change = (
        ImageChops.difference(small, Image.new("RGB", small.size, KEY)).convert("L").point([0] + [255] * 255)
    )
    share = sum(change.tobytes()) / (255 * CUT_SIDE_PX**2)
    if LEAST_SHARE < share < MOST_SHARE:
        smooth = change.resize(picture.size, Image.Resampling.BICUBIC)
        return smooth.point([max(0, min(255, (level - 96) * 4)) for level in range(256)])
    sheet = Image.new("L", picture.size)
    unit = min(picture.size)
    edge = unit * 0.03
    box = (edge, edge, picture.width - edge, picture.height - edge)
    ImageDraw.Draw(sheet).rounded_rectangle(box, unit * 0.12, fill=255)
    return sheet
