"""The cookies: how they are set, what they promise, and when they go."""

import time

import pytest
from flask.testing import FlaskClient

from tests.support.fake_backend import ALICE, FakeBackend

NEW = "new-session-token-0123456789abcdef"


def visitor_with_token(client: FlaskClient, backend: FakeBackend, base_url: str = "http://localhost") -> str:
    """Open the sign-in page as a browser would; returns the form token the backend was told to print."""
    backend.answers("GET /fragments/sessions/new", "<form></form>")
    client.get("/login", base_url=base_url)
    return backend.last("/fragments/sessions/new").headers["x-csrf-token"]


def sign_in(client: FlaskClient, backend: FakeBackend, base_url: str = "http://localhost") -> list[str]:
    token = visitor_with_token(client, backend, base_url)
    expires = int(time.time()) + 3600
    headers = {"Studio-Session": f"{NEW}; expires={expires}", "Studio-Page": "/chat", "Set-Cookie": "leak=1"}
    backend.answers("POST /fragments/sessions", "<p>in</p>", headers=headers)
    answer = client.post("/fragments/sessions", data={"csrf": token}, base_url=base_url)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/chat")
    assert "Studio-Session" not in answer.headers
    return answer.headers.getlist("Set-Cookie")


def test_the_form_of_a_visitor_is_bound_to_a_cookie(charlie: FlaskClient, backend: FakeBackend) -> None:
    token = visitor_with_token(charlie, backend)

    again = visitor_with_token(charlie, backend)

    assert len(token) == 64
    assert again == token


def test_over_plain_http_the_cookie_is_closed_to_scripts_and_other_sites(
    charlie: FlaskClient, backend: FakeBackend
) -> None:
    (cookie,) = sign_in(charlie, backend)

    assert cookie.startswith(f"studio={NEW}; ")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert "Domain" not in cookie
    assert any(f"Max-Age={seconds}" in cookie for seconds in (3599, 3600))


def test_over_https_the_cookie_is_bound_to_this_host(charlie: FlaskClient, backend: FakeBackend) -> None:
    (cookie,) = sign_in(charlie, backend, "https://localhost")

    assert cookie.startswith(f"__Host-studio={NEW}; ")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_a_proxy_that_ends_tls_is_believed(charlie: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/sessions/new", "<form></form>")

    answer = charlie.get(
        "/login", headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "studio.example"}
    )

    assert answer.headers["Set-Cookie"].startswith("__Host-visitor=")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_plain_cookie_does_not_sign_in_over_https(charlie: FlaskClient) -> None:
    charlie.set_cookie("studio", ALICE)

    answer = charlie.get("/", base_url="https://localhost")

    assert answer.headers["Location"] == "/login"


def test_signing_out_deletes_the_cookie(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/create", "<p>x</p>")
    backend.answers("DELETE /fragments/sessions/current", "", headers={"Studio-Session": "ended"})
    alice.get("/")
    token = backend.last("/fragments/create").headers["x-csrf-token"]

    answer = alice.delete(
        "/fragments/sessions/current", headers={"X-CSRF-Token": token, "HX-Request": "true"}
    )

    assert "studio=; " in answer.headers["Set-Cookie"]
    assert "Max-Age=0" in answer.headers["Set-Cookie"]


def test_under_htmx_a_new_session_means_a_new_page(charlie: FlaskClient, backend: FakeBackend) -> None:
    token = visitor_with_token(charlie, backend)
    backend.answers(
        "POST /fragments/sessions", "<p>in</p>", headers={"Studio-Session": f"{NEW}; expires=99999999999"}
    )

    answer = charlie.post(
        "/fragments/sessions",
        headers={"HX-Request": "true", "X-CSRF-Token": token, "HX-Current-URL": "http://localhost/chat?a=1"},
    )

    assert answer.headers["HX-Redirect"] == "/chat?a=1"


@pytest.mark.parametrize(
    "value", ["bob-expired-session-0123456789", "<script>", "short", "x" * 300, "a b c d e f g h i"]
)
def test_a_dead_or_forged_cookie_is_dropped(charlie: FlaskClient, backend: FakeBackend, value: str) -> None:
    charlie.set_cookie("studio", value)

    answer = charlie.get("/")

    assert answer.headers["Location"] == "/login"
    assert any(cookie.startswith("studio=; ") for cookie in answer.headers.getlist("Set-Cookie"))


def test_a_malformed_session_header_signs_nobody_in(charlie: FlaskClient, backend: FakeBackend) -> None:
    token = visitor_with_token(charlie, backend)
    backend.answers(
        "POST /fragments/sessions", "", headers={"Studio-Session": "x; Domain=evil", "Studio-Page": "/"}
    )

    answer = charlie.post("/fragments/sessions", data={"csrf": token})

    assert "studio=" not in "".join(answer.headers.getlist("Set-Cookie"))


def test_a_wrong_password_is_not_a_lost_session(charlie: FlaskClient, backend: FakeBackend) -> None:
    token = visitor_with_token(charlie, backend)
    backend.answers("POST /fragments/sessions", "<form>wrong</form>", status=401)

    answer = charlie.post("/fragments/sessions", headers={"HX-Request": "true", "X-CSRF-Token": token})

    assert answer.status_code == 401
    assert "HX-Redirect" not in answer.headers
    assert answer.text == "<form>wrong</form>"


def test_somebody_who_only_looks_is_led_to_the_sign_in_page(
    charlie: FlaskClient, backend: FakeBackend
) -> None:
    backend.answers("GET /fragments/conversations", "<p>card</p>", status=401)

    answer = charlie.get(
        "/fragments/conversations",
        headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/gallery?kind=image"},
    )

    assert (answer.status_code, answer.text) == (401, "<p>card</p>")
    assert answer.headers["HX-Redirect"] == "/login?next=%2Fgallery%3Fkind%3Dimage"


@pytest.mark.parametrize("page", ["/", "/?model=x", "/chat/7", "/images", "/videos?picture=7"])
def test_a_page_with_a_composer_is_not_left_for_the_sign_in_page(
    charlie: FlaskClient, backend: FakeBackend, page: str
) -> None:
    backend.answers("GET /fragments/jobs/news", "<p>card</p>", status=401)

    answer = charlie.get(
        "/fragments/jobs/news", headers={"HX-Request": "true", "HX-Current-URL": f"http://localhost{page}"}
    )

    assert (answer.status_code, answer.headers["HX-Retarget"]) == (401, "#toasts")
    assert 'data-code="signed_out"' in answer.text
    assert "HX-Redirect" not in answer.headers


def test_who_lost_the_session_while_writing_keeps_the_page(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/create", "<p>x</p>")
    alice.get("/")
    token = backend.last("/fragments/create").headers["x-csrf-token"]
    backend.answers("GET /api/me", "{}", status=401)
    backend.answers(
        "POST /fragments/conversations", "<p>card</p>", status=401, headers={"HX-Retarget": "#toasts"}
    )

    answer = alice.post("/fragments/conversations", headers={"HX-Request": "true", "X-CSRF-Token": token})

    assert answer.headers["HX-Retarget"] == "#toasts"
    assert 'href="/login" target="_blank"' in answer.text
    assert "HX-Redirect" not in answer.headers


def test_a_note_is_shown_once_on_the_next_page_and_escaped(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/create", "<p>x</p>")
    alice.get("/")
    token = backend.last("/fragments/create").headers["x-csrf-token"]
    backend.answers(
        "POST /fragments/x", "", headers={"Studio-Page": "/", "Studio-Note": "Gel%C3%B6scht%3A%20%3Cb%3E"}
    )

    posted = alice.post("/fragments/x", data={"csrf": token})
    first, second = alice.get("/"), alice.get("/")

    assert "HttpOnly" in posted.headers["Set-Cookie"]
    assert "Gelöscht: &lt;b&gt;" in first.text
    assert "Gelöscht" not in second.text


def test_a_note_outlives_the_page_that_htmx_leaves_at_once(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/create", "<p>x</p>")
    alice.get("/")
    token = backend.last("/fragments/create").headers["x-csrf-token"]
    headers = {"Studio-Note": "Gone%20for%20good.", "HX-Redirect": "/gallery"}
    backend.answers("POST /fragments/left", "", headers=headers)
    backend.answers("POST /fragments/stays", "", headers={"Studio-Note": "Said%20already."})

    for address in ("/fragments/left", "/fragments/stays"):
        alice.post(address, headers={"HX-Request": "true", "X-CSRF-Token": token})
    page = alice.get("/").text

    assert "Gone for good." in page
    assert "Said already." not in page, "the page that asked has said it"
