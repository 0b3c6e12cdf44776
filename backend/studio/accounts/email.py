"""E-mail addresses as people type them, and the key by which two spellings are the same account."""

import hashlib
import re
import unicodedata

from studio.accounts.errors import BadEmail

MAX_CHARACTERS = 254  # RFC 5321 §4.5.3.1, as counted by RFC 3696 erratum 1690
MAX_LOCAL_CHARACTERS = 64
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_NEVER_IN_LOCAL = frozenset('@,;:<>()[]\\"')


def clean_email(text: str) -> str:
    """
    The address as it is shown: trimmed and NFKC, so that full-width spellings become plain ones.

    Accepts letters of any script before and after the @. Raises BadEmail. We never send mail; this only has to
    keep out slips of the pen and characters that hide.
    """
    if len(text) > 2 * MAX_CHARACTERS:
        raise BadEmail
    email = unicodedata.normalize("NFKC", text).strip()
    local, at, domain = email.rpartition("@")
    if not at or not local or not domain or len(email) > MAX_CHARACTERS or len(local) > MAX_LOCAL_CHARACTERS:
        raise BadEmail
    if any(map(_hides, email)) or not _NEVER_IN_LOCAL.isdisjoint(local):
        raise BadEmail
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise BadEmail
    _ascii_domain(domain)
    return email


def email_key(email: str) -> str:
    """The folded form of a cleaned address: case does not matter, nor whether the domain is in Punycode."""
    local, _, domain = email.rpartition("@")
    return f"{unicodedata.normalize('NFKC', local.casefold())}@{_ascii_domain(domain)}"


def key_of_anything(text: str) -> str:
    """A key for whatever was typed at sign-in, valid or not: for looking up and for counting tries."""
    try:
        return email_key(clean_email(text))
    except BadEmail:
        # No @: it cannot meet a real key.
        return "not-an-email:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _hides(character: str) -> bool:
    """White space, control, format, surrogate, private and unassigned characters."""
    return character.isspace() or unicodedata.category(character)[0] in "CZ"


def _ascii_domain(domain: str) -> str:
    try:
        labels = domain.encode("idna").decode("ascii").lower().split(".")
    except UnicodeError:
        raise BadEmail from None
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise BadEmail
    return ".".join(labels)
