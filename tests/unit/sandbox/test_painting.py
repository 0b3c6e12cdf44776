"""The painter itself: the same picture for the same commission, and a picture of what was asked for."""

import hashlib
import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from studio.sandbox.images.sizes import ONE_K
from studio.sandbox.painting.commission import Commission
from studio.sandbox.painting.easel import painted, sketched
from studio.sandbox.painting.scenes import SCENES
from studio.sandbox.painting.words import read

BACKEND = Path(__file__).parents[3] / "backend"
SMALL = Commission("a sailing boat at sea, sunset", seed=7, width_px=96, height_px=72)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures of one size, in levels of 0 to 255."""
    return sum(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean) / 3


def mean(picture: Image.Image) -> list[float]:
    return ImageStat.Stat(picture.convert("RGB")).mean


def file_of(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


GOLDEN = [(104, 65, 118), (120, 83, 121), (167, 106, 112), (179, 125, 122), (67, 49, 79), (105, 85, 101)]
HOUSE = painted(Commission("a house in green hills", seed=4, width_px=160, height_px=120))


class TestTheSameCommission:
    @pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
    @pytest.mark.parametrize("scene", SCENES)
    def test_gives_the_same_bytes(self, scene: str, form: str) -> None:
        commission = replace(SMALL, prompt=scene, format=form)

        assert painted(commission) == painted(commission)

    def test_gives_the_same_bytes_in_another_process(self) -> None:
        code = (
            "import hashlib;from studio.sandbox.painting.commission import Commission;"
            "from studio.sandbox.painting.easel import painted;"
            f"print(hashlib.sha256(painted({SMALL!r})).hexdigest())"
        )
        other = subprocess.run(
            [sys.executable, "-c", code], cwd=BACKEND, capture_output=True, text=True, check=True
        )

        assert other.stdout.strip() == hashlib.sha256(painted(SMALL)).hexdigest()

    def test_gives_the_same_edit(self) -> None:
        commission = replace(SMALL, prompt="make it night, add a cat", inputs=(HOUSE,))

        assert painted(commission) == painted(commission)

    def test_keeps_the_colours_it_always_had(self) -> None:
        """Coarse on purpose: another Pillow may round differently, another recipe is another picture."""
        coarse = opened(painted(SMALL)).convert("RGB").resize((2, 3), Image.Resampling.BOX)

        seen = [coarse.getpixel((x, y)) for y in range(3) for x in range(2)]
        assert seen == [pytest.approx(colour, abs=8) for colour in GOLDEN]


class TestAnotherSeed:
    @pytest.mark.parametrize("scene", SCENES)
    def test_arranges_the_picture_anew(self, scene: str) -> None:
        one, other = (opened(painted(replace(SMALL, prompt=scene, seed=seed))) for seed in (1, 2))

        assert difference(one, other) > 4


class TestTheWords:
    @pytest.mark.parametrize(
        ("prompt", "scene"),
        [
            ("A lighthouse on a rocky island", "sea"),
            ("Tokyo skyline, neon", "city"),
            ("ein Wald im Herbst", "forest"),
            ("two lemons on a plate", "fruit"),
            ("a cat", "hills"),
            ("Saturn with its rings", "space"),
            ("a bouquet of roses", "botanical"),
            ("snowy alps", "hills"),
        ],
    )
    def test_choose_the_scene(self, prompt: str, scene: str) -> None:
        assert read(prompt).scene == scene

    @pytest.mark.parametrize("prompt", ["", "   ", "zzz qqq", "ohne Worte", "東京", "🦊", "\x00"])
    def test_may_say_nothing_and_still_give_a_picture(self, prompt: str) -> None:
        assert opened(painted(replace(SMALL, prompt=prompt))).size == (96, 72)

    def test_of_colour_colour_it(self) -> None:
        red, green, blue = (
            mean(opened(painted(replace(SMALL, prompt=f"{c} hills")))) for c in ("red", "green", "blue")
        )

        assert red[0] > red[1] and red[0] > red[2]
        assert green[1] > green[0] and green[1] > green[2]
        assert blue[2] > blue[0] and blue[2] > blue[1]

    def test_of_night_darken_it(self) -> None:
        day, night = (
            mean(opened(painted(replace(SMALL, prompt=f"hills, {when}")))) for when in ("day", "night")
        )

        assert sum(night) < 0.5 * sum(day)


class TestTheFile:
    @pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
    def test_is_what_it_is_called(self, form: str) -> None:
        assert opened(painted(replace(SMALL, format=form))).format == form.upper()

    @pytest.mark.parametrize("ratio", ONE_K)
    def test_has_the_size_asked_for(self, ratio: str) -> None:
        width, height = ONE_K[ratio]

        found = opened(painted(replace(SMALL, width_px=width // 8, height_px=height // 8)))

        assert found.size == (width // 8, height // 8)

    def test_is_smaller_the_more_it_is_compressed(self) -> None:
        rough, fine = (len(painted(replace(SMALL, format="jpeg", compression=level))) for level in (20, 95))

        assert rough < fine / 2

    @pytest.mark.parametrize("scene", SCENES)
    def test_of_low_quality_is_the_same_picture_with_coarser_edges(self, scene: str) -> None:
        low, high, other = (
            opened(
                painted(replace(SMALL, prompt=scene, quality=quality, seed=seed, width_px=240, height_px=180))
            )
            for quality, seed in (("low", 1), ("high", 1), ("high", 2))
        )

        assert 1 < difference(low, high) < 0.6 * difference(other, high)

    @pytest.mark.parametrize("scene", ["botanical flowers", "city", "tiles", "fruit"])
    @pytest.mark.parametrize("form", ["png", "webp"])
    def test_can_be_transparent(self, scene: str, form: str) -> None:
        picture = opened(painted(replace(SMALL, prompt=scene, format=form, is_transparent=True)))
        alpha = picture.getchannel("A")

        assert picture.mode == "RGBA"
        assert alpha.getextrema() == (0, 255)
        assert alpha.getpixel((1, 1)) == 0

    def test_coming_into_focus_approaches_the_picture(self) -> None:
        whole = opened(painted(replace(SMALL, quality="low")))
        steps = [difference(opened(sketched(SMALL, focus)), whole) for focus in (0.1, 0.5, 0.9)]

        assert steps == sorted(steps, reverse=True)


class TestEdits:
    @pytest.mark.parametrize(
        "words",
        [
            *(
                "make it night",
                "sepia",
                "tint it red",
                "snow",
                "blur",
                "pencil sketch",
                "pop art poster",
                "mirror",
            ),
            *(
                "put it in a frame",
                "add a moon",
                "add a tree",
                "add a boat and birds",
                "watercolour",
                "pixel art",
            ),
            *("brighter", "black and white", "turn it upside down", "something quite different", "a heart"),
            *("rain", "a rainbow", "add a lighthouse", "flowers", "add clouds and a balloon", "warm sunset"),
        ],
    )
    def test_begin_visibly_with_the_input_and_change_it(self, words: str) -> None:
        before = opened(HOUSE)

        after = opened(painted(replace(SMALL, prompt=words, inputs=(HOUSE,), width_px=160, height_px=120)))
        elsewhere = opened(
            painted(replace(SMALL, prompt=words, inputs=(PLAIN,), width_px=160, height_px=120))
        )

        assert difference(after, before) > 1
        assert difference(after, elsewhere) > 8

    def test_at_night_are_darker(self) -> None:
        after = opened(painted(replace(SMALL, prompt="make it night", inputs=(HOUSE,))))

        assert sum(mean(after)) < 0.6 * sum(mean(opened(HOUSE)))

    def test_mirrored_are_mirrored(self) -> None:
        half = Image.new("RGB", (96, 72), "white")
        half.paste((200, 0, 0), (0, 0, 48, 72))

        after = opened(painted(replace(SMALL, prompt="mirror", inputs=(file_of(half),))))

        assert after.convert("RGB").getpixel((90, 10)) == pytest.approx((200, 0, 0), abs=3)

    @pytest.mark.parametrize("size", [(120, 80), (80, 120)])
    def test_of_several_show_each_of_them(self, size: tuple[int, int]) -> None:
        colours = [(200, 30, 30), (30, 160, 60), (40, 60, 210)]
        inputs = tuple(file_of(Image.new("RGB", (40, 40), colour)) for colour in colours)

        sheet = opened(
            painted(replace(SMALL, prompt="frame", inputs=inputs, width_px=size[0], height_px=size[1]))
        )

        seen = sheet.convert("RGB").getcolors(size[0] * size[1]) or []
        for colour in colours:
            assert sum(count for count, found in seen if found == colour) > 150

    def test_change_only_what_the_mask_leaves_open(self) -> None:
        mask = Image.new("RGBA", (160, 120), (0, 0, 0, 255))
        mask.paste((0, 0, 0, 0), (80, 0, 160, 120))
        commission = replace(
            SMALL, prompt="make it night", inputs=(HOUSE,), mask=file_of(mask), width_px=160, height_px=120
        )

        after, before = opened(painted(commission)), opened(HOUSE)

        assert difference(after.crop((0, 0, 70, 110)), before.crop((0, 0, 70, 110))) < 0.5
        assert difference(after.crop((90, 0, 160, 110)), before.crop((90, 0, 160, 110))) > 20

    def test_can_cut_a_thing_out_of_its_ground(self) -> None:
        ground = Image.new("RGB", (96, 72), (240, 240, 240))
        ground.paste((180, 20, 20), (30, 20, 66, 52))

        alpha = opened(
            painted(replace(SMALL, prompt="frame", inputs=(file_of(ground),), is_transparent=True))
        ).getchannel("A")

        assert (alpha.getpixel((5, 5)), alpha.getpixel((48, 36))) == (0, 255)

    def test_of_a_photograph_on_its_side_are_upright(self) -> None:
        photo = Image.new("RGB", (40, 20), "white")
        photo.paste((0, 0, 200), (0, 0, 20, 20))
        exif = photo.getexif()
        exif[0x0112] = 6
        file = io.BytesIO()
        photo.save(file, "PNG", exif=exif)

        after = opened(
            painted(replace(SMALL, prompt="clouds", inputs=(file.getvalue(),), width_px=64, height_px=128))
        )

        top, bottom = after.convert("RGB").getpixel((32, 60)), after.convert("RGB").getpixel((32, 120))
        assert top == pytest.approx((0, 0, 200), abs=12)
        assert bottom == pytest.approx((255, 255, 255), abs=12)


PLAIN = file_of(Image.new("RGB", (160, 120), (225, 205, 120)))
