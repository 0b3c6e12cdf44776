"""/login, /register and /setup: the pages of somebody who is not signed in."""

from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect

from pages.addresses import local_or_none
from pages.htmx import request
from pages.session import caller
from pages.slots import filled_page

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/login")
def login() -> Response:
    """Leads back to `next` afterwards, if that is a page of this site."""
    back_to = local_or_none(request.args.get("next"))
    if caller().viewer() is not None:
        return make_response(redirect(back_to or "/", 303))
    return filled_page("login.html", query=_query(next=back_to))


@blueprint.get("/register")
def register() -> Response:
    return filled_page("register.html", query=_query(invite=request.args.get("invite")))


@blueprint.get("/setup")
def setup() -> Response:
    return filled_page("setup.html", query=_query(token=request.args.get("token")))


def _query(**values: str | None) -> str:
    given = {name: value for name, value in values.items() if value}
    return f"?{urlencode(given)}" if given else ""
