"""/ : the page one asks from."""

from flask import Blueprint, Response

from pages.addresses import query_suffix
from pages.slots import filled_page, require_viewer

blueprint = Blueprint("create", __name__)


@blueprint.get("/")
def create() -> Response:
    require_viewer()
    return filled_page("create.html", query=query_suffix())
