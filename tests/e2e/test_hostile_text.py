"""
Hostile texts through everything that shows words of strangers: prompts, titles, names, and the answers of a model.

The watch on every page fails a test for any dialog, any script that was stopped by the content security policy and
any request to another host; so what is asked here is that the words are shown, and nothing was made of them.
"""

from collections.abc import Callable, Iterator
from urllib.parse import quote
from uuid import uuid4

import pytest
from markupsafe import escape
from playwright.sync_api import Locator, Page, expect

from tests.e2e.pages.chat import Chat
from tests.e2e.pages.conversations import Conversations
from tests.e2e.watching import Watch
from tests.support.echo_provider import EchoProvider
from tests.support.forms import cookie_of, post_form
from tests.support.services import PASSWORD, Services, register, running_services
from tests.support.xss_corpus import XSS_CORPUS

BATCH = 45
FORBIDDEN = (
    "script, style, iframe, object, embed, base, meta, link, video, audio, svg:not(.icon), math,"
    " form:not([action^='/fragments/'], [role=search]),"
    " [onerror], [onload], [onclick], [onmouseover], [onfocus], [ontoggle], [style], [srcdoc], [ping],"
    " [formaction]:not(#composer > .without-script > button),"
    " a[href^='javascript' i], a[href^='data:' i], a[href^='vbscript' i]"
)
INSIDE_AN_ANSWER = (
    f"{FORBIDDEN}, img, input:not([type=checkbox][disabled]),"
    " [id]:not([id^='m-']), [hx-get], [hx-post], [data-hx-get], [data-hx-post]"
)
BATCHES = ["\n\n".join(XSS_CORPUS[start : start + BATCH]) for start in range(0, len(XSS_CORPUS), BATCH)]
TITLES = [
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    "</title></textarea></style></noscript></script><img src=x onerror=alert(1)>",
    "{{7*7}} {% include '/etc/passwd' %}",
    '<hx-partial hx-target="body" hx-swap="innerHTML"><h1>taken over</h1></hx-partial>',
]


@pytest.fixture(scope="module")
def echoing(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A studio whose provider answers every question with the question itself."""
    with (
        EchoProvider() as provider,
        running_services(
            tmp_path_factory.mktemp("echoing"),
            AYCG_PROVIDER_BASE_URL=provider.address,
            AYCG_PROVIDER_API_KEY="any",
        ) as running,
    ):
        running.add_people()
        yield running


class TestEchoing:
    """The corpus as prompt, as title and as answer at once."""

    @pytest.fixture
    def base_url(self, echoing: Services) -> str:
        return echoing.address

    @pytest.fixture
    def page(self, open_browser: Callable[..., Page], echoing: Services) -> Page:
        page = open_browser()
        page.context.add_cookies([cookie_of(echoing.address, echoing.token("alice"))])
        return page

    @pytest.mark.parametrize("number", range(len(BATCHES)))
    def test_what_a_model_says_stays_words(self, page: Page, echoing: Services, number: int) -> None:
        chat = Chat(page)
        chat.begin("echo")
        chat.ask(BATCHES[number].replace("\x00", ""))

        expect(chat.answer.facts).to_be_visible()
        expect(harmful(chat.answer.body, INSIDE_AN_ANSWER)).to_have_count(0)
        expect(chat.answer.body).not_to_be_empty()
        expect(harmful(page.locator("body"), FORBIDDEN)).to_have_count(0)
        page.reload()
        expect(chat.answer.facts).to_be_visible()
        expect(harmful(chat.answer.body, INSIDE_AN_ANSWER)).to_have_count(0)
        expect(page.get_by_text("taken over").and_(page.locator("h1"))).to_have_count(0)
        expect(chat.composer.prompt).to_be_visible()


def harmful(place: Locator, selector: str) -> Locator:
    return place.locator(selector)


@pytest.mark.parametrize(("words", "scripts"), [*((words, True) for words in TITLES), (TITLES[0], False)])
def test_a_hostile_title_stays_words_everywhere(
    enter: Callable[..., Page], services: Services, begin: Callable[..., str], scripts: bool, words: str
) -> None:
    page = enter("alice", scripts=scripts)
    chat, title = Chat(page), f"{words} {uuid4().hex[:6]}"
    page.goto(begin("Harmless at first", "sandbox/sprinter") + "?live=1")
    expect(chat.answer.facts).to_be_visible()

    chat.rename(title)

    expect(chat.heading).to_have_text(title)
    expect(Conversations(page).entry(title)).to_be_visible()
    assert title in page.title()
    chat.choose_from_menu("Delete")
    expect(page.get_by_text("can be brought back for 30 days")).to_contain_text(title)
    Conversations(page).show("Deleted")
    expect(Conversations(page).list.get_by_text(title)).to_be_visible()


def test_a_hostile_answer_of_the_sandbox_stays_words(
    enter: Callable[..., Page], services: Services, begin: Callable[..., str], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    page.goto(begin("<img src=x onerror=alert(1)>", "sandbox/ugly-html") + "?live=1")
    chat = Chat(page)

    expect(chat.answer.facts).to_be_visible()

    expect(chat.answer.body).to_contain_text("Still here.")
    expect(chat.question.body).to_have_text("<img src=x onerror=alert(1)>")
    expect(harmful(chat.answer.body, INSIDE_AN_ANSWER)).to_have_count(0)
    expect(page.get_by_role("button", name="Win")).to_have_count(0)


def test_a_model_with_a_hostile_name_is_only_a_name(
    enter: Callable[..., Page], services: Services, scripts: bool
) -> None:
    chat = Chat(enter("alice", scripts=scripts))
    chat.begin("sandbox/ugly-hostile-name")
    if scripts:
        chat.composer.model.fill("hostile")
        expect(chat.composer.model_option("sandbox/ugly-hostile-name")).to_contain_text("<b onclick=")
        chat.composer.model.press("Escape")

    chat.ask("Who?")

    expect(chat.answer.author).to_contain_text('<b onclick="alert(1)">')
    expect(chat.answer.facts).to_be_visible()


@pytest.mark.parametrize("words", TITLES[:2])
def test_a_hostile_name_and_e_mail_are_only_words(
    enter: Callable[..., Page],
    open_browser: Callable[..., Page],
    services: Services,
    watch: Watch,
    words: str,
) -> None:
    watch.forgive("status of 422")
    email = f"{uuid4().hex[:8]}+o'brien&co@example.org"
    register(services.backend.address, email, words, client="198.51.100.7")
    page = enter(session=services.new_token(email))
    for path in ("/", "/account"):
        page.goto(path)
        expect(page.get_by_text(words).locator("visible=true").first).to_be_visible()
        expect(harmful(page.locator("main"), FORBIDDEN)).to_have_count(0)

    ruth = enter("ruth")
    ruth.goto("/admin/people")
    expect(ruth.get_by_text(words).first).to_be_visible()
    expect(ruth.get_by_text(email).first).to_be_visible()
    expect(harmful(ruth.locator("main"), FORBIDDEN)).to_have_count(0)

    stranger = open_browser()
    stranger.goto("/register")
    stranger.get_by_label("E-mail").fill(f'"{words}"@example.org')
    stranger.get_by_label("Password", exact=True).fill(PASSWORD)
    stranger.get_by_role("button", name="Create").click()
    expect(stranger.get_by_role("alert").first).to_be_visible()
    expect(harmful(stranger.locator("main"), FORBIDDEN)).to_have_count(0)


def test_hostile_addresses_do_nothing(enter: Callable[..., Page], services: Services, watch: Watch) -> None:
    watch.forgive("status of 4")
    page = enter("alice")
    words = quote(" ".join(TITLES))
    for path in (
        "/chat?q=",
        "/chat?model=",
        "/chat?view=",
        "/register?invite=",
        "/login?next=",
        "/setup?token=",
    ):
        page.goto(path + words)
        expect(page.locator("h1").first).to_be_visible()
        expect(harmful(page.locator("main"), FORBIDDEN)).to_have_count(0)


@pytest.mark.parametrize("words", [title for title in TITLES if "<" in title])
def test_hostile_words_in_a_form_that_comes_back_stay_words(
    base_url: str, token: Callable[[str], str], services: Services, words: str
) -> None:
    fields = {"prompt": words, "model": words, "temperature": words, "system_prompt": words}

    answer = post_form(base_url, token("alice"), "/fragments/conversations", fields)

    assert answer.status_code == 422
    assert words not in answer.text
    assert str(escape(words)) in answer.text
