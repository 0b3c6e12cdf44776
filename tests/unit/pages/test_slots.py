"""How pages are filled from fragments, and what a failing fragment makes of the page."""

import pytest
from flask.testing import FlaskClient

from tests.support.fake_backend import ALICE, FakeBackend

FOR_PEOPLE = [
    "/",
    "/chat",
    "/chat/0199c0de-0000-7000-8000-000000000001",
    "/account",
    "/admin",
    "/admin/people",
]


@pytest.mark.parametrize("page", FOR_PEOPLE)
def test_charlie_is_led_to_the_sign_in_page_and_back(charlie: FlaskClient, page: str) -> None:
    answer = charlie.get(f"{page}?q=1")

    assert answer.status_code == 303
    expected = f"{page}?q=1".replace("/", "%2F").replace("?", "%3F").replace("=", "%3D")
    assert answer.headers["Location"] == f"/login?next={expected}"


@pytest.mark.parametrize(
    ("page", "fragments"),
    [
        ("/", ["/fragments/create"]),
        ("/chat", ["/fragments/conversations", "/fragments/conversations/new"]),
        ("/account", ["/fragments/account"]),
        ("/admin", ["/fragments/admin"]),
        ("/admin/people", ["/fragments/admin/people"]),
        ("/admin/patterns", ["/fragments/admin/patterns"]),
    ],
)
def test_a_page_holds_its_fragments(
    ruth: FlaskClient, backend: FakeBackend, page: str, fragments: list[str]
) -> None:
    for number, fragment in enumerate(fragments):
        backend.answers(f"GET {fragment}", f"<p>part {number} &amp; more</p>")

    answer = ruth.get(f"{page}?q=a%20b&x=%C3%A9")

    assert answer.status_code == 200
    assert [f"<p>part {number} &amp; more</p>" in answer.text for number, _ in enumerate(fragments)] == [
        True for _ in fragments
    ]
    assert backend.last(fragments[-1]).target.endswith("?q=a%20b&x=%C3%A9")


def test_a_conversation_stands_beside_the_list_that_marks_it(
    alice: FlaskClient, backend: FakeBackend
) -> None:
    conversation = "0199c0de-0000-7000-8000-000000000001"
    backend.answers("GET /fragments/conversations", "<ul>list</ul>")
    backend.answers(f"GET /fragments/conversations/{conversation}", "<p>talk</p>")

    answer = alice.get(f"/chat/{conversation}?leaf=7")

    assert "<ul>list</ul>" in answer.text
    assert "<p>talk</p>" in answer.text
    assert backend.last("/fragments/conversations").target.endswith(f"?current={conversation}")
    assert backend.last(f"/fragments/conversations/{conversation}").target.endswith("?leaf=7")


def test_a_fragment_names_the_page(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/create", "<p>x</p>", headers={"Studio-Title": "Caf%C3%A9%20%3Cb%3E"})

    answer = alice.get("/")

    assert "<title>Café &lt;b&gt; · All You Can GET</title>" in answer.text


def test_the_backend_learns_who_asks_but_never_sees_the_cookie(
    alice: FlaskClient, backend: FakeBackend
) -> None:
    backend.answers("GET /fragments/create", "<p>x</p>")

    answer = alice.get(
        "/",
        headers={
            "User-Agent": "Test/1",
            "X-Request-Id": "abc-1",
            "X-Forwarded-For": "2001:db8::7",
            "X-Client-Address": "6.6.6.6",
            "HX-Request": "true",
        },
    )

    headers = backend.last("/fragments/create").headers
    assert headers["authorization"] == f"Bearer {ALICE}"
    assert headers["x-client-agent"] == "Test/1"
    assert headers["x-client-address"] == "2001:db8::7"
    assert headers["x-request-id"] == answer.headers["X-Request-Id"] == "abc-1"
    assert len(headers["x-csrf-token"]) == 64
    assert "cookie" not in headers
    assert "hx-request" not in headers


def test_a_strange_request_id_is_replaced(charlie: FlaskClient) -> None:
    answer = charlie.get("/healthz", headers={"X-Request-Id": 'x"; drop'})

    assert len(answer.headers["X-Request-Id"]) == 32


def test_a_failing_slot_tries_again_by_itself_and_the_page_says_503(
    alice: FlaskClient, backend: FakeBackend
) -> None:
    backend.answers("GET /fragments/conversations", "<ul>list</ul>")
    backend.answers("GET /fragments/conversations/new", "boom", status=500)

    answer = alice.get("/chat")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "3"
    assert "<ul>list</ul>" in answer.text
    assert 'hx-get="/fragments/conversations/new"' in answer.text
    assert 'hx-trigger="load delay:1s, every 3s"' in answer.text
    assert '<a href="/chat">Try again</a>' in answer.text
    assert "boom" not in answer.text


def test_a_dropped_kept_connection_is_tried_once_more(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/create", "<p>here</p>")
    backend.drops("GET /fragments/create", times=1)

    answer = alice.get("/")

    assert answer.status_code == 200
    assert "<p>here</p>" in answer.text
    assert backend.count("/fragments/create") == 2


@pytest.mark.parametrize("status", [403, 404])
def test_a_refused_slot_refuses_the_page(alice: FlaskClient, backend: FakeBackend, status: int) -> None:
    backend.answers("GET /fragments/admin", "secret card", status=status)

    answer = alice.get("/admin")

    assert answer.status_code == status
    assert "secret card" not in answer.text
    assert "<h1>" in answer.text


def test_another_refusal_is_shown_in_its_place(charlie: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/people/new", "<p>This invitation was used.</p>", status=410)

    answer = charlie.get("/register?invite=old")

    assert answer.status_code == 410
    assert "<p>This invitation was used.</p>" in answer.text
    assert backend.last("/fragments/people/new").target == "/fragments/people/new?invite=old"


def test_a_slot_may_send_elsewhere(charlie: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/setup/new", "", headers={"HX-Redirect": "/login"})

    answer = charlie.get("/setup?token=abc")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil",
    ],
)
def test_next_never_leads_to_another_site(alice: FlaskClient, charlie: FlaskClient, address: str) -> None:
    signed_in = alice.get("/login", query_string={"next": address})
    signed_out = charlie.get("/login", query_string={"next": address})

    assert signed_in.headers["Location"] == "/"
    assert signed_out.status_code == 404  # the fake has no form; what counts is what it was asked for


def test_next_is_passed_to_the_form(charlie: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/sessions/new", "<form></form>")

    charlie.get("/login", query_string={"next": "/chat?q=1"})

    assert backend.last("/fragments/sessions/new").target == "/fragments/sessions/new?next=%2Fchat%3Fq%3D1"


def test_a_bad_next_does_not_reach_the_form(charlie: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/sessions/new", "<form></form>")

    charlie.get("/login", query_string={"next": "//evil.example"})

    assert backend.last("/fragments/sessions/new").target == "/fragments/sessions/new"


@pytest.mark.parametrize(
    "path", ["/chat/not-an-id", "/chat/7", "/nothing", "/fragments", "/api", "/static/../main.py"]
)
def test_an_address_that_is_nothing_gets_a_page_that_says_so(alice: FlaskClient, path: str) -> None:
    answer = alice.get(path)

    assert answer.status_code == 404
    assert "<h1>Nothing here</h1>" in answer.text


def test_a_method_that_does_not_fit_gets_a_page(alice: FlaskClient) -> None:
    answer = alice.put("/chat")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "<h1>" in answer.text
