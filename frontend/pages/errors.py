"""
What can go wrong in this service, and the one place that says so, in the shape its audience reads.

A fragment gets a toast that leaves the page as it is, /api and /v1 get JSON, everyone else a page. The status is always
the right one, and never is there a trace, a path or a person's words in a log.
"""

import errno
from http import HTTPStatus
from typing import Literal

from flask import Flask, Response, g, json, make_response, render_template
from werkzeug.exceptions import HTTPException

from pages.backend import BackendDown
from pages.htmx import request
from pages.log import log, route_of_request
from pages.session import render_error_page

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
Audience = Literal["toast", "json", "openai", "page"]


class Trouble(Exception):
    """Everything this service refuses by itself. `text` is one sentence for a person."""

    status = 500
    code = "broken"
    text = "Something broke here. It is in the log."
    retry_after_seconds: int | None = None


class Restarting(Trouble):
    status, code, retry_after_seconds = 503, "restarting", 3
    text = "The studio is restarting. Please try again in a moment."


class TooManyStreams(Trouble):
    status, code, retry_after_seconds = 503, "too_many_streams", 5
    text = "Too many answers are being watched at once. Please try again in a moment."


class TooManyArriving(Trouble):
    status, code, retry_after_seconds = 503, "too_many_arriving", 5
    text = "Too much is being sent here at once. Please try again in a moment."


class TooLarge(Trouble):
    status, code = 413, "too_large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__()
        self.text = f"That is more than the {limit_bytes // 1_000_000} MB that can be sent at once."


class StorageFull(Trouble):
    """Where what is sent here is held until all of it has come."""

    status, code = 507, "storage_full"
    text = "The studio's disk is full. Nothing was stored; please tell its administrator."


class CutShort(Trouble):
    status, code = 400, "cut_short"
    text = "The request broke off before its end."


class BadAddress(Trouble):
    status, code = 400, "bad_address"
    text = "This address is not written correctly."


class ForeignRequest(Trouble):
    status, code = 403, "foreign_request"
    text = "This request came from another site and was refused."


class StalePage(Trouble):
    """The request comes from a page of ours, with a token of before signing in or out."""

    status, code = 403, "stale_page"
    text = "This page is out of date, or cookies are switched off. Please reload it and try again."


SENTENCES = {
    401: "Please sign in first.",
    403: "This is not for you.",
    404: "There is nothing at this address. Perhaps it was deleted, or it belongs to somebody else.",
    405: "This address does not take that kind of request.",
    413: "That is more than can be sent at once.",
    500: Trouble.text,
    503: Restarting.text,
}
TITLES = {401: "Sign in", 403: "Not for you", 404: "Nothing here", 413: "Too large", 500: "Something broke"}


def audience() -> Audience:
    """Who reads the answer to this request."""
    if request.path.startswith("/api/"):
        return "json"
    if request.path.startswith("/v1/"):
        return "openai"
    if request.path.startswith("/fragments/") and request.is_htmx:
        return "toast"
    return "page"


def show(status: int, code: str, text: str, *, retry_after_seconds: int | None = None) -> Response:
    """The answer for this request's audience."""
    response = make_response(_body(audience(), status, code, text), status)
    if audience() == "toast":
        response.headers["HX-Retarget"] = "#toasts"
        response.headers["HX-Reswap"] = "beforeend"
    elif audience() != "page":
        response.mimetype = "application/json"
    if retry_after_seconds is not None:
        response.headers["Retry-After"] = str(retry_after_seconds)
    return response


def show_trouble(trouble: Trouble) -> Response:
    return show(trouble.status, trouble.code, trouble.text, retry_after_seconds=trouble.retry_after_seconds)


def init_errors(app: Flask) -> None:
    """Every failure of a view ends in one of these."""

    @app.errorhandler(Trouble)
    def _refused(trouble: Trouble) -> Response:
        return show_trouble(trouble)

    @app.errorhandler(BackendDown)
    def _down(error: BackendDown) -> Response:
        log.warning("backend.down", route=route_of_request(), cause=str(error), request_id=g.request_id)
        return show_trouble(Restarting())

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        if error.response is not None or (error.code or 500) < 400:  # a redirect that is raised is no failure
            return make_response(error.get_response())
        status = error.code or 500
        code = HTTPStatus(status).phrase.lower().replace(" ", "_")
        response = show(status, code, SENTENCES.get(status, f"{HTTPStatus(status).phrase}."))
        allowed = error.get_response().headers.get("Allow")
        if allowed:
            response.headers["Allow"] = allowed
        return response

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> Response:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            log.error("disk.full", route=route_of_request(), request_id=g.request_id)
            return show_trouble(StorageFull())
        log.error("request.crashed", route=route_of_request(), request_id=g.request_id, exc_info=error)
        return show(500, "broken", SENTENCES[500])


def _body(kind: Audience, status: int, code: str, text: str) -> str:
    if kind == "json":
        return json.dumps({"error": code, "message": text, "request_id": g.request_id})
    if kind == "openai":
        return json.dumps({"error": {"message": text, "type": code, "code": code, "param": None}})
    if kind == "toast":
        return render_template("errors/toast.html", code=code, text=text)
    template = "errors/restarting.html" if status == 503 else "errors/error.html"
    title = TITLES.get(status, HTTPStatus(status).phrase)
    try:
        return render_error_page(template, title=title, status=status, text=text, request_id=g.request_id)
    except Exception as error:  # whatever broke the page may break this one too, and a sentence is still owed
        log.error("error_page.crashed", request_id=g.request_id, exc_info=error)
        return f"<!doctype html><meta charset=utf-8><title>{title}</title><p>{text}</p>"
