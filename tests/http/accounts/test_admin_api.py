"""The administration of people as JSON."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.support.accounts import PASSWORD
from tests.support.ids import NOBODYS
from tests.support.people import Caller, enter


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/api/admin/people"),
        ("POST", "/api/admin/people"),
        ("POST", f"/api/admin/people/{NOBODYS}/disabling"),
        ("PUT", f"/api/admin/people/{NOBODYS}/role"),
        ("GET", "/api/admin/invitations"),
        ("POST", "/api/admin/invitations"),
    ],
)
def test_alice_is_no_administrator(standing_alice: Caller, method: str, address: str) -> None:
    answer = standing_alice.request(method, address, json={})

    assert answer.status_code == 403
    assert answer.json()["error"] == "forbidden"


def test_twenty_parallel_redeems_over_http_make_one_account(ruth: Caller) -> None:
    code = ruth.post("/api/admin/invitations", json={"note": "for one"}).json()["code"]

    def redeem(number: int) -> int:
        body = {"email": f"guest{number}@example.org", "password": PASSWORD, "invite": code}
        status: int = ruth.backend.post("/api/users", json=body).status_code
        return status

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(redeem, range(20)))

    assert sorted(set(statuses)) == [201, 422]
    assert statuses.count(201) == 1
    assert len(ruth.get("/api/admin/people").json()["items"]) == 2


def test_an_invitation_shows_its_link_once(ruth: Caller) -> None:
    made = ruth.post("/api/admin/invitations", json={"note": "for Alice", "role": "admin", "days": 3})

    body = made.json()
    assert made.status_code == 201
    assert body["link"] == f"https://studio.example.org/register?invite={body['code']}"
    listed = ruth.get("/api/admin/invitations")
    assert body["code"] not in listed.text
    assert [item["state"] for item in listed.json()["items"]] == ["open"]
    assert ruth.post(f"/api/admin/invitations/{body['id']}/revocation").json()["state"] == "revoked"


def test_administrators_manage_people(ruth: Caller, alice: Caller) -> None:
    assert ruth.put(f"/api/admin/people/{alice.id}/role", json={"role": "admin"}).json()["is_admin"] is True
    assert alice.get("/api/admin/people").status_code == 200
    assert ruth.put(f"/api/admin/people/{alice.id}/role", json={"role": "member"}).json()["is_admin"] is False
    assert alice.get("/api/admin/people").status_code == 403
    assert ruth.post(f"/api/admin/people/{alice.id}/disabling").json()["state"] == "disabled"
    assert alice.get("/api/me").status_code == 401
    assert ruth.post(f"/api/admin/people/{alice.id}/enabling").json()["state"] == "active"
    assert enter(ruth.backend, alice.email).get("/api/me").status_code == 200


def test_the_last_administrator_stays(ruth: Caller) -> None:
    demoted = ruth.put(f"/api/admin/people/{ruth.id}/role", json={"role": "member"})
    disabled = ruth.post(f"/api/admin/people/{ruth.id}/disabling")

    assert (demoted.status_code, demoted.json()["error"]) == (409, "last_administrator")
    assert disabled.status_code == 409
    assert ruth.get("/api/me").json()["is_admin"] is True


def test_an_administrator_adds_somebody(ruth: Caller) -> None:
    added = ruth.post("/api/admin/people", json={"email": "dora@example.org", "password": PASSWORD})

    assert added.status_code == 201
    assert added.json()["role"] == "member"
    assert enter(ruth.backend, "dora@example.org").get("/api/me").json()["name"] == "dora"


def test_somebody_who_is_not_there_is_not_found(ruth: Caller) -> None:
    assert ruth.post(f"/api/admin/people/{uuid4()}/disabling").status_code == 404
    assert ruth.post(f"/api/admin/invitations/{uuid4()}/revocation").status_code == 404
