"""Markdown tokens to the few HTML elements and classes that the sanitiser lets through."""

import re
from collections.abc import Sequence
from typing import Any

from markdown_it.common.utils import escapeHtml, mdTrim, unescapeAll
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from studio.markdown.highlight import highlight
from studio.markdown.plain import with_visible_directions

# An answer stands below the page's and the message's own headings.
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}
_ALIGNMENTS = {"text-align:left": "left", "text-align:center": "center", "text-align:right": "right"}
_LANGUAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9+#._-]{0,29}")

Tokens = Sequence[Token]


class Elements(RendererHTML):
    """Every method is the rule for the token type of its name; markdown-it finds them by that."""

    def heading_open(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<{_heading(tokens[idx])}>"

    def heading_close(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"</{_heading(tokens[idx])}>\n"

    def fence(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        language = _LANGUAGE.fullmatch(mdTrim(unescapeAll(tokens[idx].info)).partition(" ")[0])
        return _code(tokens[idx].content, language.group() if language else "", env)

    def code_block(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        return _code(tokens[idx].content, "", env)

    def code_inline(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<code>{escapeHtml(with_visible_directions(tokens[idx].content))}</code>"

    def math_block(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        return f'<div class="math">{escapeHtml(tokens[idx].content)}</div>\n'

    def math_inline(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        return f'<span class="math">{escapeHtml(tokens[idx].content)}</span>'

    def math_inline_display(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        return f'<span class="math math--display">{escapeHtml(tokens[idx].content)}</span>'

    def link_open(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        env["is_in_link"] = True
        return f'<a href="{escapeHtml(str(tokens[idx].attrGet("href")))}">'

    def link_close(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        env["is_in_link"] = False
        return "</a>"

    def image(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """A picture from elsewhere is never loaded (it would report its reader); the reader may follow a link."""
        alternative = self.renderInlineAsText(tokens[idx].children, options, env).strip()
        label = escapeHtml(f"image: {alternative}" if alternative else "image")
        if env.get("is_in_link"):
            return label
        return f'<a href="{escapeHtml(str(tokens[idx].attrGet("src")))}">{label}</a>'

    def table_open(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        return '<div class="table-scroll" tabindex="0" role="group" aria-label="Table"><table>\n'

    def table_close(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</table></div>\n"

    def th_open(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        return _cell("th", tokens[idx])

    def td_open(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        return _cell("td", tokens[idx])

    def list_item_open(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        opening = self.renderToken(tokens, idx, options, env)
        checked: Any = tokens[idx].meta.get("checked")
        return opening if checked is None else opening + ("☑ " if checked else "☐ ")


def outline(tokens: Tokens) -> None:
    """Give each heading the level right below the one that it stands under: from h3 on, and none is skipped."""
    above: list[str] = []
    for token in tokens:
        if token.type == "heading_open":
            while above and above[-1] >= token.tag:
                above.pop()
            above.append(token.tag)
        if token.type in ("heading_open", "heading_close"):
            token.meta["level"] = f"h{min(2 + len(above), 6)}"


def _heading(token: Token) -> str:
    return str(token.meta.get("level") or _HEADINGS[token.tag])


def _code(content: str, language: str, env: EnvType) -> str:
    bar = f'<div class="code__bar">{escapeHtml(language)}</div>' if language else ""
    body = highlight(with_visible_directions(content), language, env)
    return f'<div class="code">{bar}<pre tabindex="0"><code>{body}</code></pre></div>\n'


def _cell(tag: str, token: Token) -> str:
    """A header or body cell; the alignment becomes a class, since `style` is forbidden on every page."""
    alignment = _ALIGNMENTS.get(str(token.attrGet("style")))
    return f'<{tag} class="{alignment}">' if alignment else f"<{tag}>"
