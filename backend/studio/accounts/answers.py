"""What the routes of the accounts share: the new-session header, local addresses, forms that come back."""

import asyncio
import contextvars
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import quote, urlsplit

from fastapi.responses import HTMLResponse

from studio.accounts.desk import Desk
from studio.accounts.sessions import SignedInNow
from studio.accounts.views import FormView
from studio.errors import StudioError
from studio.html import Page, shown_on
from studio.moments import unix_seconds

T = TypeVar("T")

SESSION_ENDED = {"Studio-Session": "ended"}


async def with_passwords(desk: Desk, verb: Callable[[], T]) -> T:
    """Run a verb that hashes passwords in the few threads kept for that."""
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(desk.passwords.threads, context.run, verb)


def session_header(signed_in: SignedInNow) -> dict[str, str]:
    """The header that the frontend turns into its cookie."""
    expires = unix_seconds(signed_in.session.expires_at)
    return {"Studio-Session": f"{signed_in.token}; expires={expires}"}


def led_to(
    address: str, text: str, more: Mapping[str, str], *, status: int = 200, note: str | None = None
) -> HTMLResponse:
    """The browser goes to a page of this site: by htmx if it asked, by the frontend's redirect otherwise."""
    headers = shown_on(address, note=note) | {"HX-Redirect": address, **more}
    return HTMLResponse(f"<p>{text}</p>", status, headers)


def local_address(address: str, otherwise: str = "/") -> str:
    """
    `address` if it is a page of this site, percent-encoded for a header; else `otherwise`.

    Browsers drop tabs and line ends and read a backslash as a slash, so anything of that kind is refused, and so are
    pieces of pages and the sign-in page itself.
    """
    if not address.startswith("/") or address.startswith("//") or "\\" in address or len(address) > 2000:
        return otherwise
    if any(character <= " " or character == "\x7f" for character in address):
        return otherwise
    path = urlsplit(address).path
    if path.startswith(("/fragments/", "/api/", "/v1/", "/login", "/register", "/setup")):
        return otherwise
    return quote(address, safe="/?&=%#~:@!$'()*+,;[]")


def again(
    page: Page,
    template: str,
    error: StudioError,
    *,
    fields: tuple[str, ...],
    values: Mapping[str, str],
    shown: Mapping[str, str],
    **context: object,
) -> HTMLResponse:
    """
    The form with what is wrong and what was typed: its block for htmx, the whole fragment for a page.

    A wrong password is the form's 422, not a 401: the caller need not sign in to be allowed to sign in.
    """
    headers = dict(shown)
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    status = 422 if error.status == 401 else error.status
    form = FormView.refused(error, values, fields)
    blocks = ["form"] if page.is_htmx else []
    return page.answer(template, blocks, status=status, headers=headers, form=form, **context)
