"""The allow-list a second time, on purpose: a slip in the sanitiser's own list must not loosen its tests."""

import re
from html.parser import HTMLParser

TAGS = set(
    "p br hr em strong s code pre blockquote ul ol li table thead tbody tr th td h3 h4 h5 h6 a span div".split()
)
VOID = {"br", "hr"}
HIGHLIGHT = {
    "hl-comment", "hl-keyword", "hl-string", "hl-escape", "hl-number", "hl-name", "hl-builtin", "hl-deleted",
    "hl-inserted", "hl-heading",
}  # fmt: skip
CLASSES = {
    "div": {"code", "code__bar", "math", "table-scroll", "plain"},
    "span": {"math", "math--display"} | HIGHLIGHT,
    "th": {"left", "center", "right"},
    "td": {"left", "center", "right"},
    "ul": {"contains-task-list"},
    "ol": {"contains-task-list"},
    "li": {"task-list-item"},
}
EXACT = {
    ("pre", "tabindex"): "0",
    ("div", "tabindex"): "0",
    ("div", "role"): "group",
    ("div", "aria-label"): "Table",
    ("a", "target"): "_blank",
    ("a", "rel"): "noopener noreferrer nofollow ugc",
}


class _Watch(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.complaints: list[str] = []
        self.text: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in TAGS:
            self.complaints.append(f"element {tag}")
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            self._attribute(tag, name, value or "")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name == "class":
            allowed = set(value.split()) <= CLASSES.get(tag, set())
        elif (tag, name) == ("a", "href"):
            allowed = re.match(r"(https?://[^/\s]|mailto:)", value, re.IGNORECASE) is not None
        elif (tag, name) == ("ol", "start"):
            allowed = value.isdecimal()
        else:
            allowed = EXACT.get((tag, name)) == value
        if not allowed:
            self.complaints.append(f"{tag} {name}={value!r}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.complaints.append(f"unbalanced </{tag}>")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.complaints.append(f"comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        self.complaints.append(f"declaration {decl!r}")

    def handle_pi(self, data: str) -> None:
        self.complaints.append(f"instruction {data!r}")

    def unknown_decl(self, data: str) -> None:
        self.complaints.append(f"declaration {data!r}")


def complaints_about(html: str) -> list[str]:
    """What in the HTML is not on the allow-list, or not well nested; empty is good."""
    watch = _Watch()
    watch.feed(html)
    watch.close()
    return watch.complaints + [f"left open <{tag}>" for tag in watch.open]


def text_of(html: str) -> str:
    """What a reader sees, entities resolved."""
    watch = _Watch()
    watch.feed(html)
    watch.close()
    return "".join(watch.text)


def tags_of(html: str) -> list[str]:
    watch = _Watch()
    watch.feed(html)
    watch.close()
    return watch.tags
