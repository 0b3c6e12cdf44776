import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from studio import moments
from studio.accounts.errors import EmailTaken, LastAdministrator, WrongInvitation
from studio.accounts.invitations import create_invitation
from studio.accounts.people import change_role, count_everything, disable_person, enable_person, list_people
from studio.accounts.person import Person, Role, State
from studio.accounts.registration import Wish, add_person
from studio.accounts.store.audit import list_entries
from studio.errors import Missing, StudioError

from tests.support.accounts import HOME, PASSWORD, Door


def audit(door: Door) -> list[tuple[str, str]]:
    with door.db.read() as cursor:
        entries = list_entries(cursor, before=moments.now().replace(year=2100), limit=100)
    return [(entry.action, entry.subject) for entry in reversed(entries)]


def test_the_last_administrator_stays(door: Door, ruth: Person, alice: Person) -> None:
    with pytest.raises(LastAdministrator):
        change_role(door.db, door.desk, ruth, ruth.id, Role.MEMBER, client=HOME, moment=door.moment)
    with pytest.raises(LastAdministrator):
        disable_person(door.db, door.desk, ruth, ruth.id, client=HOME, moment=door.moment)

    assert door.sign_in("ruth@example.org").account.is_admin


def test_a_disabled_administrator_does_not_count_as_one(door: Door, ruth: Person, alice: Person) -> None:
    change_role(door.db, door.desk, ruth, alice.id, Role.ADMIN, client=HOME, moment=door.moment)
    disable_person(door.db, door.desk, ruth, alice.id, client=HOME, moment=door.moment)

    with pytest.raises(LastAdministrator):
        change_role(door.db, door.desk, ruth, ruth.id, Role.MEMBER, client=HOME, moment=door.moment)


def test_two_administrators_who_demote_each_other_at_once_leave_one(
    door: Door, ruth: Person, alice: Person
) -> None:
    change_role(door.db, door.desk, ruth, alice.id, Role.ADMIN, client=HOME, moment=door.moment)

    def demote(person: Person) -> StudioError | None:
        try:
            change_role(door.db, door.desk, ruth, person.id, Role.MEMBER, client=HOME, moment=door.moment)
        except StudioError as refusal:
            return refusal
        return None

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(demote, [ruth, alice]))

    assert sum(outcome is None for outcome in outcomes) == 1
    assert count_everything(door.db, moment=door.moment).administrators == 1


def test_a_new_role_holds_from_the_next_request_on(door: Door, ruth: Person, alice: Person) -> None:
    token = door.sign_in("alice@example.org").token
    assert door.who(token) is not None

    change_role(door.db, door.desk, ruth, alice.id, Role.ADMIN, client=HOME, moment=door.moment)

    person = door.who(token)
    assert person is not None and person.is_admin


@pytest.mark.parametrize("way", ["disable", "demote"])
def test_the_invitations_of_a_former_administrator_stop_working(
    door: Door, ruth: Person, alice: Person, way: str
) -> None:
    change_role(door.db, door.desk, ruth, alice.id, Role.ADMIN, client=HOME, moment=door.moment)
    invitation = create_invitation(
        door.db, alice, note="back door", role=Role.ADMIN, days=7, client=HOME, moment=door.moment
    )

    if way == "disable":
        disable_person(door.db, door.desk, ruth, alice.id, client=HOME, moment=door.moment)
    else:
        change_role(door.db, door.desk, ruth, alice.id, Role.MEMBER, client=HOME, moment=door.moment)

    with pytest.raises(WrongInvitation):
        door.register("charlie@example.org", mode="invite", invite=invitation.code)


def test_nobody_is_not_there(door: Door, ruth: Person) -> None:
    with pytest.raises(Missing):
        disable_person(door.db, door.desk, ruth, uuid4(), client=HOME, moment=door.moment)


def test_doing_it_twice_changes_nothing_and_is_recorded_once(door: Door, ruth: Person, alice: Person) -> None:
    for _ in range(2):
        disable_person(door.db, door.desk, ruth, alice.id, client=HOME, moment=door.moment)
    for _ in range(2):
        account = enable_person(door.db, door.desk, ruth, alice.id, client=HOME, moment=door.moment)

    assert account.state is State.ACTIVE
    subject = f"person:{alice.id}"
    assert audit(door)[-2:] == [("person.disabled", subject), ("person.enabled", subject)]


def test_the_audit_log_says_who_changed_what_from_what_to_what(
    door: Door, ruth: Person, alice: Person
) -> None:
    change_role(door.db, door.desk, ruth, alice.id, Role.ADMIN, client=HOME, moment=door.moment)

    with door.db.read() as cursor:
        entry = next(
            entry
            for entry in list_entries(cursor, before=moments.now().replace(year=2100), limit=10)
            if entry.action == "person.role_changed"
        )
    assert entry.actor_id == ruth.id
    assert entry.address == HOME.address
    assert json.loads(entry.before or "") == {"role": "member"}
    assert json.loads(entry.after or "") == {"role": "admin"}


def test_an_administrator_adds_somebody_who_then_signs_in(door: Door, ruth: Person) -> None:
    wish = Wish("alice@example.org", PASSWORD)
    add_person(door.db, door.desk, wish, role=Role.MEMBER, by=ruth, client=HOME, moment=door.moment)

    assert door.sign_in("alice@example.org").account.name == "alice"
    with pytest.raises(EmailTaken):
        add_person(door.db, door.desk, wish, role=Role.ADMIN, by=ruth, client=HOME, moment=door.moment)


def test_the_list_has_everybody_and_when_they_were_here(door: Door, ruth: Person, alice: Person) -> None:
    door.later(hours=3)
    door.sign_in("alice@example.org")

    accounts, seen = list_people(door.db)

    assert [account.name for account in accounts] == ["Ruth", "Alice"]
    assert seen[alice.id] == door.moment


def test_no_row_points_at_nobody(door: Door, ruth: Person, alice: Person) -> None:
    create_invitation(door.db, ruth, note="", role=Role.MEMBER, days=7, client=HOME, moment=door.moment)
    disable_person(door.db, door.desk, ruth, alice.id, client=HOME, moment=door.moment)

    with door.db.read() as cursor:
        orphans = cursor.execute(
            """
            SELECT person_id FROM sessions WHERE person_id NOT IN (SELECT id FROM people)
            UNION ALL
            SELECT created_by FROM invitations WHERE created_by NOT IN (SELECT id FROM people)
            """
        ).fetchall()
    assert orphans == []
