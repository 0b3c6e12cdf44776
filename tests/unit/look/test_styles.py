"""The build of our own style sheets and scripts, and the rules they keep."""

import gzip
import json
import re
import shutil
from pathlib import Path

import pytest
from assets import styles

STATIC = Path(__file__).parents[3] / "frontend/static"


@pytest.fixture
def static(tmp_path: Path) -> Path:
    for folder in ("css", "js"):
        shutil.copytree(STATIC / folder, tmp_path / folder)
    return tmp_path


def sources(kind: str) -> list[Path]:
    return sorted((STATIC / kind).glob(f"*.{kind}"))


def test_all_style_sheets_together_fit_into_ten_kilobytes_on_the_wire(static: Path) -> None:
    _, name = styles.build_styles(static)

    assert len(gzip.compress((static / "built" / name).read_bytes(), 9)) <= 10 * 1024


def test_the_same_sources_give_the_same_name_and_a_change_another(static: Path) -> None:
    first = styles.build_styles(static)
    again = styles.build_styles(static)
    (static / "css/utilities.css").write_text("@layer utilities { .new { color: red; } }")
    changed = styles.build_styles(static)

    assert first == again != changed


def test_a_build_replaces_its_older_file_and_keeps_the_entries_of_others(static: Path) -> None:
    styles.publish(static, "htmx.js", "1")
    _, older = styles.publish(static, "app.css", "a{}")
    _, newer = styles.publish(static, "app.css", "b{}")

    assert json.loads((static / "built/manifest.json").read_text()).keys() == {"app.css", "htmx.js"}
    assert not (static / "built" / older).exists()
    assert (static / "built" / newer).read_text() == "b{}"


def test_a_style_sheet_that_is_not_in_the_order_stops_the_build(static: Path) -> None:
    (static / "css/stray.css").write_text(".stray{}")

    with pytest.raises(ValueError, match="stray"):
        styles.build_styles(static)


def test_squeezing_keeps_what_a_space_or_a_string_means() -> None:
    text = '/* why */ .a  .b ,\n.c:hover { margin : 0;\n width: calc(1px + 2px); font: "A  ; B"; }'

    assert styles.squeeze_css(text) == '.a .b,.c:hover{margin :0;width:calc(1px + 2px);font:"A  ; B"}'


def test_squeezing_a_script_keeps_addresses_and_line_ends() -> None:
    text = '// why\nconst a = "http://x//y";\n  /** how */\n  go()\n  stop() // end'

    assert styles.squeeze_js(text) == 'const a = "http://x//y";\ngo()\nstop() // end'


@pytest.mark.parametrize("path", sources("css"), ids=lambda path: path.stem)
def test_a_style_sheet_lives_in_a_layer_and_fights_nobody(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)

    assert text.lstrip().startswith("@layer")
    assert "!important" not in text
    assert not re.search(r"(^|[\s,>+~(])#[a-z][\w-]*[^;{}]*\{", text)  # no rule by id


@pytest.mark.parametrize(
    "path", [p for p in sources("css") if p.stem != "tokens"], ids=lambda path: path.stem
)
def test_colours_are_named_in_the_tokens_and_nowhere_else(path: Path) -> None:
    assert not re.search(r"#[0-9a-f]{3,8}\b|\b(rgb|hsl|oklch|light-dark)\(|--rice|--leaf|--chilli|--saffron|--plum",
                         path.read_text("utf-8"))  # fmt: skip


@pytest.mark.parametrize("path", sources("css"), ids=lambda path: path.stem)
def test_every_variable_that_is_used_is_set_somewhere(path: Path) -> None:
    everything = "".join(source.read_text("utf-8") for source in sources("css"))
    used = set(re.findall(r"var\((--[\w-]+)\)", path.read_text("utf-8")))

    assert used <= set(re.findall(r"(--[\w-]+):", everything))


@pytest.mark.parametrize("path", sources("js"), ids=lambda path: path.stem)
def test_a_script_is_one_small_behaviour(path: Path) -> None:
    text = path.read_text("utf-8")

    assert text.startswith("//")
    assert len(text.splitlines()) < 80
    assert not re.search(r"innerHTML|insertAdjacentHTML|\beval\b|new Function", text)
