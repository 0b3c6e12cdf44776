"""A conversation too long for one page: its end, and the way back to its beginning."""

from tests.support.html import Html
from tests.support.talking import Begun, Talk


class TestEarlierMessages:
    def test_a_long_conversation_shows_its_end_and_a_way_to_the_rest(self, talk: Talk, long: Begun) -> None:
        page = talk.page(talk.alice, long)

        shown = [message["id"] for message in page.all(".transcript > .message")]
        link = page.one(".transcript__earlier a")
        assert len(shown) == 40
        assert shown[-1] == f"m-{long.answer_id}"

        earlier = Html(talk.alice.get(link["hx-get"]).text)
        before = [message["id"] for message in earlier.all(".message")]
        assert len(before) == 40
        assert not set(before) & set(shown)
        assert link["href"] == f"/chat/{long.conversation_id}?before={shown[0].removeprefix('m-')}"

    def test_going_back_page_by_page_reaches_the_first_question_once(self, talk: Talk, long: Begun) -> None:
        page = talk.page(talk.alice, long)
        seen: list[str] = []
        while True:
            seen = [message["id"] for message in page.all(".message")] + seen
            links = page.all(".transcript__earlier a")
            if not links:
                break
            page = Html(talk.alice.get(links[0]["hx-get"]).text)

        assert len(seen) == len(set(seen)) == 300
        first = talk.alice.get(f"/fragments/messages/{seen[0].removeprefix('m-')}").text
        assert "Question 0?" in first

    def test_without_scripts_an_earlier_page_is_a_page(self, talk: Talk, long: Begun) -> None:
        link = talk.page(talk.alice, long).one(".transcript__earlier a")
        query = link["href"].partition("?")[2]

        page = Html(talk.alice.get(f"{long.url}?{query}").text)

        assert len(page.all(".message")) == 40
        assert page.all("[aria-busy]") == []
