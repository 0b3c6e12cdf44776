"""WCAG 2.2 AA contrast of every pair that the style sheets put on each other, in both schemes."""

import pytest

from tests.unit.look.colours import Palette

GROUNDS = ("canvas", "surface", "sunken")
TONES = ("accent", "danger", "warning")

schemes = pytest.mark.parametrize("scheme", ["light", "dark"])


@schemes
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", ["ink", "muted", "accent", "danger", "warning", "note"])
def test_text_is_readable_on_every_ground(scheme: str, text: str, ground: str) -> None:
    assert Palette(scheme).contrast(text, ground) >= 4.5


@schemes
@pytest.mark.parametrize("tone", TONES)
def test_a_tone_and_plain_text_are_readable_on_its_soft_ground(scheme: str, tone: str) -> None:
    palette = Palette(scheme)

    assert palette.contrast(tone, f"{tone}-soft") >= 4.5
    assert palette.contrast("ink", f"{tone}-soft") >= 4.5
    assert palette.contrast("muted", f"{tone}-soft") >= 4.5


@schemes
@pytest.mark.parametrize("face", ["accent", "accent-strong"])
def test_the_words_on_the_one_filled_button_are_readable(scheme: str, face: str) -> None:
    assert Palette(scheme).contrast("on-accent", face) >= 4.5


@schemes
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("mark", ["edge", "accent", "danger"])
def test_the_edge_of_a_field_and_the_focus_ring_stand_out(scheme: str, mark: str, ground: str) -> None:
    assert Palette(scheme).contrast(mark, ground) >= 3
