"""What can be done with a conversation as a whole, and the list of them."""

from datetime import timedelta
from urllib.parse import unquote
from uuid import UUID, uuid4

import pytest
from studio.chat import store
from studio.chat.conversation import Conversation
from studio.ids import new_id
from studio.moments import now

from tests.support.html import Html
from tests.support.people import Caller
from tests.support.talking import HX, Begun, Talk


def titles(page: Html) -> list[str]:
    return [item.text for item in page.all(".conversation-list__item > a, .conversation-list__gone")]


def listed(talk: Talk, who: Caller, query: str = "", **headers: str) -> Html:
    answer = who.get(f"/fragments/conversations{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return Html(answer.text)


class TestRenaming:
    def test_the_form_holds_the_name(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice, "A <name>")

        page = Html(talk.alice.get(f"{begun.url}/title").text)

        assert page.one('[name="title"]')["value"] == "A <name>"
        assert page.one("form")["action"] == f"{begun.url}/title"
        assert Html(talk.alice.get(f"{begun.url}?rename=1").text).one("#conversation-header [name=title]")

    def test_a_new_name_is_in_header_title_and_list_with_a_word_about_it(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        answer = talk.alice.post(f"{begun.url}/title", data={"title": "  Soup\n & <stew> "}, headers=HX)

        page = Html(answer.text)
        assert page.one("#conversation-header h1").text == "Soup & <stew>"
        assert page.one("title").text.startswith("Soup & <stew>")
        assert "Soup & <stew>" in titles(page)
        assert page.one('[hx-target="#toasts"]').text == "Renamed."
        assert unquote(answer.headers["Studio-Note"]) == "Renamed."
        assert answer.headers["Studio-Page"] == f"/chat/{begun.conversation_id}"

    @pytest.mark.parametrize("name", ["", "  \n ", "x" * 121])
    def test_a_name_that_does_not_fit_comes_back_with_a_sentence(self, talk: Talk, name: str) -> None:
        begun = talk.talked(talk.alice)

        answer = talk.alice.post(f"{begun.url}/title", data={"title": name}, headers=HX)

        page = Html(answer.text)
        assert answer.status_code == 422
        assert answer.headers["HX-Retarget"] == "#conversation-header"
        assert page.one(".field__error").text == "A name has 1 to 120 characters."
        assert page.one('[name="title"]')["value"] == name
        assert page.one("[aria-invalid]")["name"] == "title"

    def test_without_htmx_the_form_is_aimed_at_nothing_and_so_becomes_the_page(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        answer = talk.alice.post(f"{begun.url}/title", data={"title": ""})

        assert answer.status_code == 422
        assert "HX-Retarget" not in answer.headers

    def test_a_name_of_exactly_the_limit_fits(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        assert talk.alice.post(f"{begun.url}/title", data={"title": "x" * 120}).status_code == 200


class TestKeeping:
    def test_a_pinned_one_comes_first_and_can_be_let_go(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice, "Pin this soup")

        pinned = Html(talk.alice.post(f"{begun.url}/pin", data={"value": "set"}, headers=HX).text)
        unpinned = Html(talk.alice.post(f"{begun.url}/pin", data={"value": "remove"}, headers=HX).text)

        assert pinned.all("h2")[0].text == "Pinned"
        assert titles(pinned)[0] == "Pin this soup"
        assert pinned.one(f'form[action="{begun.url}/pin"] [name=value]')["value"] == "remove"
        assert "Pinned" not in [heading.text for heading in unpinned.all("h2")]
        assert unpinned.one(f'form[action="{begun.url}/pin"] [name=value]')["value"] == "set"

    def test_an_archived_one_leaves_the_list_and_comes_back(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice, "Archive this soup")

        archived = Html(talk.alice.post(f"{begun.url}/archive", data={"value": "set"}, headers=HX).text)
        elsewhere = listed(talk, talk.alice, "?view=archived")
        back = Html(talk.alice.post(f"{begun.url}/archive", data={"value": "remove"}, headers=HX).text)

        assert "Archive this soup" not in titles(archived)
        assert titles(elsewhere) == ["Archive this soup"]
        assert "Archive this soup" in titles(back)

    def test_a_deleted_one_can_be_brought_back_and_nothing_else(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice, "Delete this soup")

        deleted = talk.alice.post(f"{begun.url}/deletion", data={"value": "set"}, headers=HX)
        while_deleted = [
            talk.alice.post(f"{begun.url}/{verb}").status_code
            for verb in ("pin", "archive", "title", "messages")
        ]
        shown = talk.alice.get(begun.url)
        in_the_bin = listed(talk, talk.alice, "?view=deleted")
        back = talk.alice.post(f"{begun.url}/deletion", data={"value": "remove"}, headers=HX)

        assert deleted.headers["HX-Retarget"] == "#conversation"
        assert "can be brought back for 30 days" in Html(deleted.text).text
        assert "Delete this soup" not in titles(Html(deleted.text))
        assert while_deleted == [404, 404, 404, 404]
        assert shown.status_code == 200
        assert Html(shown.text).one(f'form[action="{begun.url}/deletion"] [name=value]')["value"] == "remove"
        assert Html(shown.text).all(".message") == []
        assert "Delete this soup" in titles(in_the_bin)
        assert len(Html(back.text).all(".message")) == 2
        assert "Delete this soup" in titles(Html(back.text))

    def test_without_htmx_no_list_rides_along(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        answer = talk.alice.post(f"{begun.url}/pin", data={"value": "remove"})

        assert Html(answer.text).all('[hx-target="#conversations"]') == []
        assert unquote(answer.headers["Studio-Note"]) == "No longer pinned."


@pytest.fixture(scope="module")
def dora(talk: Talk) -> Caller:
    """Somebody with 130 conversations, ten of them about soup, one archived."""
    who = talk.join("dora@example.org", "Dora")
    moment, db = now(), talk.studio.db
    rows = []
    for number in range(130):
        at = moment - timedelta(minutes=number)
        title = f"Crème soup {number}" if number % 13 == 0 else f"Talk {number}"
        conversation = Conversation(new_id(), UUID(who.id), title, "m", "", {}, None, False, at, at)
        rows.append(store.add_conversation(conversation))
    db.write(*rows)
    store.set_archived(db, conversation.id, moment)
    return who


class TestTheList:
    def test_somebody_new_is_invited(self, talk: Talk) -> None:
        nobody = talk.join("edgar@example.org", "Edgar")

        assert "Nothing on your plate yet." in listed(talk, nobody).text
        assert "Nothing is archived." in listed(talk, nobody, "?view=archived").text
        assert "Nothing was deleted in the last 30 days." in listed(talk, nobody, "?view=deleted").text
        assert "Nothing found." in listed(talk, nobody, "?q=soup").text

    def test_htmx_gets_the_groups_alone(self, talk: Talk, dora: Caller) -> None:
        whole, groups = listed(talk, dora), listed(talk, dora, "", **HX)

        assert whole.one("#conversations #conversation-groups")
        assert groups.all("#conversations") == []
        assert titles(groups) == titles(whole)

    def test_page_by_page_every_conversation_comes_once(self, talk: Talk, dora: Caller) -> None:
        page, seen, pages = listed(talk, dora, "", **HX), [], 0
        while True:
            seen += titles(page)
            pages += 1
            links = page.all('a[hx-get*="more=1"]')
            if not links:
                break
            answer = dora.get(links[0]["hx-get"], headers=HX)
            page = Html(answer.text)
            assert page.all("#conversation-groups, .conversation-list__views") == [], "it stands inside them"

        assert pages == 3
        assert len(seen) == len(set(seen)) == 129

    def test_without_scripts_the_same_link_is_a_page(self, talk: Talk, dora: Caller) -> None:
        link = listed(talk, dora).one('a[hx-get*="more=1"]')

        older = listed(talk, dora, link["href"].removeprefix("/chat"))

        assert older.one("#conversations")
        assert titles(older)[0] == "Talk 60"

    def test_a_search_finds_words_without_case_and_accents(self, talk: Talk, dora: Caller) -> None:
        assert len(titles(listed(talk, dora, "?q=CREME+13", **HX))) == 1
        assert len(titles(listed(talk, dora, "?q=soup", **HX))) == 10
        assert titles(listed(talk, dora, "?q=%25", **HX)) == []

    def test_older_ones_of_a_search_are_of_that_search(self, talk: Talk, dora: Caller) -> None:
        link = listed(talk, dora, "?q=talk", **HX).one('a[hx-get*="more=1"]')

        older = Html(dora.get(link["hx-get"], headers=HX).text)

        assert titles(older)
        assert all(title.startswith("Talk") for title in titles(older))

    def test_what_was_searched_for_stays_in_the_field(self, talk: Talk, dora: Caller) -> None:
        assert listed(talk, dora, '?q="<b>').one("#conversation-search")["value"] == '"<b>'

    def test_an_unknown_view_is_the_open_one(self, talk: Talk, dora: Caller) -> None:
        assert titles(listed(talk, dora, "?view=nonsense")) == titles(listed(talk, dora))

    def test_the_current_one_is_marked(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        page = listed(talk, talk.alice, f"?current={begun.conversation_id}")

        assert page.one('[aria-current="page"]')["href"] == f"/chat/{begun.conversation_id}"

    @pytest.mark.parametrize("query", ["?before=yesterday", "?current=nonsense", "?more=perhaps"])
    def test_a_query_that_makes_no_sense_is_told_and_no_fault_of_ours(self, talk: Talk, query: str) -> None:
        answer = talk.alice.get(f"/fragments/conversations{query}")

        assert answer.status_code == 422
        assert Html(answer.text).one(".toast")["data-code"] == "invalid"

    def test_nobody_sees_the_list_of_others(self, talk: Talk, dora: Caller) -> None:
        assert "soup 13" not in listed(talk, talk.bob, "?q=soup").text

    def test_the_list_beside_a_change_offers_the_older_ones_too(self, talk: Talk, dora: Caller) -> None:
        begun = talk.talked(dora)

        answer = dora.post(f"{begun.url}/pin", data={"value": "set"}, headers=HX)

        assert Html(answer.text).one('a[hx-get*="more=1"]')


def test_the_conversation_page_names_itself(talk: Talk) -> None:
    begun = talk.talked(talk.alice, "Ünïcode & title")

    answer = talk.alice.get(begun.url)

    assert unquote(answer.headers["Studio-Title"]) == "Ünïcode & title"
    assert Html(answer.text).one("#conversation-header .facts").text == "Total free"


def test_earlier_messages_of_a_message_that_is_not_there_are_the_last(talk: Talk) -> None:
    begun: Begun = talk.talked(talk.alice)

    page = Html(talk.alice.get(f"{begun.url}/messages?before={uuid4()}").text)

    assert len(page.all(".message")) == 2
    assert talk.alice.get(f"{begun.url}/messages").status_code == 422
