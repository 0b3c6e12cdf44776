"""/jobs: what a person asked for, while it is made and after."""

from flask import Blueprint, Response

from pages.addresses import query_suffix, this_address
from pages.slots import filled_page, require_viewer

blueprint = Blueprint("jobs", __name__)


@blueprint.get("/jobs")
def jobs() -> Response:
    require_viewer()
    return filled_page("jobs.html", query=query_suffix(), here=this_address())
