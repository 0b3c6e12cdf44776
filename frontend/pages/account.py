"""/account: one's sessions and password."""

from flask import Blueprint, Response

from pages.addresses import query_suffix
from pages.slots import filled_page, require_viewer

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
def account() -> Response:
    require_viewer()
    return filled_page("account.html", query=query_suffix())
