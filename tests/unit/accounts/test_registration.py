from concurrent.futures import ThreadPoolExecutor

import pytest
from studio.accounts.errors import (
    AlreadySetUp,
    BadName,
    EmailTaken,
    InvitationNeeded,
    NotSetUp,
    RegistrationClosed,
    WrongInvitation,
    WrongSetupToken,
)
from studio.accounts.invitations import NewInvitation, create_invitation, list_invitations, revoke_invitation
from studio.accounts.people import list_people
from studio.accounts.person import Person, Role
from studio.accounts.registration import ensure_setup_token, find_invitation, is_set_up
from studio.accounts.sessions import SignedInNow
from studio.errors import Conflict, Invalid, Limited, StudioError

from tests.support.accounts import HOME, Door


def invite(door: Door, admin: Person, *, role: Role = Role.MEMBER, days: int = 7) -> NewInvitation:
    return create_invitation(
        door.db, admin, note="for Alice", role=role, days=days, client=HOME, moment=door.moment
    )


def test_the_setup_token_is_the_same_until_there_is_an_administrator(door: Door) -> None:
    token = ensure_setup_token(door.db)

    assert token is not None
    assert ensure_setup_token(door.db) == token
    door.register("ruth@example.org", setup_token=token)
    assert ensure_setup_token(door.db) is None


def test_the_first_account_is_the_administrator(door: Door) -> None:
    assert not is_set_up(door.db)

    ruth = door.set_up()

    assert ruth.account.role is Role.ADMIN
    assert is_set_up(door.db)


def test_without_the_token_nobody_sets_up_even_where_registration_is_open(door: Door) -> None:
    ensure_setup_token(door.db)

    with pytest.raises(NotSetUp):
        door.register("charlie@example.org", mode="open")
    with pytest.raises(WrongSetupToken):
        door.register("charlie@example.org", setup_token="guess")


def test_the_token_is_worth_nothing_afterwards(door: Door) -> None:
    token = ensure_setup_token(door.db)
    assert token is not None
    door.register("ruth@example.org", setup_token=token)

    with pytest.raises(AlreadySetUp):
        door.register("charlie@example.org", setup_token=token)


def test_ten_parallel_setups_make_one_administrator(door: Door) -> None:
    token = ensure_setup_token(door.db)
    assert token is not None

    def set_up(number: int) -> SignedInNow | StudioError:
        try:
            return door.register(f"ruth{number}@example.org", setup_token=token)
        except StudioError as refusal:
            return refusal

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(set_up, range(10)))

    assert sum(isinstance(outcome, SignedInNow) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes} == {SignedInNow, AlreadySetUp}
    assert len(list_people(door.db)[0]) == 1


def test_an_open_studio_takes_members(door: Door, ruth: Person) -> None:
    alice = door.register("Alice@Example.org", mode="open")

    assert alice.account.role is Role.MEMBER
    assert alice.account.name == "Alice"
    assert door.person(alice).email == "Alice@Example.org"


@pytest.mark.parametrize(("mode", "error"), [("invite", InvitationNeeded), ("closed", RegistrationClosed)])
def test_the_other_doors_are_shut(door: Door, ruth: Person, mode: str, error: type[StudioError]) -> None:
    with pytest.raises(error):
        door.register("charlie@example.org", mode=mode)  # type: ignore[arg-type]


def test_one_e_mail_is_one_account_however_it_is_written(door: Door, alice: Person) -> None:
    with pytest.raises(EmailTaken) as refusal:
        door.register("ALICE@example.org")

    assert refusal.value.field == "email"


def test_parallel_registrations_of_one_e_mail_make_one_account(door: Door, ruth: Person) -> None:
    def register(_: int) -> SignedInNow | StudioError:
        try:
            return door.register("alice@example.org")
        except StudioError as refusal:
            return refusal

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(register, range(8)))

    assert {type(outcome) for outcome in outcomes} == {SignedInNow, EmailTaken}
    assert len(list_people(door.db)[0]) == 2


def test_a_name_is_shown_without_what_would_turn_the_text_around(door: Door, ruth: Person) -> None:
    account = door.register("alice@example.org", name="  Al\u202eice \x07\n <b>B.</b> ").account

    assert account.name == "Alice <b>B.</b>"


def test_a_name_has_an_end(door: Door, ruth: Person) -> None:
    with pytest.raises(BadName):
        door.register("alice@example.org", name="a" * 81)


def test_an_invitation_opens_an_invite_only_studio_once(door: Door, ruth: Person) -> None:
    invitation = invite(door, ruth, role=Role.ADMIN)

    alice = door.register("alice@example.org", mode="invite", invite=invitation.code)

    assert alice.account.role is Role.ADMIN
    assert list_invitations(door.db)[0].used_by == alice.account.id
    assert find_invitation(door.db, invitation.code, moment=door.moment) is None
    with pytest.raises(WrongInvitation):
        door.register("bob@example.org", mode="invite", invite=invitation.code)


def test_twenty_parallel_redeems_of_one_invitation_make_one_account(door: Door, ruth: Person) -> None:
    invitation = invite(door, ruth)

    def redeem(number: int) -> SignedInNow | StudioError:
        try:
            return door.register(f"guest{number}@example.org", mode="invite", invite=invitation.code)
        except StudioError as refusal:
            return refusal

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(redeem, range(20)))

    assert sum(isinstance(outcome, SignedInNow) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes} == {SignedInNow, WrongInvitation}
    assert len(list_people(door.db)[0]) == 2


def test_an_invitation_runs_out(door: Door, ruth: Person) -> None:
    invitation = invite(door, ruth, days=7)

    door.later(days=7)

    with pytest.raises(WrongInvitation):
        door.register("alice@example.org", mode="invite", invite=invitation.code)


def test_a_withdrawn_invitation_is_worth_nothing(door: Door, ruth: Person) -> None:
    invitation = invite(door, ruth)

    revoke_invitation(door.db, ruth, invitation.invitation.id, client=HOME, moment=door.moment)

    with pytest.raises(WrongInvitation):
        door.register("alice@example.org", mode="invite", invite=invitation.code)


def test_a_used_invitation_cannot_be_withdrawn(door: Door, ruth: Person) -> None:
    invitation = invite(door, ruth)
    door.register("alice@example.org", mode="invite", invite=invitation.code)

    with pytest.raises(Conflict):
        revoke_invitation(door.db, ruth, invitation.invitation.id, client=HOME, moment=door.moment)


@pytest.mark.parametrize("days", [0, -1, 91, 10**9])
def test_an_invitation_lasts_a_sensible_time(door: Door, ruth: Person, days: int) -> None:
    with pytest.raises(Invalid):
        invite(door, ruth, days=days)


def test_the_code_itself_is_not_in_the_database(door: Door, ruth: Person) -> None:
    invitation = invite(door, ruth)

    with door.db.read() as cursor:
        stored = str(cursor.execute("SELECT * FROM invitations").fetchall())

    assert invitation.code not in stored


def test_a_registration_that_fails_costs_the_invitation_nothing(door: Door, ruth: Person) -> None:
    invitation = invite(door, ruth)
    with pytest.raises(Invalid):
        door.register("ruth@example.org", mode="invite", invite=invitation.code)

    assert door.register("alice@example.org", mode="invite", invite=invitation.code)


def test_a_class_may_register_at_once_but_a_robot_is_slowed(door: Door, ruth: Person) -> None:
    for number in range(30):
        door.register(f"pupil{number}@example.org")

    with pytest.raises(Limited):
        door.register("one.too.many@example.org")


def test_the_failures_of_a_registration_do_not_stop_invited_guests(door: Door, ruth: Person) -> None:
    codes = [invite(door, ruth).code for _ in range(35)]

    for number, code in enumerate(codes):
        door.register(f"guest{number}@example.org", mode="invite", invite=code)

    assert len(list_people(door.db)[0]) == 36
