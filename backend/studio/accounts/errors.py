"""What goes wrong at the door; the tree above is in studio/errors.py."""

from studio.errors import Conflict, Forbidden, Invalid, SignedOut


class WrongCredentials(SignedOut):
    """The same for an unknown e-mail and a wrong password: who has an account is nobody's business."""

    code = "wrong_credentials"
    text = "E-mail or password is not right."
    field = "password"


class AccountDisabled(Forbidden):
    """Said only to somebody who knows the password."""

    code = "account_disabled"
    text = "This account is switched off. An administrator can switch it on again."


class RegistrationClosed(Forbidden):
    code = "registration_closed"
    text = "This studio does not take new accounts at the moment."


class InvitationNeeded(Forbidden):
    code = "invitation_needed"
    text = "This studio is by invitation. Ask an administrator for a link."


class WrongInvitation(Invalid):
    code = "wrong_invitation"
    text = "This invitation does not work: it was used, withdrawn or has run out. Ask for a new one."
    field = "invite"


class WrongSetupToken(Invalid):
    code = "wrong_setup_token"
    text = "That is not the set-up token. The backend prints it when it starts."
    field = "setup_token"


class NotSetUp(Conflict):
    code = "not_set_up"
    text = "This studio has no administrator yet. The first account needs the set-up token."
    field = "setup_token"


class AlreadySetUp(Conflict):
    code = "already_set_up"
    text = "This studio is set up already. Please sign in."


class EmailTaken(Invalid):
    code = "email_taken"
    text = "There is an account with this e-mail already. Sign in instead?"
    field = "email"


class BadEmail(Invalid):
    code = "bad_email"
    text = "Enter an e-mail address, such as alice@example.org."
    field = "email"


class BadName(Invalid):
    code = "bad_name"
    text = "A name may have up to 80 characters."
    field = "name"


class BadPassword(Invalid):
    code = "bad_password"
    field = "password"


class LastAdministrator(Conflict):
    code = "last_administrator"
    text = "This is the last administrator. Make somebody else one first."
