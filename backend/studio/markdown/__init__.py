"""
Text that nobody vouches for, made fit for a page.

`render_markdown` is the one door from model output to HTML; `BlockSplitter` says which parts of a growing answer
may already go through it, and `render_tail` shows the rest meanwhile; `escape_tail`, `title_from` and
`excerpt_from` are for text that stays text.
"""

from studio.markdown.blocks import BlockSplitter, closed_blocks
from studio.markdown.plain import escape_tail, excerpt_from, title_from
from studio.markdown.render import render_markdown, render_tail

__all__ = [
    "BlockSplitter",
    "closed_blocks",
    "escape_tail",
    "excerpt_from",
    "render_markdown",
    "render_tail",
    "title_from",
]
