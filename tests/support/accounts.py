"""The verbs of the accounts on a real database, for tests: what they share is filled in, the clock can be moved."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from studio import moments
from studio.accounts.client import Client
from studio.accounts.desk import Desk
from studio.accounts.passwords import Passwords
from studio.accounts.people import get_account
from studio.accounts.person import Account, Person
from studio.accounts.registration import Mode, Wish, ensure_setup_token, register
from studio.accounts.session import fingerprint
from studio.accounts.sessions import SignedInNow, begin_session, look_up, sign_in
from studio.db import Database

MIGRATIONS = Path(__file__).parents[2] / "backend" / "migrations"
PASSWORD = "correct horse battery"
HOME = Client("203.0.113.7", "Firefox")
START = moments.now().replace(microsecond=0)


def cheap_passwords() -> Passwords:
    """Real argon2id with the smallest parameters: these tests are about rules, not about cost."""
    return Passwords(memory_kib=64, passes=1, at_once=8)


@dataclass
class Door:
    """The verbs with what they share filled in, and a clock that a test can move."""

    db: Database
    desk: Desk
    moment = START

    def later(self, **time: float) -> None:
        self.moment = self.moment + timedelta(**time)

    def set_up(self) -> SignedInNow:
        """Ruth, the administrator."""
        token = ensure_setup_token(self.db)
        assert token is not None
        return self.register("ruth@example.org", name="Ruth", setup_token=token)

    def register(self, email: str, *, mode: Mode = "open", client: Client = HOME, **wish: str) -> SignedInNow:
        wanted = Wish(**{"email": email, "password": PASSWORD, **wish})
        account = register(self.db, self.desk, wanted, mode=mode, client=client, moment=self.moment)
        return begin_session(self.db, account, client=client, days=30, moment=self.moment)

    def sign_in(
        self,
        email: str,
        password: str = PASSWORD,
        *,
        client: Client = HOME,
        replaces: Person | None = None,
    ) -> SignedInNow:
        return sign_in(
            self.db,
            self.desk,
            email=email,
            password=password,
            client=client,
            days=30,
            moment=self.moment,
            replaces=replaces,
        )

    def who(self, token: str) -> Person | None:
        """The caller behind a token, through the memory as a request would."""
        key = fingerprint(token)
        found = self.desk.memory.find(key, self.moment) or look_up(self.db, self.desk, key, self.moment)
        return found.person if found else None

    def person(self, signed_in: SignedInNow) -> Person:
        found = self.who(signed_in.token)
        assert found is not None
        return found

    def reload(self, account: Account) -> Account:
        return get_account(self.db, account.id)
