"""A growing answer as HTML: every block once, wherever a reader comes in; and what is sent is well-formed."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from studio.chat.growing import GrowingBlocks, blocks_of, grown
from studio.chat.progressive import Writer
from studio.chat.streams import BYTES_PER_SECOND, MOST_SECONDS_BETWEEN, html_events, pace, sse
from studio.errors import Missing
from studio.generations.generation import Generation, State
from studio.generations.live import Live
from studio.generations.said import Piece, Said
from studio.html import Page, make_environment
from studio.ids import new_id
from studio.markdown import render_markdown
from studio.moments import now

from tests.support.html import Html
from tests.support.safe_html import complaints_about
from tests.support.sse import messages_of

ANSWER = (
    "# Plates\n\nThey **stack**, because:\n\n- round\n- flat\n  - and <b>even</b>\n\nThen:\n\n"
    "```python\nprint('x')\n\n\nprint('y')\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n$$\nx^2\n$$\n\n> so\n\nThe end"
)
FRAGMENTS = st.sampled_from(
    ["a", "b c", "\n", "\n\n", "- ", "1. ", "  ", "> ", "```\n", "```", "# ", "---", "| a | b |\n|---|---|\n", "$$",
     "**", "\r\n", "\r", "<b>", "</div>", "&amp;", "<!--", "-->", "é", "\U0001f37d", "\x00", "`", "Words.\n\n"]
)  # fmt: skip
TEXTS = st.lists(FRAGMENTS, max_size=40).map("".join)
SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(make_environment(), {})


def cut(text: str, sizes: list[int], thoughts: str = "") -> list[Piece]:
    """The text in numbered pieces of these sizes, over and over; first the thoughts."""
    parts, position, turn = [], 0, 0
    while position < len(text):
        step = sizes[turn % len(sizes)]
        parts.append(text[position : position + step])
        position, turn = position + step, turn + 1
    pieces = [Piece(1, "", thoughts)] if thoughts else []
    return pieces + [Piece(len(pieces) + number, part, "") for number, part in enumerate(parts, 1)]


def said(pieces: list[Piece]) -> Said:
    found = Said()
    for piece in pieces:
        found.append(piece.text, piece.reasoning)
    return found


def live_of(pieces: list[Piece], *, is_over: bool = True) -> Live:
    live = Live(
        Generation(
            new_id(),
            new_id(),
            "text",
            State.RUNNING,
            new_id(),
            "Acme",
            "acme/chat-1",
            "Why?",
            {},
            False,
            now(),
        )
    )
    live.pieces = said(pieces)
    live.is_over = is_over
    return live


@given(TEXTS, SIZES)
@settings(max_examples=50, deadline=None)
def test_a_reader_who_comes_back_at_any_number_gets_exactly_the_missing_blocks(
    text: str, sizes: list[int]
) -> None:
    pieces = cut(text, sizes)
    whole = GrowingBlocks()
    whole.take(pieces)

    for seen in range(len(pieces) + 1):
        page = GrowingBlocks()
        page.take(pieces[:seen])

        assert page.closed + whole.closed[whole.closed_after(seen) :] == whole.closed


@given(TEXTS, SIZES, SIZES)
@settings(max_examples=40, deadline=None)
def test_how_the_answer_was_cut_does_not_matter(text: str, sizes: list[int], others: list[int]) -> None:
    first, second = GrowingBlocks(), GrowingBlocks()
    first.take(cut(text, sizes))
    second.take(cut(text, others))

    assert (first.closed, first.tail) == (second.closed, second.tail)


@given(TEXTS, SIZES, st.sampled_from(["", "Hm <b>", "a\n\nb"]))
@settings(max_examples=40, deadline=None)
def test_what_is_written_progressively_is_well_formed_and_whole(
    text: str, sizes: list[int], thoughts: str
) -> None:
    pieces = cut(text, sizes, thoughts)
    writer, blocks = Writer(), GrowingBlocks()
    blocks.take(pieces)

    html = "".join(writer.write(piece) for piece in pieces) + writer.close()

    assert not [found for found in complaints_about(html) if found.startswith(("unbalanced", "left open"))]
    page = Html(html)
    finished = "".join(blocks.closed)
    if blocks.tail:
        finished += f'<div class="block">{blocks.tail_html}</div>'
    shown = [element.text for element in page.all(".block")]
    assert shown == [element.text for element in Html(finished).all(".block")]
    assert len(page.all("details")) == (1 if thoughts else 0)


@given(TEXTS, SIZES)
@settings(max_examples=40, deadline=None)
def test_every_beginning_of_the_progressive_page_shows_every_word_so_far(text: str, sizes: list[int]) -> None:
    """Blocks that are finished, and behind the last of them, as plain text, whatever came after it."""
    writer, blocks, sent = Writer(), GrowingBlocks(), ""
    for piece in cut(text, sizes):
        sent += writer.write(piece)
        blocks.take([piece])
        page = Html(sent)

        assert len(page.all(".block")) == len(blocks.closed)
        assert page.all(".raw")[-1].text == Html(f"<p>{Markup.escape(blocks.tail)}</p>").one(
            "p"
        ).text.replace("\x00", "\ufffd")


def test_the_whole_answer_is_shown_as_if_it_had_come_at_once() -> None:
    blocks = GrowingBlocks()
    blocks.take(cut(ANSWER, [3]))

    assert len(blocks.closed) > 6
    shown = Html("".join(blocks.closed) + str(blocks.tail_html)).text
    assert shown == Html(render_markdown(ANSWER)).text


def test_thoughts_between_words_do_not_break_the_page() -> None:
    writer = Writer()
    pieces = [
        Piece(1, "", "Hm"),
        Piece(2, "Yes", ""),
        Piece(3, "", "But"),
        Piece(4, ".", ""),
    ]

    html = "".join(writer.write(piece) for piece in pieces) + writer.close()

    assert Html(html).one("details").text == "Thinking Hm"
    assert Html(html).one(".block").text == "Yes."
    assert Html(html).one(".raw").text == "Yes."


def test_an_answer_without_a_word_writes_nothing() -> None:
    assert Writer().close() == ""


@pytest.mark.anyio
async def test_a_page_and_the_stream_behind_it_share_their_number() -> None:
    pieces = cut(ANSWER, [5])
    live = live_of(pieces[:20])

    shown = grown(live)
    live.pieces = said(pieces)
    rest = blocks_of(live)

    assert shown.last_piece == 20
    assert str(shown.closed) + "".join(rest.closed[rest.closed_after(20) :]) == "".join(rest.closed)


class TestTheStreamOfPartials:
    pytestmark = pytest.mark.anyio

    async def read(self, live: Live, page: Page, after: int = 0) -> list[tuple[str | None, Html]]:
        """(id, html) of each message but the last two, which are the whole message and the end."""
        found = messages_of(b"".join([chunk async for chunk in self.events(live, page, after)]))
        assert [message.event for message in found][-1] == "done"
        assert "the whole message" in found[-2].data
        return [(message.id, Html(message.data)) for message in found[:-2]]

    def events(self, live: Live, page: Page, after: int) -> AsyncIterator[bytes]:
        return html_events(live, new_id(), after, page, lambda: Markup("<p>the whole message</p>"))

    async def test_resumed_at_any_number_it_brings_every_block_once(self, page: Page) -> None:
        pieces = cut(ANSWER, [11])
        whole = GrowingBlocks()
        whole.take(pieces)

        for after in range(len(pieces)):
            before = GrowingBlocks()
            before.take(pieces[:after])
            ((number, html),) = await self.read(live_of(pieces), page, after)

            blocks = [element.text for element in html.all(".block")]
            assert [Html(block).text for block in before.closed] + blocks == [
                Html(block).text for block in whole.closed
            ]
            assert number == str(len(pieces))
            assert html.one('[hx-target$="-tail"]').text == Html(str(whole.tail_html)).text

    async def test_at_the_last_number_only_the_end_is_missing(self, page: Page) -> None:
        pieces = cut(ANSWER, [11])

        assert await self.read(live_of(pieces), page, len(pieces)) == []

    async def test_thoughts_open_their_place_once_and_then_only_grow(self, page: Page) -> None:
        pieces = [Piece(1, "", "First "), Piece(2, "", "second"), Piece(3, "Word", "")]

        ((_, from_the_start),) = await self.read(live_of(pieces), page)
        ((_, later),) = await self.read(live_of(pieces), page, 1)
        ((_, words_only),) = await self.read(live_of(pieces), page, 2)

        assert from_the_start.one("details").text == "Thinking First second"
        assert later.all("details") == []
        assert later.one('[hx-target$="-reasoning"]').text == "second"
        assert words_only.all('[hx-target$="-reasoning"], [hx-target$="-thinking"]') == []

    async def test_line_ends_of_every_kind_stay_inside_their_message(self, page: Page) -> None:
        pieces = [Piece(1, "```\none\rtwo\r\nthree\n", "a\rb")]

        ((_, html),) = await self.read(live_of(pieces), page)

        assert html.one("details").text == "Thinking a b"
        assert html.one('[hx-target$="-tail"]').text == "one two three"

    async def test_a_notice_is_shown_while_nothing_is_said(self, page: Page) -> None:
        live = live_of([], is_over=False)
        live.announce("The provider is busy.")
        stream = self.events(live, page, 0)

        assert (await anext(stream)).startswith(b":")
        html = Html(messages_of(await anext(stream))[0].data)
        assert html.one('[hx-target$="-notice"]').text == "The provider is busy."
        await stream.aclose()  # type: ignore[attr-defined]

    async def test_a_process_that_ends_sends_no_end(self, page: Page) -> None:
        live = live_of([], is_over=False)
        live.is_closing = True

        assert [chunk async for chunk in self.events(live, page, 0)] == []

    async def test_what_was_deleted_meanwhile_ends_without_a_message(self, page: Page) -> None:
        def gone() -> Markup:
            raise Missing

        chunks = [chunk async for chunk in html_events(live_of([]), new_id(), 0, page, gone)]

        assert b"".join(chunks) == b"event: done\ndata: end\n\n"

    async def test_two_watchers_see_the_same_and_one_leaving_harms_nobody(self, page: Page) -> None:
        live = live_of(cut(ANSWER, [40]), is_over=False)
        first, second = self.events(live, page, 0), self.events(live, page, 0)
        seen = [await anext(first), await anext(second)]

        await first.aclose()  # type: ignore[attr-defined]
        live.end()
        rest = b"".join([chunk async for chunk in second])

        assert len({Html(messages_of(chunk)[0].data).text for chunk in seen}) == 1
        assert rest.endswith(b"event: done\ndata: end\n\n")
        await asyncio.sleep(0)
        assert live.watchers == 0


@pytest.mark.parametrize(
    ("watchers", "seconds", "size", "pause"),
    [
        (1, 0.0004, 500, 0.05),
        (256, 0.0004, 500, 256 * 0.0004 / 0.2),
        (1, 0.05, 500, 0.25),
        (1, 0.0004, 40_000, 40_000 / BYTES_PER_SECOND),
        (10_000, 1.0, 10**9, MOST_SECONDS_BETWEEN),
    ],
)
def test_the_pause_grows_with_what_a_rendering_costs(
    watchers: int, seconds: float, size: int, pause: float
) -> None:
    assert pace(watchers, seconds, size) == pytest.approx(pause)


def test_a_message_without_a_number_has_no_id() -> None:
    assert sse("a\nb", None) == b"data: a\ndata: b\n\n"
    assert sse("a", 7) == b"id: 7\ndata: a\n\n"
