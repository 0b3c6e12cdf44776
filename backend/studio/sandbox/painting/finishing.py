"""The last touches: the grain of paper, and the mark that says who made it."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFont

from studio.sandbox.painting.colours import lightness

GRAIN_TILE_PX = 256
GRAIN_STRENGTH = 5
MARK = "sandbox"


def grained(picture: Image.Image, dice: Random) -> Image.Image:
    """Paper: the same faint noise on all channels, which also hides the steps of long gradients."""
    size = GRAIN_TILE_PX, GRAIN_TILE_PX
    noise = Image.frombytes("L", size, dice.randbytes(GRAIN_TILE_PX**2))
    noise = noise.point([round(level * GRAIN_STRENGTH / 255) for level in range(256)])
    sheet = Image.new("L", picture.size)
    for x in range(0, picture.width, GRAIN_TILE_PX):
        for y in range(0, picture.height, GRAIN_TILE_PX):
            sheet.paste(noise, (x, y))
    return ImageChops.subtract(picture, Image.merge("RGB", (sheet, sheet, sheet)))


def sign(picture: Image.Image) -> None:
    """`sandbox` in the lower right corner, small, in light or dark as the ground wants it."""
    size = max(9, round(min(picture.size) * 0.019))
    font = ImageFont.load_default(size)
    pen = ImageDraw.Draw(picture, "RGBA")
    left, top, right, bottom = pen.textbbox((0, 0), MARK, font=font)
    x, y = picture.width - right - size, picture.height - bottom - size
    if x < 0 or y < 0:
        return
    ground = (
        picture.convert("RGB")
        .crop((x + left, y + top, x + right, y + bottom))
        .resize((1, 1), Image.Resampling.BOX)
    )
    red, green, blue = ground.getpixel((0, 0))  # type: ignore[misc]
    is_light = lightness((int(red), int(green), int(blue))) > 0.55
    pen.text((x, y), MARK, font=font, fill=(20, 20, 30, 130) if is_light else (255, 255, 255, 150))
