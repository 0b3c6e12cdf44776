"""Markdown as a person reads it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from studio.markdown import render_markdown

from tests.support.safe_html import text_of

BACKEND = Path(__file__).parents[3] / "backend"
LINK = 'target="_blank" rel="noopener noreferrer nofollow ugc"'


def test_headings_stand_below_those_of_the_page() -> None:
    assert render_markdown("# A\n\n## B\n\n###### C") == "<h3>A</h3>\n<h4>B</h4>\n<h6>C</h6>\n"


@pytest.mark.parametrize(
    ("written", "levels"),
    [
        ("## A\n\n### B\n\n## C", "h3 h4 h3"),
        ("# A\n\n#### B\n\n## C\n\n### D", "h3 h4 h4 h5"),
        ("### A\n\n# B\n\n- ## C\n\n> ###### D", "h3 h3 h4 h5"),
        ("# 1\n\n## 2\n\n### 3\n\n#### 4\n\n##### 5\n\n###### 6", "h3 h4 h5 h6 h6 h6"),
        ("Plain", ""),
    ],
)
def test_the_headings_of_a_whole_text_skip_no_level(written: str, levels: str) -> None:
    html = render_markdown(written, is_outlined=True)

    assert re.findall(r"<(h\d)>", html) == re.findall(r"</(h\d)>", html) == levels.split()


def test_links_leave_without_a_trace() -> None:
    assert (
        render_markdown("[a](https://ok.example/x)")
        == f'<p><a href="https://ok.example/x" {LINK}>a</a></p>\n'
    )


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://ok.example/a.", "https://ok.example/a"),
        ("(https://ok.example/a)", "https://ok.example/a"),
        ("https://ok.example/a_(b)", "https://ok.example/a_(b)"),
        ("**https://ok.example/a**", "https://ok.example/a"),
        ("https://ok.example/?q=1&r=2!", "https://ok.example/?q=1&amp;r=2"),
        ("Source: http://ok.example", "http://ok.example"),
    ],
)
def test_an_address_in_the_text_becomes_a_link_without_its_punctuation(text: str, address: str) -> None:
    assert f'<a href="{address}" {LINK}>{address}</a>' in render_markdown(text)


@pytest.mark.parametrize(
    "text", ["xhttps://ok.example", "https://", "`https://ok.example`", "git+https://ok.example"]
)
def test_what_only_looks_like_an_address_stays_text(text: str) -> None:
    assert "<a " not in render_markdown(text)


def test_a_picture_from_elsewhere_is_offered_and_not_loaded() -> None:
    html = render_markdown("![a cat](https://pictures.example/cat.png)")

    assert html == f'<p><a href="https://pictures.example/cat.png" {LINK}>image: a cat</a></p>\n'


def test_a_picture_inside_of_a_link_does_not_nest_links() -> None:
    html = render_markdown("[![a cat](https://pictures.example/cat.png)](https://ok.example)")

    assert html == f'<p><a href="https://ok.example" {LINK}>image: a cat</a></p>\n'


def test_code_is_coloured_scrolls_by_keyboard_and_names_its_language() -> None:
    html = render_markdown("```python\nprint('a') # b\n```")

    assert html.startswith('<div class="code"><div class="code__bar">python</div><pre tabindex="0"><code>')
    assert '<span class="hl-builtin">print</span>' in html
    assert text_of(html).strip() == "pythonprint('a') # b"


@pytest.mark.parametrize("language", ["", "klingon", "../../etc/passwd", "python.lexers:evil"])
def test_code_in_an_unknown_language_is_plain(language: str) -> None:
    html = render_markdown(f"```{language}\na < b\n```")

    assert '<pre tabindex="0"><code>a &lt; b\n</code></pre>' in html


def test_very_long_code_is_whole_and_plain() -> None:
    code = "a = 1\n" * 5_000

    html = render_markdown(f"```python\n{code}```")

    assert "hl-" not in html
    assert text_of(html).strip() == "python" + code.strip()


def test_each_language_offered_exists_and_gives_back_every_character() -> None:
    from studio.markdown.highlight import highlight
    from studio.markdown.languages import LEXERS

    code = "def f(a):  # b\n\treturn \"x\\n\" + 'y' <tag a=1> /* é */\n\n"

    wrong = [name for name in LEXERS if text_of(highlight(code, name, {})) != code]

    assert wrong == []


def test_tables_scroll_and_align_by_class() -> None:
    html = render_markdown("| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 | 3 |")

    assert html.startswith('<div class="table-scroll" tabindex="0" role="group" aria-label="Table"><table>')
    assert '<td class="left">1</td>\n<td class="center">2</td>\n<td class="right">3</td>' in html
    assert "style" not in html


def test_tasks_are_marks_and_not_controls() -> None:
    html = render_markdown("- [x] bake\n- [ ] eat")

    assert '<li class="task-list-item">☑ bake</li>\n<li class="task-list-item">☐ eat</li>' in html


def test_strikethrough_and_soft_breaks() -> None:
    assert render_markdown("~~a~~\nb") == "<p><s>a</s>\nb</p>\n"


@pytest.mark.parametrize(
    ("text", "mathematics"),
    [
        ("so $a_1 * b_1 * c$ is", '<span class="math">a_1 * b_1 * c</span>'),
        ("so \\(a_1 * b * c\\) is", '<span class="math">a_1 * b * c</span>'),
        ("so \\[a < b\\] is", '<span class="math math--display">a &lt; b</span>'),
        ("so $$a < b$$ is", '<span class="math math--display">a &lt; b</span>'),
        ("$$\na_1\n$$", '<div class="math">a_1</div>'),
        ("\\[\na_1 \\\\\n\\]", '<div class="math">a_1 \\\\</div>'),
        ("$$x = y$$", '<div class="math">x = y</div>'),
        (
            "As follows:\n\\[\nx\n\\]\nand so on",
            '<p>As follows:</p>\n<div class="math">x</div>\n<p>and so on</p>',
        ),
        ("$$\\begin{aligned}\n- a &= b\n\\end{aligned}$$", "- a &amp;= b"),
        ("> $$\n> x\n> $$", '<div class="math">x</div>'),
        ("1. step\n   $$\n   x\n   $$\n2. next", '<div class="math">x</div>'),
        ("$5$", '<span class="math">5</span>'),
        ("$\\$5$", '<span class="math">\\$5</span>'),
    ],
)
def test_mathematics_is_kept_as_it_was_written(text: str, mathematics: str) -> None:
    assert mathematics in render_markdown(text)


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $10",
        "costs $5/$10 or $5-$10",
        "US$5 or US$ 10, A$7",
        "$HOME and $PATH, $HOME/$USER/x",
        "$5 for me, and for you 6$",
        "a $ b $ c",
        "\\$x\\$",
        "$$",
        "`$x$`",
        "\\[a\\](https://ok.example)",
        "$$ is the process, $$\\ nothing",
    ],
)
def test_money_and_shell_variables_are_not_mathematics(text: str) -> None:
    assert "math" not in render_markdown(text)


def test_the_highlighter_is_loaded_by_the_first_code_it_knows() -> None:
    code = (
        "import sys, studio.markdown as m; m.render_markdown('*a*\\n\\n```klingon\\nx\\n```');"
        "before = 'pygments.lexers.python' in sys.modules; m.render_markdown('```python\\nx\\n```');"
        "print(before, 'pygments.lexers.python' in sys.modules)"
    )

    run = subprocess.run(
        [sys.executable, "-c", code], cwd=BACKEND, check=True, timeout=60, capture_output=True
    )

    assert run.stdout.split() == [b"False", b"True"]
