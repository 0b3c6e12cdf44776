"""Icons are named in templates of two services and drawn in one file."""

import re
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[3]
SPRITE = ROOT / "frontend/static/icons.svg"

_CALL = re.compile(r"""\b(?:icon|picture)\(\s*"([\w-]+)"|\bpicture="([\w-]+)\"""")


def drawn() -> list[str]:
    return [symbol.attrib["id"] for symbol in ElementTree.parse(SPRITE).getroot()]


def test_no_icon_is_drawn_twice() -> None:
    assert len(drawn()) == len(set(drawn()))


def test_every_icon_that_a_template_names_is_drawn() -> None:
    templates = [*ROOT.glob("frontend/templates/**/*.html"), *ROOT.glob("backend/templates/**/*.html")]
    named = {
        name for path in templates for pair in _CALL.findall(path.read_text("utf-8")) for name in pair if name
    }

    assert {"send", "menu"} <= named
    assert named <= set(drawn())
