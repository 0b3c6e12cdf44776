"""
Our own style sheets and scripts, each kind joined into one file whose name carries its content's hash.

Nothing is compiled: the files stay valid CSS and JavaScript, are joined in a fixed order, and lose their comments
and indentation. A page without the build works all the same, it only stands there undressed.
"""

import hashlib
import json
import re
from pathlib import Path

STYLES = tuple(
    "reset tokens base layout controls surfaces prose highlight chat composer gallery images videos utilities".split()
)
MANIFEST = "manifest.json"

_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_STRING = re.compile(r'("[^"\n]*")')
_JS_COMMENT_LINE = re.compile(r"^\s*//.*$", re.MULTILINE)
_JS_COMMENT_BLOCK = re.compile(r"^\s*/\*\*?.*?\*/\s*$", re.DOTALL | re.MULTILINE)


def build_styles(static_dir: Path) -> tuple[str, str]:
    """Join css/*.css in the order of STYLES into built/; returns ("app.css", "app.<hash>.css")."""
    folder = static_dir / "css"
    _refuse_strays({path.stem for path in folder.glob("*.css")}, set(STYLES), folder)
    joined = "".join(squeeze_css((folder / f"{name}.css").read_text("utf-8")) for name in STYLES)
    return publish(static_dir, "app.css", joined)


def build_scripts(static_dir: Path) -> tuple[str, str]:
    """
    Join js/*.js by name into built/; returns ("app.js", "app.<hash>.js").

    Each file becomes a block of its own. Strict, because a sloppy script hoists a block's functions to `window`.
    """
    sources = sorted((static_dir / "js").glob("*.js"))
    blocks = ("{" + squeeze_js(path.read_text("utf-8")) + "}\n" for path in sources)
    return publish(static_dir, "app.js", '"use strict";\n' + "".join(blocks))


def publish(static_dir: Path, logical: str, text: str) -> tuple[str, str]:
    """
    Write `text` as built/<stem>.<hash><suffix>, drop its older versions, and enter it in built/manifest.json.

    The manifest maps logical names to file names; entries of other builders stay. Each file appears whole or not.
    """
    built = static_dir / "built"
    built.mkdir(parents=True, exist_ok=True)
    stem, suffix = logical.rsplit(".", 1)
    name = f"{stem}.{hashlib.sha256(text.encode()).hexdigest()[:12]}.{suffix}"
    _replace(built / name, text)
    manifest = built / MANIFEST
    entries = json.loads(manifest.read_text("utf-8")) if manifest.exists() else {}
    older = entries.get(logical)
    _replace(manifest, json.dumps(entries | {logical: name}, indent=2, sort_keys=True) + "\n")
    if older and older != name:
        (built / older).unlink(missing_ok=True)
    return logical, name


def squeeze_css(text: str) -> str:
    """The same rules without comments and needless white space; quoted strings stay as they are."""
    parts = _CSS_STRING.split(_CSS_COMMENT.sub("", text))
    return "".join(part if part.startswith('"') else _squeeze_css_part(part) for part in parts).strip()


def squeeze_js(text: str) -> str:
    """The same script without full-line comments and indentation; line ends stay, they can mean a semicolon."""
    without = _JS_COMMENT_LINE.sub("", _JS_COMMENT_BLOCK.sub("", text))
    return "\n".join(line.strip() for line in without.splitlines() if line.strip())


def _squeeze_css_part(part: str) -> str:
    part = re.sub(r"\s+", " ", part)
    part = re.sub(r"\s*([{};,])\s*", r"\1", part)
    # Not every colon: `a :hover` and `a:hover` differ, and only a declaration has its colon followed by a space.
    return part.replace(": ", ":").replace(";}", "}")


def _refuse_strays(found: set[str], expected: set[str], folder: Path) -> None:
    if found != expected:
        raise ValueError(f"{folder} and the order in styles.py differ in: {sorted(found ^ expected)}")


def _replace(path: Path, text: str) -> None:
    """Write beside and rename: a reader sees the old file or the new one, never a part."""
    draft = path.with_name(path.name + ".new")
    draft.write_text(text, "utf-8")
    draft.replace(path)
