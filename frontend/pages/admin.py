"""/admin and what is beneath it. Who may see it is decided by the backend, fragment by fragment."""

from flask import Blueprint, Response

from pages.addresses import query_suffix
from pages.slots import filled_page, require_viewer

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("")
def overview() -> Response:
    require_viewer()
    return filled_page("admin.html", query=query_suffix())


@blueprint.get("/people")
def people() -> Response:
    require_viewer()
    return filled_page("admin_people.html", query=query_suffix())


@blueprint.get("/jobs")
def jobs() -> Response:
    require_viewer()
    return filled_page("admin_jobs.html", query=query_suffix())


@blueprint.get("/patterns")
def patterns() -> Response:
    require_viewer()
    return filled_page("admin_patterns.html", query=query_suffix())
