"""What can be done to a whole picture, by the words that ask for it."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageMath, ImageOps

from studio.sandbox.painting.colours import Colour, oklch

Treatment = Callable[[Image.Image], Image.Image]

BRUSH_SIDE_PX = 420


def night(picture: Image.Image) -> Image.Image:
    """Blue and dark, the upper part most."""
    dark = ImageEnhance.Brightness(ImageEnhance.Color(picture).enhance(0.55)).enhance(0.62)
    blue = ImageChops.multiply(dark, Image.new("RGB", picture.size, (92, 120, 205)))
    sky = Image.linear_gradient("L").point([round(150 * (1 - level / 255) ** 1.5) for level in range(256)])
    blue.paste((8, 14, 44), (0, 0), sky.resize(picture.size))
    return blue


def sepia(picture: Image.Image) -> Image.Image:
    """A print that lay in a drawer: brown, faded, darker at the edges."""
    grey = ImageOps.autocontrast(ImageOps.grayscale(picture), cutoff=1)
    brown = ImageOps.colorize(grey, (46, 26, 14), (250, 236, 205), mid=(166, 122, 78))
    return _vignette(brown, (38, 20, 8), 150)


def grey(picture: Image.Image) -> Image.Image:
    return ImageOps.autocontrast(ImageOps.grayscale(picture), cutoff=1).convert("RGB")


def winter(picture: Image.Image) -> Image.Image:
    """Pale and cold, and white where it was light."""
    pale = ImageEnhance.Color(picture).enhance(0.35)
    cold = Image.blend(pale, Image.new("RGB", picture.size, (205, 222, 240)), 0.3)
    light = ImageOps.grayscale(picture).point([max(0, min(190, (level - 120) * 2)) for level in range(256)])
    cold.paste((250, 252, 255), (0, 0), light)
    return cold


def warm(picture: Image.Image) -> Image.Image:
    glow = ImageChops.multiply(picture, Image.new("RGB", picture.size, (255, 214, 170)))
    low = Image.linear_gradient("L").point([round(110 * level / 255) for level in range(256)])
    glow.paste((255, 150, 84), (0, 0), low.resize(picture.size))
    return ImageEnhance.Color(glow).enhance(1.15)


def bright(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Color(ImageEnhance.Brightness(picture).enhance(1.28)).enhance(1.2)


def blurred(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(min(picture.size) * 0.014))


def pencil(picture: Image.Image) -> Image.Image:
    """Graphite on paper: the picture divided by its own blurred negative leaves the lines."""
    grey_tone = ImageOps.grayscale(picture)
    veil = ImageOps.invert(grey_tone).filter(ImageFilter.GaussianBlur(max(2.0, min(picture.size) * 0.009)))
    lines = ImageMath.lambda_eval(
        lambda a: a["convert"](a["min"](a["tone"] * 255 / (256 - a["veil"]), 255), "L"),
        tone=grey_tone,
        veil=veil,
    )
    shade = grey_tone.point([min(255, 150 + level // 2) for level in range(256)])
    drawn = ImageChops.multiply(
        lines.point([round(255 * (level / 255) ** 2.6) for level in range(256)]), shade
    )
    return ImageOps.colorize(drawn, (38, 36, 44), (250, 247, 238))


def poster(picture: Image.Image) -> Image.Image:
    """Five flat inks by lightness, edges smoothed first."""
    inks: tuple[Colour, ...] = ((24, 26, 66), (122, 34, 92), (222, 66, 74), (248, 160, 72), (253, 235, 190))
    tone = ImageOps.autocontrast(ImageOps.grayscale(picture), cutoff=2).filter(ImageFilter.GaussianBlur(2.5))
    bands = [
        tone.point([inks[min(4, level * 5 // 256)][channel] for level in range(256)]) for channel in range(3)
    ]
    return Image.merge("RGB", bands)


def pixels(picture: Image.Image) -> Image.Image:
    count = max(1, min(picture.size) // 40)
    small = picture.resize(
        (max(1, picture.width // count), max(1, picture.height // count)), Image.Resampling.BOX
    )
    return ImageOps.posterize(small, 5).resize(picture.size, Image.Resampling.NEAREST)


def painting(picture: Image.Image) -> Image.Image:
    """Patches of one colour each, as a broad brush leaves them, with a trace of the outlines."""
    scale = min(1.0, BRUSH_SIDE_PX / min(picture.size))
    small = picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
    patches = ImageOps.posterize(small.filter(ImageFilter.MedianFilter(5)), 6).filter(
        ImageFilter.ModeFilter(7)
    )
    broad = ImageEnhance.Color(patches.resize(picture.size, Image.Resampling.BICUBIC)).enhance(1.3)
    edges = ImageOps.invert(ImageOps.grayscale(small.filter(ImageFilter.FIND_EDGES)))
    outline = edges.point([min(255, 120 + level // 2 + 10) for level in range(256)]).resize(picture.size)
    return ImageChops.multiply(broad, Image.merge("RGB", (outline, outline, outline)))


def tinted(picture: Image.Image, hues: tuple[int, ...]) -> Image.Image:
    """The picture in one hue, or from the first hue in the dark to the second in the light."""
    tone = ImageOps.autocontrast(ImageOps.grayscale(picture), cutoff=1)
    dark, light = oklch(0.22, 0.08, hues[0]), oklch(0.95, 0.06, hues[-1])
    middle = oklch(0.6, 0.18, hues[0])
    return Image.blend(ImageOps.colorize(tone, dark, light, mid=middle), picture, 0.18)


def _vignette(picture: Image.Image, colour: Colour, most: int) -> Image.Image:
    edge = Image.radial_gradient("L").point([round(most * (level / 255) ** 2.4) for level in range(256)])
    changed = picture.copy()
    changed.paste(colour, (0, 0), edge.resize(picture.size, Image.Resampling.BILINEAR))
    return changed


TREATMENTS: tuple[tuple[str, Treatment], ...] = (
    ("mirror mirrored flip flipped reflect", ImageOps.mirror),
    ("upside rotate rotated", ImageOps.flip),
    ("pencil sketch drawing drawn graphite line lines", pencil),
    ("poster pop pop-art comic risograph screenprint", poster),
    ("painting paint painted painterly watercolour watercolor oil impressionist", painting),
    ("pixel pixels pixelate pixelated retro 8-bit", pixels),
    ("blur blurred blurry soft dreamy", blurred),
    ("winter snow snowy ice icy frost cold christmas", winter),
    ("sunset dusk warm golden evening autumn", warm),
    ("bright brighter light day summer", bright),
    ("night midnight dark darker moonlight starry", night),
    ("sepia old vintage antique faded nostalgic", sepia),
    ("black white grey gray monochrome noir", grey),
)
