"""/gallery and /gallery/{id}: everything a person made or brought, and one thing of it."""

from uuid import UUID

from flask import Blueprint, Response

from pages.addresses import query_suffix
from pages.slots import filled_page, require_viewer

blueprint = Blueprint("gallery", __name__, url_prefix="/gallery")


@blueprint.get("")
def gallery() -> Response:
    require_viewer()
    return filled_page("gallery.html", query=query_suffix())


@blueprint.get("/<uuid:item_id>")
def item(item_id: UUID) -> Response:
    require_viewer()
    return filled_page("gallery_item.html", item_id=item_id, query=query_suffix())
