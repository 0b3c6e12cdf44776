"""/fragments/admin and /fragments/admin/people."""

from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from tests.support.accounts import PASSWORD
from tests.support.html import Html
from tests.support.ids import NOBODYS
from tests.support.people import Caller, enter, join

HTMX = {"HX-Request": "true"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7*7 }}",
    "</li></ul>",
]
ADMIN_ONLY = [
    ("GET", "/fragments/admin"),
    ("GET", "/fragments/admin/people"),
    ("GET", "/fragments/admin/patterns"),
    ("POST", "/fragments/admin/invitations"),
    ("POST", f"/fragments/admin/invitations/{NOBODYS}/revocation"),
    ("POST", f"/fragments/admin/people/{NOBODYS}/disabling"),
    ("POST", f"/fragments/admin/people/{NOBODYS}/enabling"),
    ("POST", f"/fragments/admin/people/{NOBODYS}/role"),
]


@pytest.mark.parametrize(("method", "address"), ADMIN_ONLY)
def test_charlie_is_asked_to_sign_in(standing: TestClient, method: str, address: str) -> None:
    assert standing.request(method, address).status_code == 401


@pytest.mark.parametrize(("method", "address"), ADMIN_ONLY)
def test_alice_is_no_administrator(standing_alice: Caller, method: str, address: str) -> None:
    answer = standing_alice.request(method, address)

    assert answer.status_code == 403
    assert Html(answer.text).one("[role=alert]")


def test_the_overview_counts_and_names_the_provider(ruth: Caller, alice: Caller) -> None:
    page = Html(ruth.get("/fragments/admin").text)

    assert "2 accounts" in page.text_of("#admin")
    assert "1 administrator" in page.text_of("#admin")
    assert page.text_of(".badge--simulated") == "Simulated"
    assert page.one("a[href='/admin/people']") and page.one("a[href='/admin/patterns']")


def test_the_list_shows_everybody(ruth: Caller, alice: Caller, bob: Caller) -> None:
    page = Html(ruth.get("/fragments/admin/people").text)

    assert len(page.all("li[id^=person-]")) == 3
    assert "alice@example.org" in page.text_of(f"#person-{alice.id}")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_text_everywhere(ruth: Caller, name: str) -> None:
    dora = join(ruth.backend, "dora@example.org", name=name)
    ruth.post("/fragments/admin/invitations", data={"note": name})

    pages = [
        dora.get("/fragments/account"),
        ruth.get("/fragments/admin/people"),
        ruth.post(f"/fragments/admin/people/{dora.id}/disabling"),
    ]

    for answer in pages:
        page = Html(answer.text)
        assert page.all("script") == [] and page.all("img") == [] and page.all("[onmouseover]") == []
        assert " ".join(name.split()) in page.text


def test_switching_somebody_off_replies_with_their_row(ruth: Caller, alice: Caller) -> None:
    answer = ruth.post(f"/fragments/admin/people/{alice.id}/disabling", headers=HTMX)

    page = Html(answer.text)
    assert page.one(f"li#person-{alice.id}[data-state=disabled]")
    assert page.one(f"form[action='/fragments/admin/people/{alice.id}/enabling']")
    assert page.one("hx-partial .toast")
    assert unquote(answer.headers["Studio-Note"]) == "Alice was signed out and cannot come in."
    assert answer.headers["Studio-Page"] == "/admin/people"
    assert alice.get("/api/me").status_code == 401


def test_switching_somebody_on_lets_them_in_again(ruth: Caller, alice: Caller) -> None:
    ruth.post(f"/fragments/admin/people/{alice.id}/disabling")

    refused = ruth.backend.post("/fragments/sessions", data={"email": alice.email, "password": PASSWORD})
    answer = ruth.post(f"/fragments/admin/people/{alice.id}/enabling")

    assert refused.status_code == 403
    assert "switched off" in Html(refused.text).text_of("[role=alert]")
    assert Html(answer.text).one(f"li#person-{alice.id}[data-state=active]")
    assert enter(ruth.backend, alice.email).get("/api/me").status_code == 200


def test_a_role_changes_and_back(ruth: Caller, alice: Caller) -> None:
    up = ruth.post(f"/fragments/admin/people/{alice.id}/role", data={"role": "admin"})
    assert alice.get("/fragments/admin").status_code == 200
    down = ruth.post(f"/fragments/admin/people/{alice.id}/role", data={"role": "member"})

    assert "Administrator" in Html(up.text).text_of(".badge")
    assert down.status_code == 200
    assert alice.get("/fragments/admin").status_code == 403


def test_a_role_that_is_none_is_refused(ruth: Caller, alice: Caller) -> None:
    assert ruth.post(f"/fragments/admin/people/{alice.id}/role", data={"role": "owner"}).status_code == 422


def test_the_last_administrator_stays_and_is_told_why(ruth: Caller) -> None:
    answer = ruth.post(f"/fragments/admin/people/{ruth.id}/disabling", headers=HTMX)

    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#toasts"
    assert "last administrator" in answer.text


def test_an_invitation_is_shown_once_with_and_without_javascript(ruth: Caller) -> None:
    answer = ruth.post("/fragments/admin/invitations", data={"note": "for Alice", "days": "3"}, headers=HTMX)

    page = Html(answer.text)
    link = page.text_of("#invitation-link")
    assert answer.status_code == 201
    assert link.startswith("https://studio.example.org/register?invite=")
    assert link in unquote(answer.headers["Studio-Note"])
    assert page.one("hx-partial[hx-target='#invitations'] #invitations")
    assert link not in ruth.get("/fragments/admin/people").text


def test_the_link_lets_one_guest_in(ruth: Caller) -> None:
    answer = ruth.post("/fragments/admin/invitations", data={"note": "for Alice"}, headers=HTMX)
    code = Html(answer.text).text_of("#invitation-link").partition("invite=")[2]

    form = Html(ruth.backend.get(f"/fragments/people/new?invite={code}").text)
    joined = ruth.backend.post(
        "/fragments/people", data={"invite": code, "email": "alice@example.org", "password": PASSWORD}
    )
    second = Html(ruth.backend.get(f"/fragments/people/new?invite={code}").text)

    assert form.one("input[name=invite]")["value"] == code
    assert joined.status_code == 201
    assert "does not work" in second.text_of("[role=alert]")
    assert second.all("form") == []


def test_a_withdrawn_invitation_leaves_the_list_open_no_more(ruth: Caller) -> None:
    ruth.post("/fragments/admin/invitations", data={"note": "for Alice"})
    form = Html(ruth.get("/fragments/admin/people").text).one("form[action$='/revocation']")

    answer = ruth.post(form["action"], headers=HTMX)

    page = Html(answer.text)
    assert "withdrawn" in page.text_of("#invitations .facts")
    assert page.all("form[action$='/revocation']") == []
    assert "autofocus" in page.one("#invitations-title")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"days": "0"}, "days"),
        ({"days": "soon"}, "days"),
        ({"note": "n" * 300}, "note"),
        ({"role": "owner"}, "role"),
    ],
)
def test_a_bad_invitation_comes_back_with_its_field_marked(
    ruth: Caller, form: dict[str, str], field: str
) -> None:
    answer = ruth.post("/fragments/admin/invitations", data=form, headers=HTMX)

    assert answer.status_code == 422
    assert Html(answer.text).one("[aria-invalid=true]")["name"] == field


def test_an_empty_list_of_invitations_is_designed(ruth: Caller) -> None:
    assert Html(ruth.get("/fragments/admin/people").text).text_of(".empty__title") == "Nobody is invited"
