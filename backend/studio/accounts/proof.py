"""Whether somebody knows the password of an account, slowly enough for guessing to be hopeless."""

from dataclasses import dataclass
from datetime import datetime

from studio.accounts import throttle
from studio.accounts.client import Client
from studio.accounts.desk import Desk
from studio.accounts.errors import WrongCredentials
from studio.accounts.store import people as store
from studio.db import Cursor, Database


@dataclass(frozen=True, slots=True)
class Proof:
    """The password was right. `accept` it in the transaction that acts on it."""

    secret: store.Secret
    key: throttle.Key

    def accept(self, cursor: Cursor) -> store.Secret:
        """Forgive the failures before; raises WrongCredentials when the password was changed since the proof."""
        current = store.find_secret(cursor, self.secret.account.id)
        if current is None or current.password_hash != self.secret.password_hash:
            raise WrongCredentials
        throttle.forgive(cursor, self.key)
        return current


def prove(
    db: Database, desk: Desk, *, email_key: str, password: str, client: Client, moment: datetime
) -> Proof:
    """
    Raises Limited before the password is looked at, and WrongCredentials alike for an unknown e-mail and a wrong
    password, after the same work. Blocks for one hash.
    """
    with db.read() as cursor:
        account, network = throttle.keys_of_sign_in(cursor, email_key, client, moment)
    # Guesses at one account take turns: a hundred sent at once would else all pass before the first one is counted.
    # Across accounts a few may: as many as there are threads for passwords.
    with desk.turns.of(account.stored):
        with db.read() as cursor:
            throttle.refuse_while_waiting(cursor, (account, network), moment)
            secret = store.find_secret_by_key(cursor, email_key)
        is_right = desk.passwords.verify(password, secret.password_hash if secret else None)
        if is_right and secret is not None:
            return Proof(secret, account)
        db.transact(lambda cursor: throttle.count_failure(cursor, (account, network), client, moment))
        raise WrongCredentials
