"""What the registration page and its verb say when the door is not open."""

from pathlib import Path

import pytest
from studio.config import Settings

from tests.support.accounts import PASSWORD
from tests.support.html import Html
from tests.support.people import Caller


@pytest.fixture(params=["invite", "closed"])
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    return Settings(data_dir=tmp_path / "data", registration=request.param)


def test_the_page_says_kindly_why_there_is_no_form(ruth: Caller, settings: Settings) -> None:
    page = Html(ruth.backend.get("/fragments/people/new").text)

    words = {"invite": "by invitation", "closed": "does not take new accounts"}[settings.registration]
    assert words in page.text_of("#register")
    assert page.all("form") == []
    assert page.one("a[href='/login']")


def test_who_posts_anyway_is_refused(ruth: Caller, settings: Settings) -> None:
    body = {"email": "charlie@example.org", "password": PASSWORD}

    answer = ruth.backend.post("/api/users", json=body)
    form = ruth.backend.post("/fragments/people", data=body)

    assert answer.status_code == form.status_code == 403
    expected = {"invite": "invitation_needed", "closed": "registration_closed"}[settings.registration]
    assert answer.json()["error"] == expected


def test_an_invitation_opens_an_invite_only_studio_and_no_closed_one(
    ruth: Caller, settings: Settings
) -> None:
    code = ruth.post("/api/admin/invitations", json={}).json()["code"]
    body = {"email": "alice@example.org", "password": PASSWORD, "invite": code}

    status = ruth.backend.post("/api/users", json=body).status_code

    assert status == {"invite": 201, "closed": 403}[settings.registration]


def test_the_sign_in_page_offers_no_account(ruth: Caller) -> None:
    assert Html(ruth.backend.get("/fragments/sessions/new").text).all("a[href='/register']") == []
