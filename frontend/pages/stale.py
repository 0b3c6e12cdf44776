"""
A page that outlived the session it was made in: signed out in another tab, or signed in anew since.

It keeps what was typed, chosen and attached, so it is told how to go on and never sent away or to be reloaded. A page
of the same person gets the token of the new session; that of somebody else must not act for who is signed in now.
"""

from flask import Response, json

from pages.errors import StalePage, Trouble, show_trouble
from pages.htmx import request
from pages.session import Viewer, caller, has_cookies

VIEWER_HEADER = "X-Viewer"  # htmx sends it with every request: whose page asks
TOKEN_EVENT = "studio:token"  # as static/js/signed-out.js hears it
# Their page is there for who is not signed in, so that nothing is said of a session.
SIGN_IN_FORMS = ("/fragments/sessions", "/fragments/people", "/fragments/setup")


class SignedOut(Trouble):
    status, code = 401, "signed_out"
    text = "You are signed out."  # the template adds how to go on


class SignedInAnew(Trouble):
    status, code = 403, "signed_in_anew"
    text = "You have signed in again since this page was opened. Please press once more."


class SomebodyElse(Trouble):
    status, code = 403, "somebody_else"

    def __init__(self, viewer: Viewer) -> None:
        super().__init__()
        self.text = f"In this browser {viewer.name or viewer.email} is signed in now. Reload the page to go on as them."


def why_stale() -> Trouble:
    """What has become of the session whose form token this request carries."""
    if request.path.startswith(SIGN_IN_FORMS):
        return StalePage()
    viewer, asks = caller().viewer_if_reachable(), request.headers.get(VIEWER_HEADER)
    if request.is_htmx and not asks:
        return StalePage()
    if viewer is None:
        return SignedOut() if asks or has_cookies() else StalePage()
    return SomebodyElse(viewer) if asks and asks != viewer.mark else SignedInAnew()


def must_sign_in() -> bool:
    """
    Whether a 401 means that there is no session (any more). Drops a dead cookie.

    A session that still lives got its 401 for another reason, such as a wrong password in a form.
    """
    if request.path.startswith(SIGN_IN_FORMS):
        return False
    return caller().token is None or caller().viewer() is None


def answer_htmx(trouble: Trouble) -> Response:
    """Over the page, which stays; with the new token where it may have it."""
    response = show_trouble(trouble)
    if isinstance(trouble, SignedInAnew):
        response.headers["HX-Trigger"] = json.dumps({TOKEN_EVENT: {"token": caller().csrf_token}})
    return response
