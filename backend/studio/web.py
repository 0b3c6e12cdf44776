"""What every request passes: an id, a log line, a measurement, and one shape for every error."""

import re
import time
from collections.abc import Callable
from http import HTTPMethod, HTTPStatus
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from prometheus_client import Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.disk import is_full
from studio.errors import Invalid, Missing, NoFile, Starting, StorageFull, StudioError, TooLarge
from studio.html import page, remember_csrf_token

log = structlog.get_logger()

REQUESTS = Counter("studio_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "studio_request_seconds",
    "Seconds until the answer began",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
QUIET_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
OPEN_WHILE_STARTING = (*QUIET_PATHS, "/sandbox")
BODY_LIMIT_BYTES = (
    32_000_000  # of all but forms with files, such as a request with pictures written into its JSON
)

_REQUEST_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_TEXTS = {
    HTTPStatus.BAD_REQUEST: "This request cannot be read.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This cannot be done here.",
}


class RequestMiddleware:
    """
    Request id, log line, metrics and the form token, as plain ASGI.

    Starlette's BaseHTTPMiddleware would put a queue between each streamed chunk and the socket; here a chunk costs
    one more function call.
    """

    def __init__(
        self, app: ASGIApp, is_ready: Callable[[], bool], upload_limit_bytes: int = BODY_LIMIT_BYTES
    ) -> None:
        self.app = app
        self.upload_limit_bytes = upload_limit_bytes
        self.is_ready = is_ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = headers.get(b"x-request-id", b"").decode("latin-1")
        if not _REQUEST_ID.fullmatch(request_id):
            request_id = uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        remember_csrf_token(headers.get(b"x-csrf-token", b"").decode("latin-1"))
        began = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode("latin-1"))]
                _measure(scope, status, time.perf_counter() - began)
            await send(message)

        try:
            if not self.is_ready() and not scope["path"].startswith(OPEN_WHILE_STARTING):
                await show_error(Request(scope, receive), Starting())(scope, receive, send_with_id)
            else:
                await self._answer(scope, receive, send_with_id)
        except Exception as error:
            told = StorageFull() if is_full(error) else StudioError()
            trace = None if is_full(error) else error
            log.error("request.crashed", route=_route(scope), code=told.code, exc_info=trace)
            if status:  # the answer has begun: all that is left is to cut it, which the reader notices
                raise
            await show_error(Request(scope, receive), told)(scope, receive, send_with_id)
        finally:
            if scope["path"] not in QUIET_PATHS:
                log_line = log.debug if scope["path"].startswith("/sandbox") else log.info
                log_line(
                    "request",
                    method=scope["method"],
                    route=_route(scope),
                    status=status,
                    ms=round((time.perf_counter() - began) * 1000, 1),
                )
            structlog.contextvars.clear_contextvars()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refused by what it says of itself if that is enough, else read up to its limit."""
        if scope["path"].startswith("/sandbox"):
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        is_form = headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data")
        limit = self.upload_limit_bytes if is_form else BODY_LIMIT_BYTES
        told = headers.get(b"content-length", b"")
        if told.isdigit() and int(told) > limit:
            await show_error(Request(scope, receive), _too_large(limit))(scope, receive, send)
            return
        await self.app(scope, _bounded(receive, limit), send)


def _route(scope: Scope) -> str:
    """The pattern of the route, never the path itself: ids and tokens stay out of logs and metrics."""
    route = scope.get("route")
    pattern = getattr(route, "path", None)
    return pattern if isinstance(pattern, str) else "(none)"


def _too_large(limit_bytes: int) -> TooLarge:
    return TooLarge(f"That is more than the {limit_bytes // 1_000_000} MB that can be sent at once.")


def _bounded(receive: Receive, limit_bytes: int) -> Receive:
    """The same body, but no more of it than that: HTTPException (413) while it is read, however it is sent."""
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit_bytes:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message

    return bounded


def _measure(scope: Scope, status: int, seconds: float) -> None:
    route = _route(scope)
    method = scope["method"] if scope["method"] in HTTPMethod.__members__ else "(other)"
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)


def show_error(request: Request, error: StudioError) -> Response:
    """The error in the shape its audience reads: a card, an OpenAI error, or our JSON."""
    path = request.url.path
    request_id = getattr(request.state, "request_id", "")
    headers: dict[str, str] = {}
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if path.startswith("/fragments"):
        headers |= {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"}
        card = page(request).render("errors/card.html", ["card"], error=error, request_id=request_id)
        return HTMLResponse(card, error.status, headers)
    if path.startswith("/v1"):
        body = {
            "error": {"message": error.text, "type": error.code, "code": error.code, "param": error.field}
        }
        return JSONResponse(body, error.status, headers)
    answer = {"error": error.code, "message": error.text, "request_id": request_id}
    if error.field:
        answer["field"] = error.field
    return JSONResponse(answer, error.status, headers)


def add_error_handlers(app: FastAPI) -> None:
    """Every expected failure ends in `show_error`; the unexpected ones are caught in RequestMiddleware."""

    @app.exception_handler(StudioError)
    async def _expected(request: Request, error: StudioError) -> Response:
        return show_error(request, error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        return show_error(request, from_validation(error))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        return show_error(request, _from_http(error))


def from_validation(error: RequestValidationError) -> StudioError:
    """One sentence naming the first field that does not fit; an id in the path that is none is simply not there."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return Invalid("The body is not valid JSON.")
    place = [str(part) for part in first["loc"]]
    if place and place[0] == "path":
        return Missing()
    name = place[-1] if len(place) > 1 else "body"
    if "UploadFile" in first["msg"]:  # text, or nothing, where a file belongs
        return NoFile(field=name)
    return Invalid(f"{name}: {first['msg']}.", field=name)


def _from_http(error: HTTPException) -> StudioError:
    if is_full(error):  # while a form was read; FastAPI takes that for a bad form
        return StorageFull()
    if error.status_code == HTTPStatus.NOT_FOUND:
        return Missing()
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return TooLarge()
    if error.status_code == HTTPStatus.BAD_REQUEST and "maximum size" in str(error.detail):
        return TooLarge()  # a field of a multipart form beyond Starlette's megabyte
    status = HTTPStatus(error.status_code)
    known = StudioError(_TEXTS.get(status, f"{status.phrase}."))
    known.status = error.status_code
    known.code = status.phrase.lower().replace(" ", "_")
    return known
