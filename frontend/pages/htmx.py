"""
What htmx says about a request: the one module that touches htmx-flask.

htmx-flask 0.1.0 dates from htmx 1: only `request.htmx` as a yes or no is right for htmx 4, so its other attributes are
not used, and response headers are set by name where they are needed.
"""

from typing import TYPE_CHECKING, cast

import flask
from flask import Flask
from htmx_flask import Htmx

if TYPE_CHECKING:  # htmx-flask has no types

    class HtmxAwareRequest(flask.Request):
        htmx: object
else:
    from htmx_flask.requests import HtmxAwareRequest


class StudioRequest(HtmxAwareRequest):
    """Flask's request with the htmx 4 headers."""

    @property
    def is_htmx(self) -> bool:
        """Sent by htmx, boosted or not. Back and forward are not: they want the whole page."""
        return bool(self.htmx)

    @property
    def hx_partial(self) -> bool:
        """A part of the page is wanted; false for boosted and `hx-select` requests, which need all of it."""
        return self.is_htmx and self.headers.get("HX-Request-Type") == "partial"

    @property
    def hx_source(self) -> str:
        """The id of the element that asked, or "": the header holds `div#out` or a mere `div`."""
        return _id_of(self.headers.get("HX-Source", ""))

    @property
    def hx_target(self) -> str:
        """The id of the element that will change, or ""."""
        return _id_of(self.headers.get("HX-Target", ""))

    @property
    def hx_current_url(self) -> str:
        """The address in the browser's bar, or ""."""
        return self.headers.get("HX-Current-URL", "")


def init_htmx(app: Flask) -> None:
    """Give `app` our request class. Htmx(app) sets its own, so ours comes after it."""
    Htmx(app)
    app.request_class = StudioRequest


def _id_of(element: str) -> str:
    return element.partition("#")[2]


if TYPE_CHECKING:
    request = cast(StudioRequest, flask.request)
else:
    request = flask.request
