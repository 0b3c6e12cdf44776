"""
The allow-list: what may stand in a page although a model, or somebody through a model, wrote it.

The renderer makes nothing else, so on a good day this changes only links. It is the wall behind the wall: should a
rule or a library above ever let markup through, no `id`, `style`, handler, `hx-*`, form or foreign picture passes.
htmx makes that wall necessary: it acts on attributes anywhere in swapped content, even inside `hx-ignore`.
"""

import nh3

from studio.markdown.highlight import CLASSES as HIGHLIGHT_CLASSES

TAGS = frozenset(
    "p br hr em strong s code pre blockquote ul ol li table thead tbody tr th td h3 h4 h5 h6 a span div".split()
)
SCHEMES = frozenset({"http", "https", "mailto"})
CLASSES = {
    "span": HIGHLIGHT_CLASSES | {"math", "math--display"},
    "div": frozenset({"code", "code__bar", "math", "table-scroll", "plain"}),
    "th": frozenset({"left", "center", "right"}),
    "td": frozenset({"left", "center", "right"}),
    "ul": frozenset({"contains-task-list"}),
    "ol": frozenset({"contains-task-list"}),
    "li": frozenset({"task-list-item"}),
}
ATTRIBUTES = {"a": frozenset({"href"}), "ol": frozenset({"start"})}
FIXED = {
    "pre": {"tabindex": frozenset({"0"})},
    "div": {"tabindex": frozenset({"0"}), "role": frozenset({"group"}), "aria-label": frozenset({"Table"})},
}
LINK_REL = "noopener noreferrer nofollow ugc"

_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    tag_attribute_values=FIXED,
    allowed_classes=CLASSES,
    set_tag_attribute_values={"a": {"target": "_blank"}},
    link_rel=LINK_REL,
    url_schemes=SCHEMES,
    url_relative="deny",
    clean_content_tags={"script", "style"},
    generic_attribute_prefixes=set(),
    strip_comments=True,
)


def sanitise(html: str) -> str:
    """HTML of which only the allow-list is left; the text of removed elements stays, but for script and style."""
    return _CLEANER.clean(html)
