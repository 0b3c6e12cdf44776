"""The JSON of the accounts: first who may not, then what comes back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from starlette.testclient import TestClient
from studio.accounts.registration import ensure_setup_token
from studio.accounts.session import fingerprint
from studio.moments import iso

from tests.support.accounts import PASSWORD
from tests.support.ids import NOBODYS
from tests.support.people import Caller, enter, join


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/api/me"),
        ("PUT", "/api/me/password"),
        ("GET", "/api/sessions"),
        ("DELETE", "/api/sessions/current"),
        ("DELETE", f"/api/sessions/{NOBODYS}"),
        ("GET", "/api/admin/people"),
        ("POST", "/api/admin/people"),
        ("POST", f"/api/admin/people/{NOBODYS}/disabling"),
        ("POST", f"/api/admin/people/{NOBODYS}/enabling"),
        ("PUT", f"/api/admin/people/{NOBODYS}/role"),
        ("GET", "/api/admin/invitations"),
        ("POST", "/api/admin/invitations"),
        ("POST", f"/api/admin/invitations/{NOBODYS}/revocation"),
    ],
)
def test_charlie_and_a_forged_token_are_asked_to_sign_in(
    standing: TestClient, method: str, address: str
) -> None:
    for token in (None, "x" * 43):
        answer = Caller(standing, token).request(method, address, json={})

        assert answer.status_code == 401
        assert answer.json()["error"] == "signed_out"
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("kind", ["Basic", "Token", "", "Bearer Bearer"])
def test_only_a_bearer_token_counts(standing_alice: Caller, kind: str) -> None:
    answer = standing_alice.backend.get(
        "/api/me", headers={"Authorization": f"{kind} {standing_alice.token}"}
    )

    assert answer.status_code == 401


def test_the_first_user_needs_the_token_and_becomes_administrator(backend: TestClient) -> None:
    refused = backend.post("/api/users", json={"email": "ruth@example.org", "password": PASSWORD})
    token = ensure_setup_token(backend.app.state.studio.db)  # type: ignore[attr-defined]
    joined = backend.post(
        "/api/users", json={"email": "ruth@example.org", "password": PASSWORD, "setup_token": token}
    )

    assert (refused.status_code, refused.json()["error"]) == (409, "not_set_up")
    assert joined.status_code == 201
    user = joined.json()
    assert user == {
        "id": user["id"],
        "email": "ruth@example.org",
        "name": "ruth",
        "role": "admin",
        "is_admin": True,
    }


def test_parallel_setups_over_http_make_one_administrator(backend: TestClient) -> None:
    token = ensure_setup_token(backend.app.state.studio.db)  # type: ignore[attr-defined]

    def set_up(number: int) -> int:
        body = {"email": f"ruth{number}@example.org", "password": PASSWORD, "setup_token": token}
        status: int = backend.post("/api/users", json=body).status_code
        return status

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(set_up, range(6)))

    assert statuses == [201, 409, 409, 409, 409, 409]


def test_a_wrong_setup_token_is_a_sentence(backend: TestClient) -> None:
    answer = backend.post(
        "/api/users", json={"email": "ruth@example.org", "password": PASSWORD, "setup_token": "guess"}
    )

    assert answer.status_code == 422
    assert answer.json()["error"] == "wrong_setup_token"
    assert answer.json()["field"] == "setup_token"


def test_signing_in_gives_a_token_that_says_who_i_am(alice: Caller) -> None:
    answer = alice.backend.post("/api/sessions", json={"email": alice.email, "password": PASSWORD})

    body = answer.json()
    assert answer.status_code == 201
    assert body["expires_at"].endswith("Z")
    assert body["user"]["email"] == "alice@example.org"
    me = Caller(alice.backend, body["token"]).get("/api/me")
    assert me.json() == {
        "id": alice.id,
        "email": "alice@example.org",
        "name": "Alice",
        "role": "member",
        "is_admin": False,
        "is_simulated": True,
        "awaits_news": False,
    }


def test_a_wrong_password_and_an_unknown_e_mail_answer_alike(alice: Caller) -> None:
    wrong = alice.backend.post("/api/sessions", json={"email": alice.email, "password": "wrong password"})
    unknown = alice.backend.post("/api/sessions", json={"email": "nobody@example.org", "password": PASSWORD})

    for answer in (wrong, unknown):
        assert answer.status_code == 401
        assert answer.json()["error"] == "wrong_credentials"
    assert wrong.json()["message"] == unknown.json()["message"]


def test_guessing_is_slowed_with_a_moment_to_come_back(alice: Caller) -> None:
    body = {"email": alice.email, "password": "wrong password"}

    statuses = [alice.backend.post("/api/sessions", json=body).status_code for _ in range(5)]
    slowed = alice.backend.post("/api/sessions", json=body)

    assert statuses == [401] * 5
    assert slowed.status_code == 429
    assert slowed.headers["Retry-After"] == "1"
    assert slowed.json()["message"] == "Too many tries. Please wait 1 second."


def test_signing_out_ends_the_session_at_once(alice: Caller) -> None:
    assert alice.get("/api/me").status_code == 200

    assert alice.delete("/api/sessions/current").status_code == 204

    assert alice.get("/api/me").status_code == 401
    assert alice.delete("/api/sessions/current").status_code == 401


def test_an_expired_session_is_over_though_it_is_remembered(alice: Caller) -> None:
    assert alice.token is not None
    assert alice.get("/api/me").status_code == 200
    memory = alice.backend.app.state.studio.desk.memory  # type: ignore[attr-defined]
    remembered = memory._sessions[fingerprint(alice.token)]

    remembered.expires_at -= timedelta(days=31)
    db = alice.backend.app.state.studio.db  # type: ignore[attr-defined]
    db.transact(lambda cursor: cursor.execute("UPDATE sessions SET expires_at = created_at") and None)

    assert alice.get("/api/me").status_code == 401


def test_people_list_and_end_their_own_sessions_only(alice: Caller, bob: Caller) -> None:
    phone = enter(alice.backend, alice.email)
    sessions = alice.get("/api/sessions").json()["items"]
    here = next(session for session in sessions if session["is_current"])
    there = next(session for session in sessions if not session["is_current"])

    assert len(sessions) == 2
    assert bob.delete(f"/api/sessions/{there['id']}").status_code == 404
    assert phone.get("/api/me").status_code == 200
    assert alice.delete(f"/api/sessions/{there['id']}").status_code == 204
    assert phone.get("/api/me").status_code == 401
    assert [session["id"] for session in alice.get("/api/sessions").json()["items"]] == [here["id"]]


def test_a_session_that_is_no_id_is_not_there(alice: Caller) -> None:
    assert alice.delete("/api/sessions/1%20OR%201=1").status_code == 404


def test_a_new_password_ends_every_other_session(alice: Caller) -> None:
    phone = enter(alice.backend, alice.email)
    assert phone.get("/api/me").status_code == 200

    changed = alice.put(
        "/api/me/password", json={"current_password": PASSWORD, "new_password": "another fine phrase"}
    )

    assert changed.status_code == 204
    assert alice.get("/api/me").status_code == 200
    assert phone.get("/api/me").status_code == 401
    assert enter(alice.backend, alice.email, "another fine phrase").get("/api/me").status_code == 200


def test_a_weak_new_password_names_its_field(alice: Caller) -> None:
    answer = alice.put("/api/me/password", json={"current_password": PASSWORD, "new_password": "short"})

    assert answer.status_code == 422
    assert answer.json()["field"] == "new_password"


@pytest.mark.parametrize(
    "body",
    [{}, {"email": "alice@example.org"}, {"email": 1, "password": 2}, {"email": None, "password": None}],
)
def test_a_body_that_does_not_fit_is_refused_in_our_shape(
    backend: TestClient, body: dict[str, object]
) -> None:
    answer = backend.post("/api/sessions", json=body)

    assert answer.status_code == 422
    assert set(answer.json()) >= {"error", "message", "request_id"}


def test_half_a_surrogate_pair_breaks_nothing(backend: TestClient) -> None:
    answer = backend.post(
        "/api/sessions",
        content=rb'{"email": "\ud800@example.org", "password": "\ud800\ud800\ud800\ud800\ud800"}',
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code in (401, 422)


def test_a_use_is_noted_once_five_minutes_have_passed(alice: Caller) -> None:
    assert alice.token is not None
    studio = alice.backend.app.state.studio  # type: ignore[attr-defined]
    alice.get("/api/me")
    remembered = studio.desk.memory._sessions[fingerprint(alice.token)]
    joined_at = remembered.seen_at

    remembered.seen_at = joined_at - timedelta(minutes=6)
    alice.get("/api/me")
    studio.db.transact(lambda cursor: None)  # what was handed in before is written by now

    noted = alice.get("/api/sessions").json()["items"][0]["last_seen_at"]
    assert noted > iso(joined_at)


def test_nobody_can_take_an_e_mail_twice(alice: Caller) -> None:
    answer = alice.backend.post("/api/users", json={"email": "ALICE@Example.org", "password": PASSWORD})

    assert (answer.status_code, answer.json()["error"]) == (422, "email_taken")


def test_hostile_names_are_kept_as_they_are(ruth: Caller) -> None:
    dora = join(ruth.backend, "dora@example.org", name="<img src=x onerror=alert(1)>")

    assert dora.get("/api/me").json()["name"] == "<img src=x onerror=alert(1)>"
