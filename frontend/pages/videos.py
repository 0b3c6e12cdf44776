"""/videos: videos are asked for here, and watched while they are made."""

from flask import Blueprint, Response

from pages.addresses import query_suffix, this_address
from pages.slots import filled_page, require_viewer

blueprint = Blueprint("videos", __name__)


@blueprint.get("/videos")
def videos() -> Response:
    require_viewer()
    return filled_page("videos.html", query=query_suffix(), here=this_address())
