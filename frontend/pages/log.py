"""Log lines: events with fields, one a request. Never a query string (it may carry a token), never a prompt."""

import logging
import re
import sys
import time
from uuid import uuid4

import structlog
from flask import Flask, Response, g

from pages.htmx import request

QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = structlog.get_logger()


def configure_log(level: str, form: str) -> None:
    """One line an event on standard output: JSON for machines, colours for a terminal."""
    shape = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if form == "json"
        else [structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        cache_logger_on_first_use=True,
    )


def init_log(app: Flask) -> None:
    """Name every request (the proxy's X-Request-Id if it is a decent one), tell the browser, and log its end."""

    @app.before_request
    def _begin() -> None:
        g.began = time.perf_counter()
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex

    @app.after_request
    def _end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        if request.path not in QUIET:
            log.info(
                "request",
                request_id=g.request_id,
                method=request.method,
                route=route_of_request(),
                status=response.status_code,
                ms=round((time.perf_counter() - g.began) * 1000, 1),
            )
        return response


def route_of_request() -> str:
    """The pattern of the route, never the path itself: ids and tokens stay out of logs and metrics."""
    return request.url_rule.rule if request.url_rule else "(none)"
